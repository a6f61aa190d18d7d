"""Ways to be reached or paid outside of the market: phone, QQ, WeChat, e-mail, accounts (4.4.4, 6.4)."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from services.catalog.domain.screening import links, phones
from services.catalog.domain.screening.finding import Finding, Said, Severity
from services.catalog.domain.screening.joined import Joined
from services.catalog.domain.screening.patterns import Battery, Pattern, found, hints, weighed
from services.catalog.domain.screening.subject import Subject

if TYPE_CHECKING:
    from services.catalog.domain.screening import Rules

_ADVICE = Said(
    "删除站外联系方式，沟通与订购应在平台内进行。", "Remove the contact; merchants reach you through the platform."
)
_WHY = Said("含有站外联系方式。", "It shows a way to be reached outside of the market.")
_PAY_WHY = Said("提供站外收付款或交易的途径。", "It shows a way to pay or trade outside of the market.")
_PAY_ADVICE = Said(
    "订购与收付款只能在服务市场内进行，请删除。", "Orders and payments belong into the market; remove this."
)
_AT = r"(?:\s?@\s?|\s?[\[({<]\s?(?:at|艾特|@)\s?[\])}>]\s?|\s?艾特\s?|\s?圈a\s?)"
_DOT = r"(?:\s?\.\s?|\s?[\[({<]\s?(?:dot|点|\.)\s?[\])}>]\s?|\s?点\s?|\sdot\s)"
_ID = r"[:=是为]{1,2}\s{0,3}[a-z0-9][a-z0-9_-]{4,19}|(?=[a-z_-]{0,19}\d)[a-z0-9][a-z0-9_-]{5,19}"


# Nothing that ends a sentence: what stands between the characters of a name that is spelled out.
_APART = r"[^\w,。;!?:\n]{1,3}"
_NO_CONTACT = r"(?!支付|登录|小程序|授权|公众|消息|通知|模板|群发|渠道|店|客服(?:接入|工作台|消息))"


def _people(detector: str, hints: tuple[str, ...], regex: str) -> Pattern:
    return Pattern(detector, "4.4.4", Severity.BLOCKS, hints, re.compile(regex), _WHY, _ADVICE)


def _payment(hints: tuple[str, ...], regex: str) -> Pattern:
    return Pattern("off-platform-payment", "6.4", Severity.BLOCKS, hints, re.compile(regex), _PAY_WHY, _PAY_ADVICE)


# Every repetition is bounded, so that the time stays linear in the length of the text.
_EMAIL = _people(
    "contact-email",
    hints("@|(at|[at|{at|<at|( at|[ at|艾特|圈a| dot "),
    rf"[a-z0-9._%+-]{{1,64}}{_AT}[a-z0-9-]{{1,63}}(?:{_DOT}[a-z0-9-]{{2,63}}){{1,4}}"
    r"|[a-z0-9._%+-]{2,64}\sat\s[a-z0-9-]{1,63}\sdot\s[a-z]{2,10}(?![a-z])",
)
_PEOPLE = (
    _people(
        "contact-wechat",
        hints("v:|v :|薇:|微:|微信|薇信|威信|维信|徽信|微❤|v❤|v信|weixin|wechat|vx|wx|v x|卫星|绿泡泡"),
        r"(?:微信|薇信|威信|维信|徽信|卫星|绿泡泡|微❤|v❤|(?<![a-z])(?:v信|weixin|wechat|vx|wx|v\sx)(?!\d{3}))"
        rf"\s{{0,3}}(?:公众|客服|企业)?(?:号码|账号|号|群|id)?\s{{0,3}}(?!wx[0-9a-f]{{16}})(?:{_ID})(?![a-z0-9])"
        r"|(?<![a-z])[v薇微]\s?:\s?(?=[a-z_-]{0,19}\d)[a-z0-9][a-z0-9_-]{5,19}(?![a-z0-9])|(?<![a-z])(?:vx"
        r"|wx)(?!\w{0,9}[a-f][0-9a-f]{6})\d{5,12}(?![a-z0-9])"
        r"|(?:微信|薇信|v信|(?<![a-z])(?:vx|wx|v))\s?同(?:号|步|手机)|(?:手机|电话|号码?)同(?:微信|薇信|v信?|vx"
        r"|wx)(?![a-z])",
    ),
    _people(
        "contact-wechat",
        hints(
            "加v|加薇|加微|加威|加w|+v|+薇|+微|+w|加个|加下|加一|加你|加您|加老|加小|加企|加客服|加我|加群|扫码|扫描|扫下|二维码|联系|添加|加老师|加企业"
        ),
        r"(?<![增添更叠附参追施])(?:加|\+)\s?(?:(?:我们?|客服)的?\s?)?(?:v|薇|微|威|w|vx|wx)(?:信)?"
        rf"(?:\s{{0,2}}(?:{_ID})(?![a-z0-9])|\s?(?=[咨聊详私拉领进]|获取|了解|发你|备注|报价|[，。!,.、;)\n]|$)(?<!信))"
        r"|(?:添加|扫码添?加|联系|请加|加)(?:我们?的?|客服的?|老师的?|企业|专属|运营|顾问){1,3}(?:微信|qq|钉钉"
        r"|薇信|v信|vx)"
        r"(?!支付|登录|小程序|授权|公众|消息|通知|模板)"
        rf"|(?<![增添更叠附参追施])加(?:个|一?下|一个|你|您|老板|小编|店主){{1,2}}的?(?:微信|薇信|威信|v信|vx|wx){_NO_CONTACT}"
        rf"|(?<![\w\s)])\+\s?(?:微信|薇信|威信|v信|vx|wx){_NO_CONTACT}"
        r"|(?:扫码?|扫描?)[^,。;!?\n]{0,8}?(?:二维)?码?(?:加|添加|进|联系|咨询)(?:群|好友|微信|老师|客服|我|企微)"
        r"|二维码(?:添加|加|进群|联系|咨询|领)(?!入|库|到)|加群(?:领取|咨询|交流|获取)",
    ),
    _people(
        "contact-qq",
        hints("qq|q:|q :|q我|q 我|扣我|扣扣|抠抠|叩叩|q群|企鹅|加q|加扣|+q|秋秋|q q|q号"),
        r"(?:(?<![a-z])q\s?q|扣扣|抠抠|叩叩|秋秋|企鹅|(?<![a-z])q(?=[群号]))\s{0,3}(?:交流|客服|官方"
        r"|在线)?(?:群号|号码|群|号)?"
        r"\s{0,3}[:=是为]?\s{0,3}[1-9](?:[\s-]?\d){4,11}(?!\d)(?!\s?(?:人|个|条|名|位|元|单|版))"
        r"|(?<![a-z])q\s?:\s?[1-9]\d{5,11}(?!\d)|(?:(?:加|\+)\s?(?:q|扣)|(?<![a-z])q\s?我|扣我)(?:群|号)?\s{0,2}[:=]?\s{0,2}[1-9]\d{4,11}(?!\d)",
    ),
    _people(
        "contact-messenger",
        hints("tg|telegram|whatsapp|skype|电报|飞机|纸飞机|钉钉|飞书|line id|signal"),
        r"(?:telegram|(?<![a-z])tg|whatsapp|skype|line\sid|纸?飞机号?|电报)\s{0,2}(?:号|群"
        r"|id)?\s{0,2}(?:[:=]\s{0,2}[@+]?|@)[a-z0-9][\w.+ -]{4,30}"
        r"|(?:钉钉|飞书)(?:交流|客服)?(?:群号?|号)\s{0,2}[:=]?\s{0,2}\d{6,14}(?!\d)|(?:whatsapp|telegram)\s(?:us"
        r"|me)(?![a-z])",
    ),
)
_PAYMENTS = (
    _payment(
        hints("银行卡|卡号|银行账|收款账|对公账|开户行|62"),
        r"(?:银行卡号?|卡号|银行账[号户]|收款账[号户]|对公账[号户]"
        r"|开户行)[^,。;!?\n\d]{0,12}\d(?:[\s-]?\d){11,18}(?!\d)"
        r"|(?<![\d单号:])62\d{2}[\s-]\d{4}[\s-]\d{4}[\s-]\d{4}(?:[\s-]?\d{1,3})?(?!\d)",
    ),
    _payment(
        hints(
            "线下|私下|站外|场外|平台外|平台以外|平台之外|私聊|绕过平台|绕开平台|不走平台|不经平台|不经过平台"
            "|不通过平台|脱离平台|跳过平台"
        ),
        r"(?:线下|私下|站外|场外|平台(?:之|以)?外|私聊|(?:绕[过开]|不走|不经过?|不通过|脱离"
        r"|跳过)平台)(?:联系)?(?:我们?|我司)?(?:来|直接"
        r"|单独|进行|可以?"
        r"|也可)?"
        r"(?:付款|打款|汇款|转账|付费|下单|成交|购买|订购|续费|签约|拍下?|优惠|更便宜|有折扣|收款)"
        r"(?!的?(?:订单|数据|记录|门店|明细|流水|对账|登记|管理|统计|分析|导入|核销|场景|商家|客户))",
    ),
    _payment(
        hints("直接转|可转|打款|汇款|转账|付款到|付款至|付款给|把钱|费用|微信付款|微信转|支付宝付款|支付宝转|收款"),
        r"(?:把钱|费用)(?:转|打|汇)(?:到|至|给)(?!买家|客户|用户|顾客)"
        r"|(?:微信|支付宝|银行卡)(?:付款|转账)[^,。;!?\n]{0,4}?(?:优惠|打折|立减|便宜|折)|(?:微信|支付宝)(?:可以?"
        r"|也可|直接){1,2}(?:转|付给?|打给?)(?:我|账给)|(?:打款|汇款|转账|付款)(?:到|至"
        r"|给)(?:我们?|我司|本?公司|以下|下方|如下|对公|个人|支付宝|微信|银行|指定)"
        r"|(?:微信|支付宝|个人|对公|银行)(?:扫码)?(?:打款|汇款|收款)(?!记录|明细|对账|管理|通知)",
    ),
    _payment(
        hints(
            "usdt|bitcoin|比特币|0x|paypal|payoneer|outside|off the platform|off platform|off-platform|pay us"
            "|pay me|pay by bank|pay via|alipay"
        ),
        r"(?:usdt|bitcoin|比特币)\s?(?:支付|付款|结算|转账|payments?|accepted)|(?<![0-9a-z])0x[0-9a-f]{40}(?![0-9a-z])"
        r"|pay\s(?:us\s|me\s)?(?:directly\s)?(?:via|by|through|with|to)\s(?:our\s|my\s)?(?:paypal|payoneer|bank"
        r"|wire|wechat|alipay)(?![a-z])"
        r"|(?:paypal|payoneer|alipay)\s?(?:account|id)?\s?:\s?[a-z0-9+][\w.@+-]{4,40}"
        r"|(?:pay|paid|payments?|order|buy|purchase|deal|trade|settle)\s(?:[a-z]{1,10}\s){0,2}(?:outside"
        r"|off)[\s-](?:of\s)?(?:the\s|this\s)?"
        r"(?:platform|market(?:place)?)(?![a-z])",
    ),
)
MOST = 200
"""So many are enough for anybody, and looking for overlaps among them stays cheap."""
# Their names are spelled out, so no hint stands in the text; one of these stands in it without its separators.
_SPELLED_NAMES = (
    "微信",
    "薇信",
    "威信",
    "维信",
    "徽信",
    "溦信",
    "vx",
    "wx",
    "qq",
    "扣扣",
    "抠抠",
    "叩叩",
    "weixin",
    "wechat",
)
_SPELLED_SIGNS = ("信", "vx", "wx", "qq", "扣", "抠", "叩", "weixin", "wechat")
_APART_WECHAT = _people(
    "contact-wechat",
    (),
    rf"(?:[微薇威维徽溦]{_APART}信|(?<![a-z\d])(?:[vw]{_APART}x(?![a-z0-9])|v\u00d7(?=\s?:))|(?<![a-z])wei{_APART}xin|(?<![a-z])we{_APART}chat"
    rf"|(?<![a-z])w(?:{_APART})e(?:{_APART})(?:i(?:{_APART})x(?:{_APART})i(?:{_APART})n|c(?:{_APART})h(?:{_APART})a(?:{_APART})t))"
    rf"(?:{_APART})?(?:公众|客服|企业)?(?:号码|账号|号|群|id)?\s{{0,3}}(?:[:=是为]{{1,2}}\s{{0,3}}[a-z0-9](?:\s?[a-z0-9_-]){{4,19}}"
    r"|(?=(?:\s?[a-z_-]){0,19}\s?\d)[a-z0-9](?:\s?[a-z0-9_-]){5,19})(?![a-z0-9])",
)
_APART_QQ = _people(
    "contact-qq",
    (),
    rf"(?:(?<![a-z])q{_APART}q|[扣抠叩]{_APART}[扣抠叩])\s{{0,3}}(?:群号|号码|群|号)?\s{{0,3}}[:=是为]?\s{{0,3}}"
    r"[1-9](?:[\s-]?\d){4,11}(?!\d)(?!\s?(?:人|个|条|名|位|元|单|版))",
)
_ALL = Battery((_EMAIL, *_PEOPLE, *_PAYMENTS))


def find(subject: Subject, rules: "Rules") -> Iterator[Finding]:
    yield from _found(subject.joined, rules.allowed_hosts)
    yield from links.find_attributes(subject.content, rules.allowed_hosts)


def _found(joined: Joined, allowed_hosts: frozenset[str]) -> Iterator[Finding]:
    """At most one finding for each place: the first pattern that explains it."""
    taken: list[tuple[int, int]] = []
    for pattern, start, end in _seen(joined, allowed_hosts):
        if len(taken) == MOST:
            return
        if not any(start < until and since < end for since, until in taken):
            taken.append((start, end))
            place = joined.place(start, end)
            severity: Severity | None = pattern.severity
            if pattern in _PAYMENTS:
                severity = weighed(pattern.severity, joined.text, start, end)
            if place is not None and severity is not None:
                yield found(pattern, *place, severity)


def _seen(text: Joined, allowed_hosts: frozenset[str]) -> Iterator[tuple[Pattern, int, int]]:
    """Every match, the surest patterns first."""
    worth_trying = _ALL.worth_trying(text)
    if worth_trying[:1] == [_EMAIL]:
        yield from _places(_EMAIL, text.text)
    yield from ((links.FOREIGN, start, end) for start, end in links.places(text, allowed_hosts))
    for pattern in worth_trying:
        if pattern is not _EMAIL:
            yield from _places(pattern, text.text)
    if _is_spelled(text.spread.text) or "v\u00d7" in text.text:
        for pattern in (_APART_WECHAT, _APART_QQ):
            yield from _places(pattern, text.text)
    yield from ((phones.PHONE, start, end) for start, end in phones.places(text.text))


def _is_spelled(letters: str) -> bool:
    """Most texts hold none of the few parts of which each such name has one."""
    return any(sign in letters for sign in _SPELLED_SIGNS) and any(name in letters for name in _SPELLED_NAMES)


def _places(pattern: Pattern, text: str) -> Iterator[tuple[Pattern, int, int]]:
    return ((pattern, *match.span()) for match in pattern.regex.finditer(text) if match.end() > match.start())
