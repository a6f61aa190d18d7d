"""What may show that two accounts are one provider (6.5.11): its traits, each in one spelling.

A code and a representative are the identity that the law speaks of ("the same identity authentication information");
the other kinds are hints at the same actual controller, which staff judge.
"""

import re
import unicodedata
from enum import StrEnum
from urllib.parse import urlsplit


class TraitKind(StrEnum):
    CODE = "code"
    REPRESENTATIVE = "representative"
    BANK_ACCOUNT = "bank_account"
    PHONE = "phone"
    MAIL_DOMAIN = "mail_domain"
    ADDRESS = "address"
    WEBSITE = "website"
    CERTIFICATE = "certificate"


STRONG = frozenset({TraitKind.CODE, TraitKind.REPRESENTATIVE})
"""Who shares one of these is the same provider, without anybody's judgement."""

Ground = tuple[TraitKind, bytes]
"""A trait as it is kept: its kind, and the blind index of its normal spelling."""

FREE_MAIL = frozenset(
    {
        "126.com", "139.com", "163.com", "189.cn", "263.net", "aliyun.com", "foxmail.com", "gmail.com", "hotmail.com",
        "icloud.com", "live.cn", "live.com", "mail.com", "me.com", "msn.com", "outlook.com", "proton.me",
        "protonmail.com", "qq.com", "sina.cn", "sina.com", "sohu.com", "tom.com", "vip.163.com", "vip.qq.com",
        "vip.sina.com", "wo.cn", "yahoo.com", "yeah.net",
    }
)  # fmt: skip
"""Mail for everybody: the domain says nothing about who controls the account."""

_NOT_ALNUM = re.compile(r"[\W_]+")
_NOT_DIGIT = re.compile(r"\D+")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+")


def normalised(kind: TraitKind, text: str) -> str | None:
    """The one spelling of a trait, so that equal ones have equal digests. None: it says nothing."""
    return _SPELLINGS[kind](unicodedata.normalize("NFKC", text).strip())


def _identifier(text: str) -> str | None:
    return _NOT_ALNUM.sub("", text).upper() or None


def _bank_account(text: str) -> str | None:
    digits = _NOT_DIGIT.sub("", text)
    return digits if len(digits) >= 8 else None


def _phone(text: str) -> str | None:
    """With or without the country's prefix it is the same line; a number abroad keeps its own."""
    digits = _NOT_DIGIT.sub("", text)
    for prefix in ("0086", "86"):
        if digits.startswith(prefix) and len(digits) - len(prefix) >= 10:
            digits = digits.removeprefix(prefix)
            break
    digits = digits.lstrip("0")
    return digits if len(digits) >= 7 else None


def _mail_domain(text: str) -> str | None:
    domain = _host(text.rpartition("@")[2])
    return None if domain in FREE_MAIL else domain


def _address(text: str) -> str | None:
    spelled = _NOT_ALNUM.sub("", text).casefold()
    return spelled if len(spelled) >= 6 else None


def _website(text: str) -> str | None:
    try:
        host = _host(urlsplit(text if "//" in text else f"//{text}").hostname or "")
    except ValueError:
        return None
    return host and (host.removeprefix("www.") if host.count(".") > 1 else host)


def _host(text: str) -> str | None:
    """A domain name in lower-case ASCII."""
    try:
        name = text.strip().strip(".").lower().encode("idna").decode("ascii")
    except UnicodeError:
        return None
    return name if _HOST.fullmatch(name) else None


_SPELLINGS = {
    TraitKind.CODE: _identifier,
    TraitKind.REPRESENTATIVE: _identifier,
    TraitKind.BANK_ACCOUNT: _bank_account,
    TraitKind.PHONE: _phone,
    TraitKind.MAIL_DOMAIN: _mail_domain,
    TraitKind.ADDRESS: _address,
    TraitKind.WEBSITE: _website,
    TraitKind.CERTIFICATE: _identifier,
}
