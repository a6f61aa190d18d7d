"""The ledger: every template sums to zero, over any history, and the database refuses what does not."""

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.orders.domain import ledger
from services.orders.domain.ledger import Entry, Posting, Template
from services.orders.domain.order import technical_fee
from services.orders.store import post
from shared.db.transaction import Database
from shared.ids import new_id

prices = st.integers(min_value=0, max_value=10_000_000_000)
rates = st.integers(min_value=0, max_value=10_000)
steps = st.sampled_from(["leave it", "give back", "stray"])


def a_history(price_fen: int, rate: int, step: str, provider_id=None) -> list[Entry]:
    order_id, refund_id, provider_id = new_id(), new_id(), provider_id or new_id()
    if step == "stray":
        return ledger.stray_payment(refund_id, price_fen) + ledger.pay_refund(refund_id, price_fen)
    entries = ledger.pay(order_id, provider_id, price_fen)
    entries += ledger.take_fee(order_id, provider_id, technical_fee(price_fen, rate))
    if step == "give back":
        entries += ledger.owe_refund(refund_id, provider_id, price_fen) + ledger.pay_refund(refund_id, price_fen)
    return entries


@given(st.lists(st.tuples(prices, rates, steps), max_size=20))
def test_any_history_sums_to_zero_and_keeps_the_fee(histories):
    balances: dict[str, int] = {}
    fees = held = 0
    for price, rate, step in histories:
        for entry in a_history(price, rate, step):
            assert sum(posting.amount_fen for posting in entry.postings) == 0
            assert all(posting.amount_fen for posting in entry.postings)
            for posting in entry.postings:
                account = posting.account.partition(":")[0]
                balances[account] = balances.get(account, 0) + posting.amount_fen
        fees += technical_fee(price, rate) if step != "stray" else 0
        held += price if step == "leave it" else 0
    assert sum(balances.values()) == 0
    assert balances.get(ledger.TECHNICAL_FEES, 0) == -fees
    assert balances.get(ledger.PAYMENTS, 0) == held
    assert balances.get(ledger.REFUNDS_DUE, 0) == 0


@given(prices, rates)
def test_the_fee_is_within_half_a_fen_of_the_rate_and_never_above_the_price(price, rate):
    fee = technical_fee(price, rate)
    assert 0 <= fee <= price
    assert abs(fee * 10_000 - price * rate) <= 5_000


def test_a_negative_amount_is_no_posting():
    with pytest.raises(ValueError, match="never negative"):
        ledger.pay(new_id(), new_id(), -1)


async def test_random_histories_are_stored_and_sum_to_zero(db: Database):
    async with db.transaction() as tx:
        for price in (1, 99, 9_900, 123_457):
            for step in ("leave it", "give back", "stray"):
                await post(tx, new_id(), a_history(price, 500, step))
    async with db.transaction() as tx:
        assert await tx.driver.fetchval("SELECT sum(amount_fen) FROM posting") == 0
        assert await tx.driver.fetchval("SELECT count(*) FROM ledger_entry") == 4 * (2 + 4 + 2) - 2


@pytest.mark.parametrize("postings", [(Posting("a", 5), Posting("b", -4)), (Posting("a", 5),), ()])
async def test_the_database_refuses_an_entry_that_does_not_sum_to_zero(db: Database, postings):
    with pytest.raises(asyncpg.CheckViolationError, match="sum to"):
        async with db.transaction() as tx:
            await post(tx, new_id(), [Entry(Template.PAY, "x", postings)])


async def test_the_database_refuses_a_posting_added_later(db: Database):
    async with db.transaction() as tx:
        await post(tx, new_id(), ledger.pay(new_id(), new_id(), 100))
    with pytest.raises(asyncpg.CheckViolationError, match="sum to"):
        async with db.transaction() as tx:
            await tx.driver.execute(
                "INSERT INTO posting (entry_id, account, amount_fen)"
                " SELECT entry_id, 'payments', 7 FROM ledger_entry LIMIT 1"
            )


async def test_one_step_is_booked_once(db: Database):
    entries = ledger.pay(new_id(), new_id(), 100)
    async with db.transaction() as tx:
        await post(tx, new_id(), entries)
    with pytest.raises(asyncpg.UniqueViolationError):
        async with db.transaction() as tx:
            await post(tx, new_id(), entries)


@pytest.mark.parametrize("change", ["UPDATE posting SET amount_fen = 1", "DELETE FROM posting", "TRUNCATE posting"])
async def test_the_ledger_is_append_only(db: Database, change: str):
    async with db.transaction() as tx:
        await post(tx, new_id(), ledger.pay(new_id(), new_id(), 100))
    with pytest.raises(asyncpg.RestrictViolationError, match="append only"):
        async with db.transaction() as tx:
            await tx.driver.execute(change)
