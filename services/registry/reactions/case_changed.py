"""`case.changed`: an open case keeps its provider from leaving (7.1.3); one about an expulsion brings duties (7.2)."""

from collections.abc import Sequence

from services.registry import store
from services.registry.domain import obligation
from services.registry.use_cases.expulsions import follow_expulsion
from shared.contracts.enforcement import CaseChanged
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def follow_cases(tx: Transaction, received: Sequence[Received[CaseChanged]]) -> None:
    await store.obligations.keep_obligations(tx, received, obligation.of_case)
    expulsions = [item.event for item in received if item.event.kind == "expulsion"]
    confirmed = {case.provider_id for case in expulsions if case.status == "confirmed"}
    for provider_id in sorted({case.provider_id for case in expulsions}):
        await follow_expulsion(tx, provider_id, awaits_effect=provider_id in confirmed)
