"""Orders, subscriptions and permissions as pure values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.orders.domain import permission
from services.orders.domain.errors import SubscriptionEnded, WrongOrderStatus
from services.orders.domain.order import PERMITS, TRANSITIONS, Order, OrderKind, OrderStatus, cause_against
from services.orders.domain.payment import retry_after
from services.orders.domain.subscription import Subscription
from services.orders.tests.builders import CLEAR, FREEZE, NOW, a_cause, a_listing, a_provider, a_while
from shared.contracts.effects import Effect
from shared.contracts.orders import OrderRefunded, RefusalCause, SubscriptionStatus
from shared.contracts.registry import Qualified
from shared.ids import new_id

CAUSE = RefusalCause(effect="order", clause="6.3.2(4)")


def an_order(status: OrderStatus = OrderStatus.PLACED, kind: OrderKind = OrderKind.PURCHASE, placed_at=NOW) -> Order:
    return Order(
        new_id(), "merchant-a", new_id(), new_id(), "month", 30, 9_900, 495, placed_at, kind=kind, status=status
    )


def a_subscription(status: SubscriptionStatus = SubscriptionStatus.ACTIVE) -> Subscription:
    return Subscription(new_id(), "merchant-a", new_id(), new_id(), NOW, NOW + a_while(days=30), status)


STEPS = {
    OrderStatus.PAID: lambda order: order.pay("p", NOW),
    OrderStatus.REFUSED: lambda order: order.refuse(CAUSE, NOW),
    OrderStatus.CANCELLED: lambda order: order.cancel("no", NOW),
    OrderStatus.REFUNDING: lambda order: order.give_back(CAUSE),
    OrderStatus.REFUNDED: lambda order: order.refund(NOW),
}


@pytest.mark.parametrize("status", OrderStatus)
@pytest.mark.parametrize("step", STEPS)
def test_an_order_moves_only_as_its_table_says(status: OrderStatus, step: OrderStatus):
    order = an_order(status)
    order.cause = CAUSE.model_dump(mode="json")
    if step in TRANSITIONS[status]:
        STEPS[step](order)
        assert order.status is step
    else:
        with pytest.raises(WrongOrderStatus):
            STEPS[step](order)
        assert order.status is status


def test_every_status_says_where_it_leads_and_what_it_permits():
    assert set(TRANSITIONS) == set(PERMITS) == set(OrderStatus)
    assert {status for status, permits in PERMITS.items() if permits.paying} == {OrderStatus.PLACED}


def test_each_step_says_its_fact():
    order = an_order()
    assert order.updated().is_open
    assert [fact.wire.name for fact in order.pay("p", NOW)] == ["order.paid", "order.updated"]
    assert order.give_back(CAUSE) == [order.updated()]
    assert (order.updated().is_open, order.updated().refund_pending) == (False, True)
    [refunded, updated] = order.refund(NOW)
    assert (updated, order.updated().refund_pending) == (order.updated(), False)
    assert isinstance(refunded, OrderRefunded)
    assert (refunded.amount_fen, refunded.cause) == (9_900, CAUSE)


def test_an_order_placed_at_from_does_not_stand_and_one_placed_before_does():
    cause = a_cause(from_=NOW, until=NOW + a_while(days=1))
    assert cause_against(an_order(placed_at=NOW - a_while(microseconds=1)), [cause]) is None
    against = cause_against(an_order(placed_at=NOW), [cause])
    assert against is not None
    assert (against.effect, against.decision_id) == ("order", cause.decision_id)
    assert cause_against(an_order(placed_at=NOW + a_while(days=1)), [cause]) is None


def test_a_renewal_is_judged_by_renew_and_a_purchase_by_order():
    delist = a_cause(frozenset({Effect.LIST, Effect.ORDER}))
    assert cause_against(an_order(kind=OrderKind.RENEWAL), [delist]) is None
    assert cause_against(an_order(kind=OrderKind.PURCHASE), [delist]) is not None


def test_an_ended_subscription_is_not_extended():
    ended = a_subscription(SubscriptionStatus.EXPIRED)
    with pytest.raises(SubscriptionEnded):
        ended.extend(30)
    with pytest.raises(SubscriptionEnded):
        ended.expire()
    assert ended.terminate(NOW) == []
    assert ended.shorten(30, NOW) == []


def test_extending_and_taking_it_back_leaves_the_subscription_as_it_was():
    subscription = a_subscription()
    ends_at = subscription.ends_at
    subscription.extend(30)
    subscription.shorten(30, NOW)
    assert (subscription.ends_at, subscription.status) == (ends_at, SubscriptionStatus.ACTIVE)


def test_a_subscription_runs_from_its_start_up_to_its_end():
    subscription = a_subscription()
    assert subscription.is_running(NOW)
    assert not subscription.is_running(NOW - a_while(microseconds=1))
    assert not subscription.is_running(subscription.ends_at)


effects = st.sampled_from([FREEZE, CLEAR, frozenset({Effect.LIST}), frozenset({Effect.LIST, Effect.ORDER})])
spans = st.tuples(st.integers(-10, 10), st.none() | st.integers(-10, 20))


@given(st.lists(st.tuples(effects, spans), max_size=6), st.sampled_from([Effect.ORDER, Effect.RENEW, Effect.USE]))
def test_applying_and_lifting_any_mix_gives_back_the_state_before(causes, effect):
    listing = a_listing()
    provider = a_provider(listing.provider_id)
    made = [
        a_cause(which, NOW + a_while(hours=start), None if length is None else NOW + a_while(hours=start + length))
        for which, (start, length) in causes
    ]
    assert permission.blocks(effect, NOW, listing, [], provider) == []
    for cut in range(len(made) + 1):
        found = permission.blocks(effect, NOW, listing, made[cut:], provider)
        assert {block.decision_id for block in found} == {c.decision_id for c in made[cut:] if c.blocks(effect, NOW)}


@pytest.mark.parametrize(
    ("category", "ends", "blocked"),
    [
        ("erp", None, set()),
        ("erp", NOW + a_while(microseconds=1), set()),
        ("erp", NOW, {Effect.LIST, Effect.ORDER, Effect.PUBLISH}),
        ("design", NOW, set()),
    ],
)
def test_a_qualification_that_has_ended_blocks_new_orders_there_and_neither_use_nor_renewal(category, ends, blocked):
    listing = a_listing()
    qualified = Qualified(category=category, expires_at=ends)
    provider = a_provider(listing.provider_id).model_copy(update={"qualifications": (qualified,)})
    found = [block for effect in Effect for block in permission.blocks(effect, NOW, listing, [], provider)]
    assert {block.effect for block in found} == blocked
    assert all((b.ground, b.clause, b.from_) == ("qualification", "3.2", ends) for b in found)


def test_retries_double_and_stay_bounded():
    delays = [retry_after(attempt) for attempt in range(40)]
    assert delays[:4] == [a_while(seconds=second) for second in (1, 2, 4, 8)]
    assert delays[-1] == a_while(minutes=5)
