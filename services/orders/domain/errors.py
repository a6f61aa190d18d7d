"""What orders refuses, each with a stable code.

Refusal
├── NotFound
│   ├── UnknownListing            no such listing is on the market
│   ├── UnknownOrder              no such order, or another merchant's
│   └── UnknownSubscription       no such subscription, or another merchant's
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
    ├── WrongOrderStatus          the order's status does not allow the step
    └── PaymentMismatch           amount or currency differ from the order's
PaymentServerAway (Transient)     the payment server does not answer; the order stays as it is
"""

from collections.abc import Sequence

from services.orders.domain.permission import Block
from shared.contracts.effects import Effect
from shared.errors import Conflict, Invalid, NotFound, Transient, Unauthenticated


class UnknownListing(NotFound):
    code = "unknown-listing"
    title = "No such listing is on the market"


class UnknownOrder(NotFound):
    code = "unknown-order"
    title = "There is no such order"


class UnknownSubscription(NotFound):
    code = "unknown-subscription"
    title = "There is no such subscription"


class UnknownPlan(Invalid):
    code = "unknown-plan"
    title = "The listing has no such plan"


class UnreadableWebhook(Invalid):
    code = "unreadable-webhook"
    title = "The webhook is not of the agreed form"


class ForgedWebhook(Unauthenticated):
    code = "forged-webhook"
    title = "The signature does not prove the payment server"


class PriceChanged(Conflict):
    code = "price-changed"
    title = "The price is no longer the one that was seen"


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


class RenewalBlocked(_Blocked):
    code = "renewal-blocked"
    title = "The subscription cannot be renewed"


class AlreadySubscribed(Conflict):
    code = "already-subscribed"
    title = "The merchant already has a running subscription to the listing"


class SubscriptionEnded(Conflict):
    code = "subscription-ended"
    title = "The subscription has ended"


class WrongOrderStatus(Conflict):
    code = "wrong-order-status"
    title = "The order's status does not allow this"


class PaymentMismatch(Conflict):
    code = "payment-mismatch"
    title = "The payment is not the one that the order asks for"


class PaymentServerAway(Transient):
    """The payment server did not answer in time or answered with an error."""
