"""An enterprise asks to sell here, and is verified and admitted (3.1)."""

from uuid import UUID

from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, ValidationError

from services.registry import store
from services.registry.domain.agreement import unsigned
from services.registry.domain.errors import AccountHasProvider, NotAnEnterprise
from services.registry.domain.provider import PERSONAL, Profile, Provider, is_enterprise
from services.registry.use_cases.standing import refuse_blocked_account, tell_if_changed
from shared.db.transaction import Transaction
from shared.errors import Invalid
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
    await tell_if_changed(tx, provider)
    tx.record(
        "apply_as_provider",
        provider.target,
        new={"account_id": account_id, _CODE: code, "same_code": same_code, **_shown(profile)},
    )
    return provider


async def restate_profile(
    tx: Transaction, provider_id: UUID, account_id: str, version: int, profile: Profile
) -> Provider:
    provider = await store.lock_own_provider(tx, provider_id, account_id, version)
    await refuse_blocked_account(tx, provider)
    old = provider.profile
    provider.restate(profile)
    await tell_if_changed(tx, provider)
    tx.record("restate_profile", provider.target, old=_shown(old), new=_shown(profile))
    return provider


async def verify_provider(tx: Transaction, provider_id: UUID, version: int, officer: str, reason: str) -> Provider:
    provider = await store.lock_provider(tx, provider_id, version)
    old = provider.verified_at
    provider.verify(by=officer, at=tx.now)
    tx.record(
        "verify_provider",
        provider.target,
        old={"verified_at": old},
        new={"verified_at": provider.verified_at},
        reason=reason,
    )
    return provider


async def admit_provider(tx: Transaction, provider_id: UUID, version: int, officer: str, reason: str) -> Provider:
    """Only an applicant who is complete, verified and bound by both agreements in force is admitted (3.1)."""
    provider = await store.lock_provider(tx, provider_id, version)
    old = provider.standing
    open_agreements = unsigned(await store.agreements(tx), await store.signatures(tx, provider_id), tx.now)
    tx.emit(*provider.admit(by=officer, at=tx.now, unsigned=open_agreements))
    await tell_if_changed(tx, provider)
    tx.record(
        "admit_provider", provider.target, old={"standing": old}, new={"standing": provider.standing}, reason=reason
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


def _shown(profile: Profile) -> dict[str, str]:
    """The profile for the audit trail, which keeps nothing about a person but whether it was stated."""
    return {
        name: ("***" if value else "") if name in PERSONAL else value
        for name in ("legal_name", "legal_representative", "contact_email", "contact_phone", "website")
        for value in (getattr(profile, name),)
    }
