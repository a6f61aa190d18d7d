"""Addresses that lead off the allowed domains, also when they are spelled to be missed (4.4.4, 6.1.6(4))."""

import re
import unicodedata
from collections.abc import Iterator

from services.catalog.domain.content import Content
from services.catalog.domain.screening.finding import Finding, Said, Severity
from services.catalog.domain.screening.hints import watched
from services.catalog.domain.screening.joined import Joined
from services.catalog.domain.screening.patterns import Pattern
from services.catalog.domain.screening.text import normalise

# Letters of one label: not only ASCII, so that a look-alike letter does not hide the start of a host. Not Chinese.
_LABEL = r"[a-z0-9\u00df-\u058f-]"
_TLD = (
    r"(?:com|cn|net|org|io|top|xyz|vip|shop|site|cc|club|online|store|tech|app|dev|me|tv|co|info|biz|wang|ltd"
    r"|link|ink|fun|pro"
    r"|live|asia|hk|tw|im|ly|gg|icu|work|cloud|ren|mobi|edu|gov)"
)
_SURES = ("com", "cn", "net", "org", "xyz", "top", "vip", "shop", "cc")
_SURE = rf"(?:{'|'.join(_SURES)})"
_CHINESE = ("中国", "公司", "网络", "商城", "网店", "网址", "在线", "集团")
_PATH = r"(?:[/?#:][^\s\"'<>,。、;()\u4e00-\u9fff]{0,200})?"
_URL = re.compile(
    r"(?<![a-z])[a-z][a-z0-9+.-]{1,15}:(?://|\\\\)[^\s\"'<>,。、;()\u4e00-\u9fff]{1,500}"
    rf"|(?<![a-z0-9@.\u00df-\u058f-])(?:{_LABEL}{{1,63}}\.){{1,4}}{_TLD}(?![a-z0-9-]|\.[a-z0-9]){_PATH}"
    r"|(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?::\d{2,5}|/[a-z0-9])[^\s\"'<>,。、;()\u4e00-\u9fff]{0,200}"
)
_SPELLED = re.compile(
    rf"(?<![a-z0-9-])(?!the\s|a\s|https?)[a-z0-9-]{{2,40}}(?:[·•丶]|\s?[\[({{<]\s?(?:点|dot|\.)\s?[\])}}>]\s?"
    r"|\s?点\s?|\sdot\s|\s\.\s)"
    rf"{_SURE}(?![a-z0-9])"
    rf"|(?<![a-z0-9-])[a-z0-9-]{{2,40}}。{_SURE}(?![a-z0-9\u4e00-\u9fff])|(?<![a-z])www\s?[.。点·]\s?[a-z0-9-]{{2,40}}"
    r"|[\u4e00-\u9fff]{1,10}点(?:com|cn|net)(?![a-z0-9])|[\u4e00-\u9fff]{2,10}\.(?:com|cn|net|中国|公司|网络|商城"
    r"|网店|网址|在线|集团)(?![a-z0-9]|域名|后缀|邮箱)"
)
_CODE = re.compile(
    r"[¥€₤$£]\s?(?=[a-z]{0,12}\d)(?=\d{0,12}[a-z])[a-z0-9]{8,13}\s?[¥€₤$£]"
    r"|复制[^,。;!?\n]{0,10}打开(?:手机)?(?:淘宝|天猫|京东|拼多多|抖音)"
)
# What every match of the two holds, found in a fraction of the time.
_URL_HINT = re.compile(r"[.:][a-z0-9/\\]")
_SPELLED_HINT = re.compile(rf"[·•丶。.点\])}}>t]\s?(?:{_SURE}|{'|'.join(_CHINESE)})")
_NAMES = watched((*_SURES, *_CHINESE))
_WWW = watched(("www",))
# What programs are written with, although it reads like a host.
_TOOLS = frozenset({"asp.net", "ado.net", "vb.net"})
_CODES = watched(("¥", "€", "₤", "$", "£", "复制"))
_HOST = re.compile(r"(?:https?:(?://|\\\\))?([^/:?#\\]+)")
_PLAIN = re.compile(r"[a-z0-9.-]+")
_NESTED = re.compile(r"https?(?::|%3a)")
_HREF = re.compile(r"\shref=[\"']([^\"'<>]{1,600})[\"']", re.IGNORECASE)
_MESSENGER = re.compile(
    r"(?:^|[/.])(?:wa\.me|t\.me|qm\.qq\.com|wpa\.qq\.com|u\.wechat\.com|work\.weixin\.qq\.com|taobao\.com"
    r"|tmall\.com|tb\.cn|jd\.com"
    r"|pinduoduo\.com|yangkeduo\.com|1688\.com|goofish\.com|douyin\.com|jinritemai\.com|xiaohongshu\.com)(?:[/:?#]|$)"
)

FOREIGN = Pattern(
    "foreign-address",
    "6.1.6(4)",
    Severity.BLOCKS,
    (),
    _URL,
    Said("含有平台以外的网址或链接。", "It shows an address outside of the platform."),
    Said("删除站外链接与网址。", "Remove links to addresses outside of the platform."),
)


def places(text: Joined, allowed_hosts: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Where an address off the allowed hosts stands in the normalised texts. Places may overlap."""
    for pattern, is_likely in ((_URL, _may_hold_url(text)), (_SPELLED, _may_hold_spelled(text))):
        for match in pattern.finditer(text.text) if is_likely else ():
            if match[0] in _TOOLS:
                continue
            if not is_allowed(match[0], allowed_hosts) or _is_disguised(text, *match.span()):
                yield match.span()
    if not _CODES.isdisjoint(text.hints):
        for match in _CODE.finditer(text.text):
            yield match.span()


def _may_hold_url(text: Joined) -> bool:
    return ("." in text.text or ":" in text.text) and _URL_HINT.search(text.text) is not None


def _may_hold_spelled(text: Joined) -> bool:
    if not _WWW.isdisjoint(text.hints):
        return True
    return not _NAMES.isdisjoint(text.hints) and _SPELLED_HINT.search(text.text) is not None


def _is_disguised(text: Joined, start: int, end: int) -> bool:
    """A host that only looks like an allowed one is another host."""
    written = unicodedata.normalize("NFKC", text.written(start, end))
    return any(char.isalpha() and not char.isascii() for char in written)


def find_attributes(content: Content, allowed_hosts: frozenset[str]) -> Iterator[Finding]:
    """Links of the kept rich text, whatever they are called; and help pages that are chats or other shops."""
    has_links = "=" in content.details and "href" in content.details.casefold()
    for match in _HREF.finditer(content.details) if has_links else ():
        if not is_allowed(normalise(match[1]).text, allowed_hosts):
            yield _attribute("details", *match.span(1), match[1])
    for field in ("help_url", "support_url"):
        address = getattr(content, field)
        if address and _MESSENGER.search(address.casefold()):
            yield _attribute(field, 0, len(address), address)


def is_allowed(address: str, allowed_hosts: frozenset[str]) -> bool:
    """Only a plain host counts: a user name or a backslash in it leads somewhere else than it seems."""
    found = _HOST.match(address)
    host = found[1].rstrip(".") if found else ""
    if not found or not _PLAIN.fullmatch(host) or _NESTED.search(address, found.end()):
        return False
    return any(host == allowed or host.endswith(f".{allowed}") for allowed in allowed_hosts)


def _attribute(field: str, start: int, end: int, matched: str) -> Finding:
    return Finding(
        FOREIGN.detector, FOREIGN.clause, Severity.BLOCKS, field, start, end, matched, FOREIGN.why, FOREIGN.advice
    )
