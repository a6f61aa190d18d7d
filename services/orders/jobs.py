"""What orders does by the clock, each in one transaction."""

from datetime import timedelta

from services.orders.use_cases.balancing import tell_changed_balances
from services.orders.use_cases.ordering import cancel_unpaid_orders
from services.orders.use_cases.reconsidering import look_again
from services.orders.use_cases.subscribing import expire_subscriptions
from shared.service import Job

JOBS = [
    Job("look_again", timedelta(seconds=1), look_again),
    Job("tell_changed_balances", timedelta(seconds=1), tell_changed_balances),
    Job("expire_subscriptions", timedelta(seconds=5), expire_subscriptions),
    Job("cancel_unpaid_orders", timedelta(minutes=1), cancel_unpaid_orders),
]
