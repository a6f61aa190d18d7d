"""Types for what a provider states about its listing."""

import re
from ipaddress import IPv4Address
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from services.catalog.domain.rich_text import sanitise
from shared.http.fields import Prose, WebAddress

_MOST_CHARACTERS = 20_000
_NUMERIC = re.compile(r"(?:0x[0-9a-f]*|\d+)(?:\.(?:0x[0-9a-f]*|\d+))*\.?", re.ASCII)


def _kept_text(html: str) -> str:
    """Escapes make a text longer; what is kept can be sent again as it was read."""
    if len(sanitise(html).html) > _MOST_CHARACTERS:
        raise ValueError(f"must have at most {_MOST_CHARACTERS} characters, markup and escapes included")
    return html


def _plain_address(address: str) -> str:
    """Refuses what a browser reads otherwise than people do."""
    if not address:
        return address
    host = urlsplit(address).hostname or ""
    if "\\" in address:
        raise ValueError("must not contain a backslash, which browsers take for a slash")
    if _NUMERIC.fullmatch(host) and not _is_dotted_quad(host):
        raise ValueError("must write an IP address as four decimal numbers")
    if host.startswith(".") or host.endswith(".") or ".." in host or "_" in host:
        raise ValueError("must name its host in the usual form, without a dot at the end")
    return address


def _is_dotted_quad(host: str) -> bool:
    try:
        return str(IPv4Address(host)) == host
    except ValueError:
        return False


def _whole_fen(value: Any) -> Any:
    """Says what is meant: that an integer is wanted tells nobody what is wrong with a price of 99.999."""
    if isinstance(value, float):
        raise ValueError("a price is stated in whole fen: 9900 is ¥99.00, and nothing is smaller than one fen")
    return value


RichText = Annotated[Prose, AfterValidator(_kept_text)]
"""HTML of which only harmless markup is kept, or plain text; up to 20 000 characters, also as it is kept."""

PlainAddress = Annotated[WebAddress, AfterValidator(_plain_address)]
"""An http(s) address that leads to where it seems to lead, or empty when it is not stated yet."""

Fen = Annotated[
    int,
    Field(ge=0, le=10_000_000_000, strict=True, description="Whole fen of CNY."),
    BeforeValidator(_whole_fen),
]
