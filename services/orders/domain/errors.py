"""What orders refuses, each with a stable code.

Refusal
├── NotFound
│   ├── UnknownListing            no such listing is on the market
│   ├── UnknownOrder              no such order, or another merchant's
│   ├── UnknownSubscription       no such subscription, or another merchant's
│   └── UnknownReview             no such review, or another merchant's
├── Forbidden
│   └── NotABuyer                 only who has or had a listing reviews it
├── Invalid
│   ├── UnknownPlan               the listing has no such plan
│   └── UnreadableWebhook         signed, but not of the agreed form
├── Unauthenticated
│   └── ForgedWebhook             the signature does not prove the payment server
└── Conflict
    ├── PriceChanged              the price is no longer the one that the merchant saw
    ├── OrderBlocked              a cause in force blocks the effect that the order needs
    ├── RenewalBlocked            the same for `renew`
    ├── AlreadySubscribed         the merchant has this listing; renewing is the way
    ├── SubscriptionEnded         what has ended cannot be renewed
    ├── AlreadyReviewed           the merchant's review of the listing stands; editing is the way
    ├── ReviewHidden              hidden by staff, or not to be hidden or restored twice
    ├── WrongOrderStatus          the order's status does not allow the step
    └── PaymentMismatch           amount or currency differ from the order's
PaymentServerAway (Transient)     the payment server does not answer; the order stays as it is
"""

from collections.abc import Sequence

from services.orders.domain.permission import Block
from shared.contracts.effects import Effect
from shared.errors import Conflict, Forbidden, Invalid, NotFound, Transient, Unauthenticated


class UnknownListing(NotFound):
    code = "unknown-listing"
    title = "No such listing is on the market"
    title_zh = "市场上没有该服务"


class UnknownOrder(NotFound):
    code = "unknown-order"
    title = "There is no such order"
    title_zh = "订单不存在"


class UnknownSubscription(NotFound):
    code = "unknown-subscription"
    title = "There is no such subscription"
    title_zh = "订阅不存在"


class UnknownReview(NotFound):
    code = "unknown-review"
    title = "There is no such review"
    title_zh = "评价不存在"


class NotABuyer(Forbidden):
    code = "not-a-buyer"
    title = "Only a buyer of the listing may review it"
    title_zh = "仅订购过该服务的商家可以评价"


class UnknownPlan(Invalid):
    code = "unknown-plan"
    title = "The listing has no such plan"
    title_zh = "该服务没有此套餐"


class UnreadableWebhook(Invalid):
    code = "unreadable-webhook"
    title = "The webhook is not of the agreed form"
    title_zh = "回调内容不符合约定格式"


class ForgedWebhook(Unauthenticated):
    code = "forged-webhook"
    title = "The signature does not prove the payment server"
    title_zh = "签名无法证明来自支付服务"


class PriceChanged(Conflict):
    code = "price-changed"
    title = "The price is no longer the one that was seen"
    title_zh = "价格与下单时所见不同"


class _Blocked(Conflict):
    """Names the first cause in the members `effect`, `clause`, `decision_id`, and all of them in `causes`."""

    def __init__(self, effect: Effect, blocks: Sequence[Block]) -> None:
        first = blocks[0]
        super().__init__(
            f"{effect.value} is blocked under clause {first.clause}",
            effect=effect.value,
            clause=first.clause,
            decision_id=None if first.decision_id is None else str(first.decision_id),
            causes=[block.as_facts() for block in blocks],
        )


class OrderBlocked(_Blocked):
    code = "order-blocked"
    title = "The listing cannot be ordered"
    title_zh = "该服务目前无法订购"


class RenewalBlocked(_Blocked):
    code = "renewal-blocked"
    title = "The subscription cannot be renewed"
    title_zh = "该订阅目前无法续订"


class AlreadySubscribed(Conflict):
    code = "already-subscribed"
    title = "The merchant already has a running subscription to the listing"
    title_zh = "已订购该服务且仍在有效期内"


class AlreadyReviewed(Conflict):
    code = "already-reviewed"
    title = "The merchant has reviewed the listing already"
    title_zh = "已评价过该服务"


class ReviewHidden(Conflict):
    code = "review-hidden"
    title = "The review's visibility does not allow this"
    title_zh = "评价当前的显示状态不允许此操作"


class SubscriptionEnded(Conflict):
    code = "subscription-ended"
    title = "The subscription has ended"
    title_zh = "订阅已结束"


class WrongOrderStatus(Conflict):
    code = "wrong-order-status"
    title = "The order's status does not allow this"
    title_zh = "订单当前状态不允许此操作"


class PaymentMismatch(Conflict):
    code = "payment-mismatch"
    title = "The payment is not the one that the order asks for"
    title_zh = "支付与订单不符"


class PaymentServerAway(Transient):
    """The payment server did not answer in time or answered with an error."""
