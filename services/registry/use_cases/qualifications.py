"""The right to sell in a category: granted, renewed, revoked (3.2, 8.1)."""

from datetime import datetime
from uuid import UUID

from services.registry import store
from services.registry.domain.errors import NoRequirement, QualificationEnded
from services.registry.domain.provider import Provider
from services.registry.domain.qualification import QualificationStep, StepKind
from services.registry.domain.qualification_request import QualificationRequest
from services.registry.domain.requirement import Requirement
from services.registry.use_cases.numbers import refuse_personal
from services.registry.use_cases.qualification_notices import tell_revoked
from services.registry.use_cases.standing import tell_if_changed
from shared.db.transaction import Transaction
from shared.errors import Invalid
from shared.ids import new_id


def requirement_of(category: str) -> Requirement:
    """What the category asks for; one that asks for nothing can neither be requested nor granted."""
    found = store.requirements().get(category)
    if found is None:
        raise NoRequirement(
            f"The category {category} asks for no qualification",
            errors=[
                {
                    "pointer": "/category",
                    "in": "body",
                    "message": f"must be one of: {', '.join(sorted(store.requirements()))}",
                }
            ],
        )
    return found


async def grant_qualification(
    tx: Transaction, provider_id: UUID, officer: str, category: str, expires_at: datetime | None, reason: str
) -> Provider:
    """Opens a category for the provider; granting it again replaces its end."""
    requirement_of(category)
    refuse_past(expires_at, tx.now)
    refuse_personal(reason, "/reason")
    provider = await store.lock_provider(tx, provider_id)
    await open_category(tx, provider, officer, category, expires_at, reason)
    return provider


async def open_category(
    tx: Transaction,
    provider: Provider,
    officer: str,
    category: str,
    expires_at: datetime | None,
    reason: str,
    request: QualificationRequest | None = None,
) -> None:
    """The penalties that have taken the category away are named, so that enforcement may see them cured (6.5.6).

    A request answers only what was in force when it was made.
    """
    held = await store.qualification(tx, provider.provider_id, category)
    cures, sequence = await cured(tx, provider.provider_id, category, request)
    request_id = None if request is None else request.request_id
    holds = held is not None and held.holds(tx.now)
    old = {"expires_at": held.expires_at} if held is not None and holds else None
    if old is not None and old["expires_at"] == expires_at and not cures and request is None:
        return
    qualification, granted = provider.qualify(
        category, by=officer, at=tx.now, expires_at=expires_at, cures=cures, restriction_sequence=sequence
    )
    await tx.session.merge(qualification)
    kind = StepKind.RENEWED if holds else StepKind.GRANTED
    tx.session.add(
        QualificationStep(
            new_id(), provider.provider_id, category, kind, tx.now, officer, expires_at, reason, request_id
        )
    )
    tx.emit(granted)
    await tell_if_changed(tx, provider)
    tx.record(
        "grant_qualification",
        provider.target,
        old=old,
        new={"category": category, "expires_at": expires_at, "cures": list(cures), "request_id": request_id},
        reason=reason,
    )


async def cured(
    tx: Transaction, provider_id: UUID, category: str, request: QualificationRequest | None
) -> tuple[tuple[UUID, ...], int]:
    """The penalties of which a grant would be the cure, and the state of the restriction that names them."""
    causes, sequence = await store.category_restriction(tx, provider_id, category)
    asked_at = tx.now if request is None else request.requested_at
    return tuple(
        c.penalty_id for c in causes if c.from_ <= asked_at and (c.until is None or tx.now < c.until)
    ), sequence


async def revoke_qualification(
    tx: Transaction, provider_id: UUID, version: int, officer: str, category: str, reason: str
) -> Provider:
    """The registry takes a category back, at once. A penalty that takes one away is enforcement's and no revocation."""
    refuse_personal(reason, "/reason")
    provider = await store.lock_provider(tx, provider_id, version)
    provider.refuse_own(officer)
    held = await store.qualification(tx, provider_id, category)
    if held is None:
        raise QualificationEnded(f"The provider has no qualification for {category}")
    tx.emit(held.revoke(reason=reason, at=tx.now))
    tx.session.add(
        QualificationStep(new_id(), provider_id, category, StepKind.REVOKED, tx.now, officer, tx.now, reason)
    )
    provider.version += 1
    await tell_if_changed(tx, provider)
    await tell_revoked(tx, provider, category, reason)
    tx.record(
        "revoke_qualification",
        provider.target,
        old={"category": category, "expires_at": held.expires_at},
        new={"revoked_at": tx.now},
        reason=reason,
    )
    return provider


def refuse_past(expires_at: datetime | None, now: datetime) -> None:
    if expires_at is not None and expires_at <= now:
        raise Invalid(
            "The qualification would be expired already",
            errors=[{"pointer": "/expires_at", "in": "body", "message": "must lie in the future"}],
        )
