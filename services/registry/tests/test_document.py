"""How long a document holds, and which an application still needs: without a database."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.registry import store
from services.registry.domain.document import Document, end_of, is_over, lacking, today
from services.registry.domain.person import PersonRole
from services.registry.tests.builders import NOW
from shared.ids import new_id

KINDS = store.document_kinds()
NEEDED = {"business_licence", "identity_card_front", "identity_card_back", "account_permit"}


def a_document(kind="business_licence", valid_until=None, replaced_at=None):
    return Document(
        new_id(), new_id(), new_id(), kind, "", None, valid_until, "image/png", 8, "address", b"", "account-1", NOW,
        replaced_at,
    )  # fmt: skip


def test_the_kinds_name_whose_key_seals_them():
    assert {kind.kind for kind in KINDS.values() if kind.required} == NEEDED
    assert all(kind.person in PersonRole and kind.title and kind.title_zh for kind in KINDS.values())


def test_a_document_holds_to_the_end_of_its_last_day_in_china():
    last = date(2026, 11, 2)
    end = datetime(2026, 11, 2, 16, tzinfo=UTC)
    assert end_of(last) == end
    assert not is_over(last, end - timedelta(microseconds=1))
    assert is_over(last, end)
    assert not is_over(None, end)


@pytest.mark.parametrize("last", [date.min, date.max])
def test_the_last_day_may_be_any_that_a_calendar_has(last):
    assert is_over(last, NOW) is (last == date.min)


@pytest.mark.parametrize(("hour", "day"), [(15, 2), (16, 3), (23, 3)])
def test_the_day_in_china_begins_at_four_in_the_afternoon_of_the_day_before(hour, day):
    assert today(datetime(2026, 11, 2, hour, tzinfo=UTC)) == date(2026, 11, day)


def test_a_replaced_or_expired_document_is_as_good_as_none():
    held = [a_document(kind) for kind in NEEDED]
    assert lacking(KINDS, held, NOW) == ()
    held[0].replaced_at = NOW
    held[1].valid_until = date(2026, 11, 1)
    assert set(lacking(KINDS, held, NOW)) == {held[0].kind, held[1].kind}
