"""Which addresses a stranger's URL may lead to: an explicit list, for `is_global` of the library is not safe."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

DENIED_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier NAT; holds a cloud's metadata service
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local; holds most clouds' metadata services
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
UNICAST_V6 = IPv6Network("2000::/3")
DENIED_V6 = tuple(IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "3fff::/20"))
MAPPED = IPv6Network("::ffff:0:0/96")
NAT64 = IPv6Network("64:ff9b::/96")
SIX_TO_FOUR = IPv6Network("2002::/16")
ISATAP = (0x00005EFE, 0x02005EFE)


class AddressDeniedError(OSError):
    """A name or a literal leads to where nothing of ours must go."""


def embedded(address: Address) -> Address:
    """The IPv4 address that a mapped, NAT64, 6to4 or ISATAP address really leads to."""
    if isinstance(address, IPv6Address):
        number = int(address)
        if address in MAPPED or address in NAT64:
            return IPv4Address(number & 0xFFFFFFFF)
        if address in SIX_TO_FOUR:
            return IPv4Address(number >> 80 & 0xFFFFFFFF)
        if number >> 32 & 0xFFFFFFFF in ISATAP:
            return IPv4Address(number & 0xFFFFFFFF)
    return address


def is_denied(address: Address) -> bool:
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return True
        inner = embedded(address)
        if isinstance(inner, IPv4Address):
            return is_denied(inner)
        return address not in UNICAST_V6 or any(address in network for network in DENIED_V6)
    return any(address in network for network in DENIED_V4)


def is_allowed(address: Address, allowed: Iterable[Network]) -> bool:
    """`allowed` names networks that are fine here although they are on the list: a development machine's loopback."""
    inner = embedded(address)
    return any(inner.version == network.version and inner in network for network in allowed) or not is_denied(address)


def check_addresses(host: str, texts: Sequence[str], allowed: Sequence[Network]) -> list[Address]:
    """All addresses of `host`; one denied among them denies the host, whichever would have been used."""
    try:
        addresses = [ip_address(text) for text in texts]
    except ValueError:
        raise AddressDeniedError(f"{host} has an answer that is no address") from None
    if not addresses:
        raise AddressDeniedError(f"{host} has no address")
    if not all(is_allowed(address, allowed) for address in addresses):
        raise AddressDeniedError(f"{host} leads to an address that must not be reached")
    return addresses


def parse_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    return tuple(ip_network(text) for text in texts)
