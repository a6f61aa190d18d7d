"""Traits, evidence and pairs by themselves: spelling, confidence, and every status under every decision."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.registry.domain.errors import WrongLinkStatus
from services.registry.domain.evidence import FAN_OUT, WEIGHTS, WORTH_PROPOSING, Witness, confidence, weigh
from services.registry.domain.proposal import Link, LinkStatus
from services.registry.domain.trait import STRONG, TraitKind, normalised

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
PHONE, WEBSITE, DOMAIN = (TraitKind.PHONE, b"1"), (TraitKind.WEBSITE, b"w"), (TraitKind.MAIL_DOMAIN, b"d")
BY: Any = {"by": "officer-1", "at": AT, "reason": "checked"}


@pytest.mark.parametrize(
    ("kind", "text", "spelled"),
    [
        ("code", " 91110000600037341l ", "91110000600037341L"),
        ("code", "９１１１００００600037341L", "91110000600037341L"),
        ("code", "", None),
        ("representative", "11010519491231002x", "11010519491231002X"),
        ("bank_account", "6222 0202-0001 1234", "6222020200011234"),
        ("bank_account", "12", None),
        ("phone", "+86 138 0013 8000", "13800138000"),
        ("phone", "0086-13800138000", "13800138000"),
        ("phone", "0571-88888888", "57188888888"),
        ("phone", "+86 (571) 8888 8888", "57188888888"),
        ("phone", "110", None),
        ("mail_domain", "Someone@Mail.Example.COM", "mail.example.com"),
        ("mail_domain", "someone@qq.com", None),
        ("mail_domain", "nobody", None),
        ("mail_domain", "", None),
        ("address", "浙江省 杭州市，西湖区１号", "浙江省杭州市西湖区1号"),
        ("address", "杭州", None),
        ("website", "https://www.Example.com:8443/shop?x=1", "example.com"),
        ("website", "example.com/about", "example.com"),
        ("website", "https://例子.公司/", "xn--fsqu00a.xn--55qx5d"),
        ("website", "http://[::1", None),
        ("website", "", None),
        ("certificate", "ab:cd:ef", "ABCDEF"),
    ],
)
def test_a_trait_has_one_spelling_or_says_nothing(kind, text, spelled):
    assert normalised(TraitKind(kind), text) == spelled


def test_every_weak_kind_has_a_weight_with_its_source():
    assert set(WEIGHTS) == set(TraitKind) - STRONG
    assert all(0 < weight.value < 1 and weight.source == "design-choice" for weight in WEIGHTS.values())


def test_a_phone_of_two_says_more_than_a_phone_of_many_and_two_traits_more_than_one():
    two, many = Witness(PHONE, 2), Witness(PHONE, 40)
    assert confidence([two]) == 0.7 > confidence([many])
    assert confidence([two, Witness(WEBSITE, 2)]) == pytest.approx(1 - 0.3 * 0.4)
    assert confidence([]) == 0


def test_a_trait_of_half_the_market_is_not_heard():
    others = [UUID(int=number) for number in range(FAN_OUT)]
    assert weigh({DOMAIN: others}) == {}
    assert len(weigh({DOMAIN: others[1:]})) == FAN_OUT - 1


def test_an_identity_is_no_hint():
    assert weigh({(TraitKind.CODE, b"c"): [UUID(int=1)]}) == {}


def a_link(status):
    link = Link(UUID(int=9), UUID(int=1), UUID(int=2), AT)
    if status is not LinkStatus.LAPSED:
        link.assess((Witness(PHONE, 2),), at=AT)
    if status in (LinkStatus.CONFIRMED, LinkStatus.UNDONE):
        link.confirm(**BY)
    if status is LinkStatus.REJECTED:
        link.reject(**BY)
    if status is LinkStatus.UNDONE:
        link.undo(**BY)
    assert link.status is status
    return link


P, L, C, R, U = (
    LinkStatus.PROPOSED, LinkStatus.LAPSED, LinkStatus.CONFIRMED, LinkStatus.REJECTED, LinkStatus.UNDONE,
)  # fmt: skip
STEPS = {
    "same": lambda link: link.assess((Witness(PHONE, 2),), at=AT),
    "more": lambda link: link.assess((Witness(PHONE, 2), Witness(WEBSITE, 2)), at=AT),
    "gone": lambda link: link.assess((), at=AT),
    "weak": lambda link: link.assess((Witness(DOMAIN, 40),), at=AT),
    "confirm": lambda link: link.confirm(**BY),
    "reject": lambda link: link.reject(**BY),
    "undo": lambda link: link.undo(**BY),
    "investigate": lambda link: link.investigate(**BY, found="one owner"),
}
BECOMES = {
    P: {"same": P, "more": P, "gone": L, "weak": L, "confirm": C, "reject": R, "undo": None, "investigate": C},
    L: {"same": P, "more": P, "gone": L, "weak": L, "confirm": None, "reject": None, "undo": None, "investigate": C},
    C: {"same": C, "more": C, "gone": C, "weak": C, "confirm": None, "reject": None, "undo": U, "investigate": None},
    R: {"same": R, "more": P, "gone": R, "weak": R, "confirm": None, "reject": None, "undo": None, "investigate": C},
    U: {"same": U, "more": P, "gone": U, "weak": U, "confirm": None, "reject": None, "undo": None, "investigate": C},
}


@pytest.mark.parametrize(
    ("status", "step", "then"),
    [(status, step, then) for status, row in BECOMES.items() for step, then in row.items()],
)
def test_every_status_under_every_step(status, step, then):
    link = a_link(status)
    version = link.version
    if then is None:
        with pytest.raises(WrongLinkStatus):
            STEPS[step](link)
        assert (link.status, link.version) == (status, version)
        return
    STEPS[step](link)
    assert link.status is then
    assert (link.version > version) is (then is not status or (status, step) == (P, "more"))


def test_the_table_is_whole():
    assert set(BECOMES) == set(LinkStatus)
    assert all(set(row) == set(STEPS) for row in BECOMES.values())


def test_what_was_judged_once_stays_judged():
    link = a_link(R)
    link.assess((Witness(PHONE, 2), Witness(WEBSITE, 2)), at=AT)
    link.assess((Witness(PHONE, 2),), at=AT)
    assert link.status is L
    link.assess((Witness(PHONE, 2), Witness(WEBSITE, 2)), at=AT)
    link.reject(**BY)
    assert link.assess((Witness(WEBSITE, 2),), at=AT) is False
    assert confidence([Witness(WEBSITE, 2)]) > WORTH_PROPOSING
