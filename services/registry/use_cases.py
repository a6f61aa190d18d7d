"""What the registry can be asked to do. Each verb is one transaction, which its caller commits."""

from datetime import datetime
from uuid import UUID

from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, ValidationError

from services.registry import store
from services.registry.domain.agreement import AgreementKind, may_be_signed, unsigned
from services.registry.domain.errors import AccountBlocked, AccountHasProvider, AgreementNotOpen, NotAnEnterprise
from services.registry.domain.provider import PERSONAL, Profile, Provider, is_enterprise
from shared.contracts.effects import Effect, blocking
from shared.contracts.registry import ProviderStandingChanged
from shared.db.transaction import Transaction
from shared.errors import Invalid, NotFound
from shared.ids import new_id

_CODE = "unified_social_credit_code"


async def apply_as_provider(tx: Transaction, account_id: str, code: str, profile: Profile) -> Provider:
    """An enterprise asks to sell here. One account has one provider; a code known from another account is noted."""
    code = _enterprise_code(code)
    await store.lock_account(tx, account_id)
    if (existing := await store.provider_of(tx, account_id)) is not None:
        raise AccountHasProvider("This account applied already", provider_id=str(existing))
    same_code = await store.with_code(tx, code)
    provider = Provider(new_id(), account_id, code, profile, applied_at=tx.now)
    tx.session.add(provider)
    tx.emit(provider.state((), tx.now))
    tx.record(
        "apply_as_provider",
        _target(provider),
        new={"account_id": account_id, _CODE: code, "same_code": same_code, **_shown(profile)},
    )
    return provider


async def restate_profile(
    tx: Transaction, provider_id: UUID, account_id: str, version: int, profile: Profile
) -> Provider:
    provider = await store.lock_own_provider(tx, provider_id, account_id, version)
    await _refuse_blocked_account(tx, provider)
    before, old = await _state(tx, provider), provider.profile
    provider.restate(profile)
    await _tell_change(tx, provider, before)
    tx.record("restate_profile", _target(provider), old=_shown(old), new=_shown(profile))
    return provider


async def verify_provider(tx: Transaction, provider_id: UUID, version: int, officer: str, reason: str) -> Provider:
    provider = await store.lock_provider(tx, provider_id, version)
    old = provider.verified_at
    provider.verify(by=officer, at=tx.now)
    tx.record(
        "verify_provider",
        _target(provider),
        old={"verified_at": old},
        new={"verified_at": provider.verified_at},
        reason=reason,
    )
    return provider


async def sign_agreement(
    tx: Transaction, provider_id: UUID, account_id: str, kind: AgreementKind, version: str
) -> Provider:
    """Signing the same version again changes nothing."""
    provider = await store.lock_own_provider(tx, provider_id, account_id)
    await _refuse_blocked_account(tx, provider)
    agreement = await store.agreement(tx, kind, version)
    if agreement is None or agreement.announced_at > tx.now:
        raise NotFound(f"There is no version {version} of the {kind} agreement")
    if any((s.agreement, s.version) == (kind, version) for s in await store.signatures(tx, provider_id)):
        return provider
    if not may_be_signed(agreement, await store.agreements(tx), tx.now):
        raise AgreementNotOpen(f"Version {version} of the {kind} agreement is superseded")
    signature, signed = provider.sign(agreement, by=account_id, at=tx.now)
    tx.session.add(signature)
    tx.emit(signed)
    tx.record(
        "sign_agreement",
        _target(provider),
        new={"agreement": kind, "version": version, "text_hash": agreement.text_hash},
    )
    return provider


async def grant_qualification(
    tx: Transaction, provider_id: UUID, officer: str, category: str, expires_at: datetime | None, reason: str
) -> Provider:
    """Opens a category for the provider; granting it again replaces its end."""
    if expires_at is not None and expires_at <= tx.now:
        raise Invalid(
            "The qualification would be expired already",
            errors=[{"pointer": "/expires_at", "in": "body", "message": "must lie in the future"}],
        )
    provider = await store.lock_provider(tx, provider_id)
    known = {q.category: q for q in await store.qualifications(tx, provider_id)}
    if (held := known.get(category)) is not None and held.expires_at == expires_at:
        return provider
    before = await _state(tx, provider)
    qualification, granted = provider.qualify(category, by=officer, at=tx.now, expires_at=expires_at)
    await tx.session.merge(qualification)
    tx.emit(granted)
    await _tell_change(tx, provider, before)
    tx.record(
        "grant_qualification",
        _target(provider),
        old={"expires_at": held.expires_at} if held else None,
        new={"category": category, "expires_at": expires_at},
        reason=reason,
    )
    return provider


async def admit_provider(tx: Transaction, provider_id: UUID, version: int, officer: str, reason: str) -> Provider:
    """Only an applicant who is complete, verified and bound by both agreements in force is admitted (3.1)."""
    provider = await store.lock_provider(tx, provider_id, version)
    before, old = await _state(tx, provider), provider.standing
    open_agreements = unsigned(await store.agreements(tx), await store.signatures(tx, provider_id), tx.now)
    tx.emit(*provider.admit(by=officer, at=tx.now, unsigned=open_agreements))
    await _tell_change(tx, provider, before)
    tx.record(
        "admit_provider", _target(provider), old={"standing": old}, new={"standing": provider.standing}, reason=reason
    )
    return provider


def _enterprise_code(code: str) -> str:
    try:
        checked: str = uscc.validate(code)
    except InvalidChecksum:
        raise _bad_code("its check digit does not fit") from None
    except ValidationError:
        raise _bad_code("it must have 18 digits or capital letters other than I, O, S, V and Z") from None
    if not is_enterprise(checked):
        raise NotAnEnterprise(
            "The code is not that of an enterprise (it must start with 91)",
            errors=[{"pointer": f"/{_CODE}", "in": "body", "message": "only enterprises may sell here (3.1)"}],
        )
    return checked


def _bad_code(why: str) -> Invalid:
    return Invalid(
        "The unified social credit code is not valid", errors=[{"pointer": f"/{_CODE}", "in": "body", "message": why}]
    )


async def _refuse_blocked_account(tx: Transaction, provider: Provider) -> None:
    causes = blocking(await store.causes(tx, provider.provider_id), Effect.ACCOUNT, tx.now)
    if causes:
        raise AccountBlocked(
            "A restriction limits the functions of this account",
            effect=Effect.ACCOUNT,
            causes=[cause.model_dump(mode="json") for cause in causes],
        )


async def _state(tx: Transaction, provider: Provider) -> ProviderStandingChanged:
    return provider.state(await store.qualifications(tx, provider.provider_id), tx.now)


async def _tell_change(tx: Transaction, provider: Provider, before: ProviderStandingChanged) -> None:
    """Says the whole standing if anything that it carries is different now."""
    after = await _state(tx, provider)
    if after != before:
        tx.emit(after)


def _target(provider: Provider) -> str:
    return f"provider:{provider.provider_id}"


def _shown(profile: Profile) -> dict[str, str]:
    """The profile for the audit trail, which keeps nothing about a person but whether it was stated."""
    return {
        name: ("***" if value else "") if name in PERSONAL else value
        for name in ("legal_name", "legal_representative", "contact_email", "contact_phone", "website")
        for value in (getattr(profile, name),)
    }
