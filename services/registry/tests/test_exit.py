"""The statuses of an exit and of a receipt, and what each of them permits: no database."""

from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.errors import ExitBlocked, ReceiptSettled, WrongExitStatus
from services.registry.domain.exit import (
    PERMITS,
    TRANSITIONS,
    WAITS_FOR,
    Exit,
    ExitKind,
    ExitStatus,
    Progress,
    Service,
    expels,
)
from services.registry.domain.obligation import CONDITIONS, MEANINGS, SETTLEMENT, ObligationKind, Open, of_case
from services.registry.domain.receipt import TRANSITIONS as RECEIPTS
from services.registry.domain.receipt import Receipt, ReceiptStatus
from services.registry.tests.builders import NOW, a_cause
from shared.contracts.effects import Effect
from shared.contracts.enforcement import CaseChanged
from shared.contracts.registry import ExitAccepted
from shared.ids import new_id

NOTHING = Progress((), ())
DAY = timedelta(days=1)


def an_exit(kind=ExitKind.VOLUNTARY, status=ExitStatus.REQUESTED, **values):
    return Exit(new_id(), new_id(), kind, status, NOW, "account-1", **values)


def served_until(until, due=1, got=1):
    return Progress((), (Service(new_id(), until, due, got),))


def something_open(kind):
    return Progress((Open(kind, 1, ("one",)),), ())


def steps(leaving):
    """Every step of an exit, by the status that it leads to."""
    return {
        ExitStatus.ACCEPTED: lambda: leaving.accept(NOTHING, by="officer-1", at=NOW),
        ExitStatus.WITHDRAWN: lambda: leaving.withdraw(NOW),
        ExitStatus.SUPERSEDED: leaving.supersede,
        ExitStatus.EFFECTIVE: lambda: leaving.take_effect(NOW),
        ExitStatus.DROPPED: lambda: leaving.drop(NOW),
        ExitStatus.COMPLETED: lambda: leaving.complete(NOTHING, NOW),
    }


@pytest.mark.parametrize(
    ("kind", "status", "then"),
    [
        (kind, status, then)
        for kind, status, then in product(ExitKind, ExitStatus, steps(an_exit()))
        if status in TRANSITIONS[kind]
    ],
)
def test_each_status_allows_exactly_its_transitions(kind, status, then):
    leaving = an_exit(kind, status)
    if then in TRANSITIONS[kind][status]:
        steps(leaving)[then]()
        assert (leaving.status, leaving.version) == (then, 2)
    else:
        with pytest.raises(WrongExitStatus):
            steps(leaving)[then]()
        assert (leaving.status, leaving.version) == (status, 1)


@pytest.mark.parametrize("status", [ExitStatus.REQUESTED, ExitStatus.ACCEPTED])
def test_an_overturned_expulsion_gives_back_exactly_what_was(status):
    leaving = an_exit(status=status)
    leaving.supersede()
    assert (leaving.status, leaving.due_at) == (ExitStatus.SUPERSEDED, None)
    leaving.resume(NOW)
    assert (leaving.status, leaving.superseded_from) == (status, None)


def test_every_status_says_what_it_permits():
    assert set(PERMITS) == set(ExitStatus)
    assert set().union(*TRANSITIONS.values()) == set(ExitStatus)
    serving = {status for status, permits in PERMITS.items() if permits.serves}
    assert serving == {ExitStatus.REQUESTED, ExitStatus.ACCEPTED, ExitStatus.PROCEEDING}


@pytest.mark.parametrize("kind", ObligationKind)
def test_an_exit_is_accepted_only_when_nothing_of_7_1_is_open(kind):
    leaving = an_exit()
    if kind in CONDITIONS:
        with pytest.raises(ExitBlocked) as refused:
            leaving.accept(something_open(kind), by="officer-1", at=NOW)
        [named] = refused.value.facts["blockers"]
        assert (named["kind"], named["clause"]) == (kind, MEANINGS[kind].clause)
    else:
        assert isinstance(leaving.accept(something_open(kind), by="officer-1", at=NOW), ExitAccepted)


@pytest.mark.parametrize(("kind", "status"), [(ExitKind.VOLUNTARY, "accepted"), (ExitKind.EXPULSION, "effective")])
@pytest.mark.parametrize("open_kind", ObligationKind)
def test_an_exit_waits_for_what_its_kind_waits_for(kind, status, open_kind):
    leaving = an_exit(kind, ExitStatus(status))
    assert leaving.waits_for(something_open(open_kind), NOW) is (open_kind in WAITS_FOR[kind])


def test_what_the_final_settlement_waits_for_is_money():
    assert set(SETTLEMENT - CONDITIONS) == {ObligationKind.PAYOUT_DUE}
    assert all(MEANINGS[kind].owner == "orders" for kind in SETTLEMENT)


def test_the_period_of_service_is_waited_for_to_its_end_and_not_beyond():
    leaving = an_exit(status=ExitStatus.ACCEPTED)
    assert leaving.waits_for(served_until(NOW + DAY), NOW)
    assert leaving.waits_for(served_until(NOW + DAY), NOW + DAY - timedelta(microseconds=1))
    assert not leaving.waits_for(served_until(NOW + DAY), NOW + DAY)


def test_an_expelled_provider_serves_nothing_out_but_hands_the_data_over():
    leaving = an_exit(ExitKind.EXPULSION, ExitStatus.EFFECTIVE)
    assert not leaving.waits_for(served_until(NOW + DAY), NOW)
    assert leaving.waits_for(served_until(NOW + DAY, due=2, got=1), NOW)


def test_what_still_waits_is_not_completed():
    leaving = an_exit(status=ExitStatus.ACCEPTED)
    with pytest.raises(WrongExitStatus):
        leaving.complete(served_until(None, due=2, got=1), NOW)
    assert leaving.status is ExitStatus.ACCEPTED


@given(st.lists(st.tuples(st.none() | st.integers(-5, 5), st.integers(0, 3), st.integers(0, 3)), max_size=6))
def test_an_exit_ends_when_the_last_period_is_over_and_no_receipt_is_missing(parts):
    services = tuple(
        Service(new_id(), None if days is None else NOW + days * DAY, due, min(due, got)) for days, due, got in parts
    )
    leaving = an_exit(status=ExitStatus.ACCEPTED)
    missing = any(service.got < service.due for service in services)
    serving = any(service.until is not None and service.until > NOW for service in services)
    assert leaving.waits_for(Progress((), services), NOW) is (missing or serving)


@pytest.mark.parametrize(
    ("effects", "until", "expelled"),
    [
        (frozenset(Effect) - {Effect.SETTLE}, None, True),
        (frozenset(Effect) - {Effect.SETTLE}, NOW + DAY, False),
        ({Effect.ACCOUNT}, None, False),
        ({Effect.USE, Effect.CALL_API}, None, False),
    ],
)
def test_expelled_is_who_lost_use_and_account_for_ever(effects, until, expelled):
    assert expels([a_cause(*effects, until=until)]) is expelled


@pytest.mark.parametrize(
    ("kind", "status", "means"),
    [
        ("violation", "open", {ObligationKind.OPEN_CASE}),
        ("complaint", "open", {ObligationKind.COMPLAINT}),
        ("expulsion", "open", {ObligationKind.EXPULSION}),
        ("violation", "confirmed", set()),
        ("complaint", "dismissed", set()),
        ("expulsion", "confirmed", set()),
        ("a kind of next year", "open", {ObligationKind.OPEN_CASE}),
    ],
)
def test_a_case_stands_in_the_way_while_it_is_open(kind, status, means):
    case = CaseChanged(
        case_id=new_id(), provider_id=new_id(), kind=kind, act="a", clause="c", status=status, opened_at=NOW
    )
    assert set(of_case(case).kinds) == means


def receipt_steps(receipt):
    return {
        "confirm": (lambda: receipt.confirm(NOW), ReceiptStatus.CONFIRMED),
        "claim": (lambda: receipt.claim("signed for", None, NOW), ReceiptStatus.CLAIMED),
        "accept": (lambda: receipt.decide(convinced=True, by="officer-1", at=NOW), ReceiptStatus.ACCEPTED),
        "refuse": (lambda: receipt.decide(convinced=False, by="officer-1", at=NOW), ReceiptStatus.DUE),
    }


@pytest.mark.parametrize(("status", "step"), [*product(ReceiptStatus, ["confirm", "claim", "accept", "refuse"])])
def test_each_receipt_allows_exactly_its_transitions(status, step):
    receipt = Receipt(new_id(), new_id(), "merchant-1", status)
    act, then = receipt_steps(receipt)[step]
    if then in RECEIPTS[status]:
        act()
        assert (receipt.status, receipt.version) == (then, 2)
    elif step == "confirm":  # the user may say it again
        act()
        assert (receipt.status, receipt.version) == (status, 1)
    else:
        with pytest.raises(ReceiptSettled):
            act()
        assert (receipt.status, receipt.version) == (status, 1)
