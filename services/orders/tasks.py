"""What orders does with the payment server in the background. No transaction is open while the server is asked."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from services.orders import store
from services.orders.domain.errors import PaymentServerAway
from services.orders.domain.payment import Confirmation
from services.orders.payment_server import PaymentServer
from services.orders.settings import OrdersSettings
from services.orders.use_cases.paying import ask_again, confirm_payment
from services.orders.use_cases.refunding import complete_refund, postpone_refund
from shared.context import Context, set_context
from shared.db.transaction import Database
from shared.errors import Refusal
from shared.service import Running

log = structlog.get_logger()
BATCH = 20
# Longer than an attempt can take; a refund whose worker died is due again after it.
CLAIMED_FOR = timedelta(minutes=1)


async def pay_refunds(running: Running) -> None:
    settings: OrdersSettings = running.settings
    server = PaymentServer.of(settings)
    await _forever("pay_refunds", settings.refund_poll_seconds, lambda: pay_due_refunds(running.db, server))


async def ask_for_payments(running: Running) -> None:
    settings: OrdersSettings = running.settings
    server = PaymentServer.of(settings)
    await _forever("ask_for_payments", 1.0, lambda: ask_for_silent_payments(running.db, server))


async def pay_due_refunds(db: Database, server: PaymentServer) -> int:
    """Claims due refunds, asks the server for each, and books what it answers."""
    async with db.transaction() as tx:
        claimed = await store.claim_refunds(tx, tx.now + CLAIMED_FOR, BATCH)
    for refund in claimed:
        try:
            await server.refund(refund.payment_id, refund.refund_id, refund.amount_fen)
        except PaymentServerAway as error:
            async with db.transaction() as tx:
                await postpone_refund(tx, refund.refund_id, str(error))
        else:
            async with db.transaction() as tx:
                await complete_refund(tx, refund.refund_id)
    return len(claimed)


async def ask_for_silent_payments(db: Database, server: PaymentServer) -> int:
    """Asks the server for payments whose webhook is late."""
    async with db.transaction() as tx:
        silent = await store.claim_silent_payments(tx, BATCH)
        for payment in silent:
            ask_again(payment, tx.now)
    for payment in silent:
        try:
            confirmation = (await server.see_payment(payment.payment_id)).confirmation()
        except PaymentServerAway as error:
            log.warning("payment.unanswered", payment_id=payment.payment_id, error=str(error))
            continue
        if confirmation is not None:
            await _confirm(db, confirmation)
    return len(silent)


async def _confirm(db: Database, confirmation: Confirmation) -> None:
    try:
        async with db.transaction() as tx:
            await confirm_payment(tx, confirmation)
    except Refusal as refusal:
        log.error("payment.refused", payment_id=confirmation.payment_id, code=refusal.code, detail=refusal.detail)


async def _forever(name: str, every_seconds: float, step: Callable[[], Awaitable[int]]) -> None:
    while True:
        set_context(Context(actor=f"task:{name}"))
        moved = await step()
        await asyncio.sleep(0 if moved else every_seconds)
