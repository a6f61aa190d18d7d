"""Staff works on an application: claims it, verifies it item by item, asks for changes, rejects, admits (3.1)."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from services.registry import store
from services.registry.domain.application import Application, Item, Objection
from services.registry.domain.dossier import fields_of
from services.registry.domain.errors import OwnProvider
from services.registry.domain.provider import Provider
from services.registry.use_cases.agreement_stages import remind_of_coming
from services.registry.use_cases.numbers import refuse_personal
from services.registry.use_cases.outcomes import tell_outcome
from services.registry.use_cases.standing import tell_if_changed
from services.registry.use_cases.traits import refuse_barred
from shared.db.transaction import Transaction
from shared.errors import Invalid
from shared.personal.vault import Vault


async def claim_application(
    tx: Transaction, provider_id: UUID, version: int, officer: str, lease: timedelta
) -> Provider:
    """Nobody else decides until the lease is over."""
    provider, application = await _lock(tx, provider_id, version)
    old = {"state": application.state, "claimed_by": application.claimed_by}
    application.claim(by=officer, at=tx.now, until=tx.now + lease)
    provider.version += 1
    new = {"state": application.state, "claimed_until": application.claimed_until}
    tx.record("claim_application", provider.target, old=old, new=new)
    return provider


async def release_application(tx: Transaction, provider_id: UUID, version: int, officer: str) -> Provider:
    provider, application = await _lock(tx, provider_id, version)
    old = application.state
    application.release(by=officer, at=tx.now)
    provider.version += 1
    tx.record("release_application", provider.target, old={"state": old}, new={"state": application.state})
    return provider


async def verify_provider(
    tx: Transaction, provider_id: UUID, version: int, officer: str, reason: str, items: Iterable[Item] = tuple(Item)
) -> Provider:
    """What is verified stays so until it is stated anew."""
    refuse_personal(reason, "/reason")
    provider, application = await _lock(tx, provider_id, version)
    old = sorted(application.checks)
    application.verify(items, by=officer, at=tx.now)
    if sorted(application.checks) != old:
        provider.version += 1
    new = {"verified": sorted(application.checks)}
    tx.record("verify_provider", provider.target, old={"verified": old}, new=new, reason=reason)
    return provider


async def request_changes(
    tx: Transaction, provider_id: UUID, version: int, officer: str, objections: Sequence[Objection]
) -> Provider:
    """The applicant corrects what is named and submits again; what is named must be verified anew."""
    refuse_bad_objections(objections)
    provider, application = await _lock(tx, provider_id, version)
    old = application.state
    application.doubt(_items(objections))
    tx.emit(*application.request_changes(objections, by=officer, at=tx.now))
    await tell_outcome(tx, application)
    _record_decision(tx, "request_changes", provider, application, old)
    return provider


async def reject_application(
    tx: Transaction, provider_id: UUID, version: int, officer: str, objections: Sequence[Objection]
) -> Provider:
    """The applicant may put right what is named and submit again, as a new round."""
    refuse_bad_objections(objections)
    provider, application = await _lock(tx, provider_id, version)
    old = application.state
    application.doubt(_items(objections))
    tx.emit(*application.reject(objections, by=officer, at=tx.now))
    await tell_outcome(tx, application)
    _record_decision(tx, "reject_application", provider, application, old)
    return provider


async def admit_provider(
    tx: Transaction, vault: Vault, provider_id: UUID, version: int, officer: str, reason: str
) -> Provider:
    """Only who is complete, verified and bound by both agreements in force is admitted (3.1)."""
    refuse_personal(reason, "/reason")
    provider, application = await _lock(tx, provider_id, version)
    if officer == provider.account_id:
        raise OwnProvider("The decision belongs to somebody else")
    if provider.admitted_at is not None:
        return provider
    application.refuse_unfit(officer, tx.now)
    dossier = await store.dossier(tx, provider)
    dossier.refuse_incomplete(dossier.missing())
    await refuse_barred(tx, vault, provider)
    old = provider.standing
    tx.emit(*application.admit(by=officer, at=tx.now, reason=reason))
    tx.emit(*provider.admit(at=tx.now))
    await tell_outcome(tx, application)
    provider.version += 1
    await tell_if_changed(tx, provider)
    await remind_of_coming(tx, provider)
    tx.record(
        "admit_provider", provider.target, old={"standing": old}, new={"standing": provider.standing}, reason=reason
    )
    return provider


async def _lock(tx: Transaction, provider_id: UUID, version: int) -> tuple[Provider, Application]:
    provider = await store.lock_provider(tx, provider_id, version)
    return provider, await store.application(tx, provider_id)


def _record_decision(tx: Transaction, action: str, provider: Provider, application: Application, old: str) -> None:
    provider.version += 1
    new = {"state": application.state, "objections": application.objections}
    tx.record(action, provider.target, old={"state": old}, new=new, reason=application.reason)


def refuse_bad_objections(objections: Sequence[Objection]) -> None:
    known = fields_of(store.document_kinds())
    for number, objection in enumerate(objections):
        if objection.field not in known:
            raise Invalid(
                "There is no such field",
                errors=[
                    {"pointer": f"/objections/{number}/field", "in": "body", "message": "the name of no known field"}
                ],
            )
        refuse_personal(objection.reason, f"/objections/{number}/reason")


def _items(objections: Iterable[Objection]) -> set[str]:
    """What the objections doubt."""
    kinds = store.document_kinds()
    found = set()
    for objection in objections:
        first, _, rest = objection.field.partition(".")
        item = kinds[rest].item if first == "document" else _ITEMS.get(first, Item.ENTERPRISE)
        found.add(str(item))
    return found


_ITEMS = {
    "representative": Item.REPRESENTATIVE,
    "support_contact": Item.CONTACTS,
    "security_contact": Item.CONTACTS,
    "settlement_account": Item.SETTLEMENT_ACCOUNT,
}
