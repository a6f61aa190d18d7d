"""A provider asks to be qualified for a category, or for its renewal; staff claims and decides (3.2, 8.1)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NoReturn
from uuid import UUID

from services.registry import store
from services.registry.domain.document import Document
from services.registry.domain.errors import ProofsLacking, RequestPending, WrongStanding
from services.registry.domain.provider import Provider
from services.registry.domain.qualification_request import QualificationRequest, RequestState, kept_proof
from services.registry.domain.requirement import Proof, Requirement
from services.registry.use_cases.numbers import refuse_personal
from services.registry.use_cases.qualification_notices import tell_decision
from services.registry.use_cases.qualifications import cured, open_category, refuse_past, requirement_of
from services.registry.use_cases.standing import refuse_blocked_account
from shared.contracts.registry import Standing
from shared.db.transaction import Transaction
from shared.errors import Invalid, NotFound
from shared.ids import new_id


async def request_qualification(
    tx: Transaction, provider_id: UUID, account_id: str, category: str, proofs: Sequence[Proof]
) -> QualificationRequest:
    """What the category asks for must be there. While one is held, this asks for its renewal."""
    provider = await store.lock_own_provider(tx, provider_id, account_id)
    await refuse_blocked_account(tx, provider)
    if provider.standing is Standing.EXITED:
        raise WrongStanding("The provider has left the market")
    requirement = requirement_of(category)
    if (pending := await store.open_request(tx, provider_id, category)) is not None:
        raise RequestPending(
            "Correct or withdraw the one that is open", request_id=str(pending.request_id), state=pending.state
        )
    refuse_lacking(requirement, proofs, await _documents(tx, provider_id), tx.now)
    held = await store.qualification(tx, provider_id, category)
    request = QualificationRequest(
        new_id(), provider_id, account_id, category, [kept_proof(proof) for proof in proofs], tx.now,
        renews=held is not None and held.holds(tx.now),
    )  # fmt: skip
    tx.session.add(request)
    _record(tx, "request_qualification", request, None)
    return request


async def correct_request(
    tx: Transaction, request_id: UUID, version: int, account_id: str, proofs: Sequence[Proof]
) -> QualificationRequest:
    """After changes were asked for it is put forward again, and waits again."""
    provider, request = await _lock_own(tx, request_id, version, account_id)
    await refuse_blocked_account(tx, provider)
    old = request.state
    refuse_lacking(requirement_of(request.category), proofs, await _documents(tx, provider.provider_id), tx.now)
    request.resubmit([kept_proof(proof) for proof in proofs], at=tx.now)
    _record(tx, "correct_qualification_request", request, old)
    return request


async def withdraw_request(tx: Transaction, request_id: UUID, version: int, account_id: str) -> QualificationRequest:
    _, request = await _lock_own(tx, request_id, version, account_id)
    old = request.state
    request.withdraw()
    _record(tx, "withdraw_qualification_request", request, old)
    return request


async def claim_request(
    tx: Transaction, request_id: UUID, version: int, officer: str, lease: timedelta
) -> QualificationRequest:
    """Nobody else decides until the lease is over."""
    _, request = await _lock(tx, request_id, version)
    old = request.state
    request.claim(by=officer, at=tx.now, until=tx.now + lease)
    _record(tx, "claim_qualification_request", request, old)
    return request


async def release_request(tx: Transaction, request_id: UUID, version: int, officer: str) -> QualificationRequest:
    _, request = await _lock(tx, request_id, version)
    old = request.state
    request.release(by=officer, at=tx.now)
    _record(tx, "release_qualification_request", request, old)
    return request


async def turn_back_request(
    tx: Transaction, request_id: UUID, version: int, officer: str, then: RequestState, reason: str
) -> QualificationRequest:
    """Changes are asked for, or it is rejected. What is held stays as it is."""
    refuse_personal(reason, "/reason")
    _, request = await _lock(tx, request_id, version)
    old = request.state
    request.decide(then, by=officer, at=tx.now, reason=reason)
    await tell_decision(tx, request)
    _record(tx, "turn_back_qualification_request", request, old)
    return request


async def grant_request(
    tx: Transaction, request_id: UUID, version: int, officer: str, expires_at: datetime | None, reason: str
) -> QualificationRequest:
    """At the latest until the first of its documents ends. A renewal never shortens what is held.

    What a penalty has taken away is not held: winning it back begins anew (6.5.6).
    """
    refuse_personal(reason, "/reason")
    refuse_past(expires_at, tx.now)
    provider, request = await _lock(tx, request_id, version)
    requirement, documents = requirement_of(request.category), await _documents(tx, provider.provider_id)
    old = request.state
    request.decide(RequestState.GRANTED, by=officer, at=tx.now, reason=reason)
    refuse_lacking(requirement, request.put_forward, documents, tx.now)
    latest = requirement.latest_end(request.put_forward, documents, tx.now)
    end = expires_at or latest
    if end > latest:
        _refuse_end(f"must not be after {latest.isoformat()}, when the first of its grounds ends")
    held = await store.qualification(tx, provider.provider_id, request.category)
    outlasts = held is not None and held.holds(tx.now) and (held.expires_at is None or held.expires_at > end)
    if outlasts and not (await cured(tx, provider.provider_id, request.category, request))[0]:
        _refuse_end("the qualification that is held ends later")
    request.expires_at = end
    await open_category(tx, provider, officer, request.category, end, reason, request)
    await tell_decision(tx, request)
    _record(tx, "grant_qualification_request", request, old)
    return request


def refuse_lacking(
    requirement: Requirement, proofs: Iterable[Proof], documents: Mapping[UUID, Document], at: datetime
) -> None:
    given = list(proofs)
    for number, proof in enumerate(given):
        refuse_personal(proof.statement, f"/proofs/{number}/statement")
    lacking = requirement.lacks(given, documents, at)
    if lacking:
        places = {proof.kind: f"/proofs/{number}" for number, proof in enumerate(given)}
        raise ProofsLacking(
            f"Not all is there that the category {requirement.category} asks for",
            lacking=lacking,
            errors=[
                {"pointer": places.get(kind, "/proofs"), "in": "body", "message": f"{kind}: {why}"}
                for kind, why in lacking.items()
            ],
        )


async def _documents(tx: Transaction, provider_id: UUID) -> dict[UUID, Document]:
    return {document.document_id: document for document in await store.documents(tx, provider_id)}


async def _lock(tx: Transaction, request_id: UUID, version: int) -> tuple[Provider, QualificationRequest]:
    """The provider first, as everywhere."""
    found = await tx.session.get(QualificationRequest, request_id)
    if found is None:
        raise NotFound("There is no qualification request with this id")
    provider = await store.lock_provider(tx, found.provider_id)
    return provider, await store.lock_request(tx, request_id, version)


async def _lock_own(
    tx: Transaction, request_id: UUID, version: int, account_id: str
) -> tuple[Provider, QualificationRequest]:
    """Another's request does not exist for an account."""
    found = await tx.session.get(QualificationRequest, request_id)
    if found is None or found.account_id != account_id:
        raise NotFound("There is no qualification request with this id")
    return await _lock(tx, request_id, version)


def _refuse_end(why: str) -> NoReturn:
    raise Invalid(
        "The qualification cannot be granted until then",
        errors=[{"pointer": "/expires_at", "in": "body", "message": why}],
    )


def _record(tx: Transaction, action: str, request: QualificationRequest, old: RequestState | None) -> None:
    tx.record(
        action,
        request.target,
        old={"state": old} if old else None,
        new={
            "provider_id": request.provider_id,
            "category": request.category,
            "state": request.state,
            "kinds": [proof["kind"] for proof in request.proofs],
            "claimed_until": request.claimed_until,
            "expires_at": request.expires_at,
        },
        reason=request.reason,
    )
