"""Orders: plans bought, payments, subscriptions, entitlements, the ledger, reviews by buyers."""

from services import orders
from services.orders.jobs import JOBS
from services.orders.reactions import REACTIONS
from services.orders.routes import router
from services.orders.settings import OrdersSettings
from services.orders.tables import metadata
from services.orders.tasks import ask_for_payments, pay_refunds
from services.orders.use_cases.balancing import tell_balances
from services.orders.use_cases.ordering import tell_orders
from services.orders.use_cases.reviewing import tell_ratings
from services.orders.use_cases.subscribing import tell_subscriptions
from shared.service import Service

service = Service(
    name="orders",
    title="Orders",
    package=orders,
    settings=OrdersSettings,
    metadata=metadata,
    router=router,
    reactions=REACTIONS,
    jobs=JOBS,
    tasks=[pay_refunds, ask_for_payments],
    resync=[tell_subscriptions, tell_orders, tell_balances, tell_ratings],
)
