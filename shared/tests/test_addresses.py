"""The guard against addresses that no request of ours may reach, with the known ways around such guards."""

from ipaddress import ip_address

import pytest

from shared.addresses import AddressDeniedError, check_addresses, is_denied, parse_networks

DENIED = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.100.100.200",
    "100.64.0.1",
    "192.0.0.9",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2002:c0a8:101::",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "3fff::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "ff02::1",
    "fec0::1",
    "100::1",
    "5f00::1",
    "2606:4700::5efe:127.0.0.1",
    "2606:4700::200:5efe:10.0.0.1",
]

ALLOWED = [
    "1.1.1.1",
    "8.8.8.8",
    "223.5.5.5",
    "172.32.0.1",
    "100.128.0.1",
    "2606:4700::1111",
    "2400:3200::1",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
]


@pytest.mark.parametrize("text", DENIED)
def test_a_probe_never_goes_to(text):
    assert is_denied(ip_address(text))


@pytest.mark.parametrize("text", ALLOWED)
def test_a_probe_may_go_to(text):
    assert not is_denied(ip_address(text))


def test_one_denied_answer_among_good_ones_denies_the_name():
    with pytest.raises(AddressDeniedError):
        check_addresses("two.example", ["8.8.8.8", "10.0.0.1"], ())


@pytest.mark.parametrize("texts", [[], ["nonsense"]])
def test_a_name_without_a_real_address_is_denied(texts):
    with pytest.raises(AddressDeniedError):
        check_addresses("odd.example", texts, ())


@pytest.mark.parametrize("text", ["127.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"])
def test_an_allowed_network_is_recognised_in_every_notation(text):
    assert check_addresses("here", [text], parse_networks(["127.0.0.0/8"]))


def test_an_allowed_network_opens_nothing_else():
    with pytest.raises(AddressDeniedError):
        check_addresses("here", ["127.0.0.1", "10.0.0.1"], parse_networks(["127.0.0.0/8"]))
