"""What the clock does with a version of an agreement: says that it is announced, reminds, binds (3.1).

Each stage goes through the providers in batches by id. Where it has come to is kept with it, and a notice is written
once under its key, so a stage that was interrupted goes on and one that is repeated tells nobody twice.
"""

from collections.abc import Sequence
from uuid import UUID

from services.registry import store
from services.registry.domain.agreement import Agreement, AgreementKind, AgreementTimer, Stage
from services.registry.domain.provider import Provider
from services.registry.use_cases.standing import tell_if_changed
from shared.contracts.registry import Standing
from shared.db.transaction import Transaction
from shared.notices import Notice, Text, notify_all

BATCH = 100
_NAMES = {AgreementKind.DEVELOPER: "开发者协议", AgreementKind.SERVICE: "服务协议"}


async def advance_agreements(tx: Transaction) -> int:
    """One batch of the stage that is due first. Counts what was looked at, one more while the stage is not done."""
    timer = await store.claim_timer(tx)
    if timer is None:
        return 0
    agreement = await store.agreement(tx, timer.agreement, timer.version)
    assert agreement is not None, "a timer belongs to its agreement"
    if timer.stage is Stage.ANNOUNCED and timer.reached is None:
        tx.emit(agreement.announced())
    if timer.stage is Stage.IN_FORCE:
        reached = await _bind(tx, agreement, timer.reached)
    elif tx.now < agreement.in_force_at:
        reached = await _remind(tx, agreement, timer)
    else:
        reached = []
    timer.reached = reached[-1] if reached else timer.reached
    timer.done_at = tx.now if len(reached) < BATCH else None
    if timer.done_at is not None:
        tx.record(
            "advance_agreement",
            agreement.target,
            old={"due_at": timer.due_at},
            new={"stage": timer.stage, "done_at": tx.now},
        )
    return len(reached) + 1


async def remind_of_coming(tx: Transaction, provider: Provider) -> None:
    """Whoever is admitted, or stays after all, learns of the versions that were announced meanwhile."""
    signed = {
        (signature.agreement, signature.text_hash) for signature in await store.signatures(tx, provider.provider_id)
    }
    coming = [
        agreement
        for agreement in await store.agreements(tx)
        if agreement.announced_at <= tx.now < agreement.in_force_at
        and (agreement.agreement, agreement.text_hash) not in signed
    ]
    await notify_all(tx, [_notice(a, Stage.ANNOUNCED, provider.provider_id, provider.account_id) for a in coming])


async def _remind(tx: Transaction, agreement: Agreement, timer: AgreementTimer) -> Sequence[UUID]:
    found = await store.admitted_without(tx, agreement, timer.reached, BATCH)
    await notify_all(tx, [_notice(agreement, timer.stage, *one) for one in found])
    return [provider_id for provider_id, _ in found]


async def _bind(tx: Transaction, agreement: Agreement, after: UUID | None) -> Sequence[UUID]:
    """From now on who has not signed may not publish. The market is told, and so are they."""
    found = await store.lock_unsigned_after(tx, agreement, after, BATCH)
    late = []
    for provider in found:
        changed = await tell_if_changed(tx, provider)
        if changed and provider.standing is Standing.ADMITTED:
            late.append(provider)
    await notify_all(tx, [_notice(agreement, Stage.IN_FORCE, p.provider_id, p.account_id) for p in late])
    return [provider.provider_id for provider in found]


def _notice(agreement: Agreement, stage: Stage, provider_id: UUID, account_id: str) -> Notice:
    zh, en = _texts(agreement, stage)
    return Notice(
        recipient=account_id,
        kind=f"agreement.{stage}",
        key=f"{agreement.target}:{stage}:{provider_id}",
        zh=zh,
        en=en,
        link=f"/v1/agreements/{agreement.agreement}/{agreement.version}",
    )


def _texts(agreement: Agreement, stage: Stage) -> tuple[Text, Text]:
    name, version = _NAMES[agreement.agreement], agreement.version
    day = agreement.in_force_at.isoformat()
    if stage is Stage.IN_FORCE:
        return (
            Text(
                f"{name}新版本已生效，尚未签署",
                f"{version} 版本自 {day} 起生效。签署之前不能发布应用或服务（规范 3.1）。",
            ),
            Text(
                f"A new version of the {agreement.agreement} agreement is in force and not signed",
                f"Version {version} is in force since {day}. Nothing can be published until it is signed (clause 3.1).",
            ),
        )
    return (
        Text(
            f"请签署新版本{name}",
            f"{version} 版本将于 {day} 生效，请在此之前签署；逾期将不能发布应用或服务（规范 3.1）。",
        ),
        Text(
            f"A new version of the {agreement.agreement} agreement waits for your signature",
            f"Version {version} comes into force at {day}. Sign it before; after that nothing can be published until "
            "it is signed (clause 3.1).",
        ),
    )
