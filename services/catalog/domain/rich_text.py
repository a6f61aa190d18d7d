"""Rich text at the door: what of somebody's HTML may be kept, and what was taken out of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape, unescape

import nh3

TAGS = frozenset(
    {
        "h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "ul", "ol", "li", "strong", "em", "b", "i", "blockquote",
        "table", "caption", "thead", "tbody", "tr", "th", "td", "a", "img",
    }
)  # fmt: skip
# No attribute that holds words: whoever screens and reviews a text reads what stands between the tags.
ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href"},
    "img": {"src"},
    "th": {"colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
}
# Nothing of what stands between these tags is meant to be read.
_UNREAD = {"script", "style", "svg", "math", "iframe", "object", "embed", "template", "noscript", "noembed", "noframes",
           "textarea", "title", "xmp", "plaintext", "select"}  # fmt: skip
_ROUNDS = 5
_MOST_REMOVED = 50

_IMAGE = re.compile(r"/v1/images/([0-9a-f]{64})")
_LINK = re.compile(r"https://[\w.-]{1,253}(?::\d{1,5})?(?:[/?#][^\s\"'<>`]*)?", re.ASCII | re.IGNORECASE)
_SPAN = re.compile(r"[1-9]\d?")
_VALUES = {"href": _LINK, "src": _IMAGE, "colspan": _SPAN, "rowspan": _SPAN}
_BEGUN = re.compile(r"<[a-zA-Z/!?]")
_TAG = re.compile(r"<([a-z][a-z0-9:-]{0,40})((?:[^<>\"']|\"[^\"<>]{0,2000}\"|'[^'<>]{0,2000}'){0,400})")
_ATTRIBUTE = re.compile(r"([^\s\"'<>/=]{1,40})(?:\s{0,5}=\s{0,5}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+)))?")


@dataclass(frozen=True, slots=True)
class Sanitised:
    """`removed` names what was taken out: `script`, `p onclick`, `a href`, `comment`."""

    html: str
    removed: tuple[str, ...]


def sanitise(html: str) -> Sanitised:
    """What may be kept. Sanitising that again changes nothing; plain text stays as it is, but escaped."""
    kept = _clean(html if _has_markup(html) else html.replace("<", "&lt;"))
    for _ in range(_ROUNDS):
        again = _clean(kept)
        if again == kept:
            break
        kept = again
    else:
        # Some nestings are read differently each time; of those only the words are kept.
        kept = escape(unescape(nh3.clean(kept, tags=set(), clean_content_tags=_UNREAD)), quote=False)
    return Sanitised(kept, _removed(html))


def images_in(html: str) -> tuple[str, ...]:
    """The addresses of the kept images that sanitised rich text shows, in reading order."""
    return tuple(dict.fromkeys(_IMAGE.findall(html)))


def _has_markup(html: str) -> bool:
    """In plain text a `<` before a letter is read as a tag that never ends, and what follows would be lost."""
    begun = _BEGUN.search(html)
    return begun is not None and ">" in html[begun.end() :]


def _clean(html: str) -> str:
    cleaned = nh3.clean(
        html,
        tags=set(TAGS),
        clean_content_tags=_UNREAD,
        attributes=ATTRIBUTES,
        attribute_filter=_kept_value,
        strip_comments=True,
        link_rel="noopener nofollow",
        url_schemes={"https"},
        generic_attribute_prefixes=set(),
    )
    return cleaned.replace("<img>", "")


def _kept_value(tag: str, attribute: str, value: str) -> str | None:
    pattern = _VALUES.get(attribute)
    return value if pattern is None or pattern.fullmatch(value) else None


def _removed(html: str) -> tuple[str, ...]:
    """Only told to the writer, so it reads the text as written and does not have to understand every trick."""
    if not _has_markup(html):
        return ()
    found = dict.fromkeys(_named(html))
    if "<!--" in html:
        found["comment"] = None
    return tuple(found)[:_MOST_REMOVED]


def _named(html: str) -> Iterator[str]:
    for match in _TAG.finditer(html.lower()):
        tag = match[1]
        if tag not in TAGS:
            yield tag
            continue
        for name, *values in _ATTRIBUTE.findall(match[2]):
            value = unescape(next(filter(None, values), ""))
            if name == "rel" and tag == "a":
                continue
            if name not in ATTRIBUTES.get(tag, ()) or _kept_value(tag, name, value) is None:
                yield f"{tag} {name}"
