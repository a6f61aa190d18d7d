"""From a verdict to an outage: what a look makes true, who is affected, and when nothing is measured."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.monitoring import store
from services.monitoring.domain.judging import Verdict
from services.monitoring.domain.outage import Facts, Outage
from services.monitoring.domain.suspension import suspension
from services.monitoring.domain.target import Target
from services.monitoring.domain.timeline import State, Timeline, instant, milliseconds
from shared.contracts.monitoring import OutageCause
from shared.db.transaction import Transaction
from shared.errors import NotFound
from shared.ids import new_id


async def judge_target(tx: Transaction, verdict: Verdict, listing_id: UUID, *, leased_by: str) -> State | None:
    """Takes a verdict into the target's timeline and says what it made true.

    Returns the state that holds now; None when the prober no longer holds the target.
    """
    before = await store.lock_target(tx, listing_id, leased_by=leased_by)
    if before is None:
        return None
    tx.context = replace(tx.context, correlation_id=before.correlation_id)
    after, ended = before.take(verdict)
    await store.keep_timeline(tx, after, ended)
    await store.note_look(tx, listing_id, verdict.seen_ms, verdict.reason)
    outage = await store.lock_open_outage(tx, listing_id)
    if outage is not None and (lost_at := before.outage_is_lost(verdict.at_ms)) is not None:
        _end_outage(tx, outage, lost_at, "no longer measured")
        await tx.session.flush()
        outage = None
    if after.timeline.state is State.DOWN and outage is None:
        await _open_outage(tx, after, verdict)
    elif after.timeline.state is State.UP and outage is not None:
        tx.emit(after.recovered(verdict))
        _end_outage(tx, outage, instant(before.timeline.down_ended_ms(verdict.at_ms)), verdict.reason)
    return after.timeline.state


async def _open_outage(tx: Transaction, target: Target, verdict: Verdict) -> None:
    outage = Outage(
        outage_id=new_id(),
        listing_id=target.listing_id,
        provider_id=target.provider_id,
        listing_kind=target.listing_kind,
        started_at=instant(verdict.at_ms),
        evidence_hash=verdict.failing[0].evidence_hash,
        correlation_id=target.correlation_id,
        counted_at=tx.now,
    )
    tx.session.add(outage)
    await tx.session.flush()
    outage.merchants_affected = await store.add_affected_merchants(tx, outage)
    tx.emit(target.failed(verdict), outage.state())
    tx.record(
        "open_outage",
        _name(outage),
        new={"started_at": outage.started_at, "merchants_affected": outage.merchants_affected},
        reason=verdict.reason,
    )


def _end_outage(tx: Transaction, outage: Outage, at: datetime, reason: str) -> None:
    tx.emit(*outage.close(at))
    tx.record("close_outage", _name(outage), old={"ended_at": None}, new={"ended_at": outage.ended_at}, reason=reason)


async def close_lost_outage(tx: Transaction, listing_id: UUID) -> bool:
    """Closes an open outage that is no longer measured, at the last moment it was known to last."""
    target = await store.lock_target(tx, listing_id)
    outage = await store.lock_open_outage(tx, listing_id)
    ended_at = target.outage_is_lost(milliseconds(tx.now)) if target else None
    if outage is None or ended_at is None:
        return False
    tx.context = replace(tx.context, correlation_id=outage.correlation_id)
    _end_outage(tx, outage, ended_at, "no longer measured")
    return True


async def count_merchants(tx: Transaction, outage: Outage) -> None:
    """Counts again who is affected by an open outage, and says so if there are more."""
    tx.context = replace(tx.context, correlation_id=outage.correlation_id)
    old = outage.merchants_affected
    facts: Facts = outage.count(await store.add_affected_merchants(tx, outage), tx.now)
    if facts:
        tx.emit(*facts)
        tx.record(
            "count_merchants",
            _name(outage),
            old={"merchants_affected": old},
            new={"merchants_affected": outage.merchants_affected},
        )


async def set_outage_cause(
    tx: Transaction, outage_id: UUID, *, cause: OutageCause, evidence: str, reason: str
) -> Outage:
    """An officer says what caused an outage, open or closed. Its whole state is told again, in its own story."""
    outage = await store.lock_outage(tx, outage_id)
    if outage is None:
        raise NotFound("There is no such outage.")
    tx.context = replace(tx.context, correlation_id=outage.correlation_id)
    old = {"cause": outage.cause, "evidence": outage.cause_evidence}
    tx.emit(*outage.attribute(cause, evidence, reason))
    tx.record("set_outage_cause", _name(outage), old=old, new={"cause": cause, "evidence": evidence}, reason=reason)
    await tx.session.flush()
    return outage


async def review_suspensions(tx: Transaction, listing_ids: Iterable[UUID]) -> None:
    """Takes targets out of the measuring, or back into it, as our own restrictions say at this moment."""
    for listing_id in sorted(listing_ids):
        target = await store.lock_target(tx, listing_id)
        if target is None:
            continue
        now = suspension(await store.causes_on(tx, listing_id), tx.now)
        await store.schedule_suspension(tx, listing_id, now.due_at)
        is_suspended = target.timeline.state is State.SUSPENDED
        if now.since is not None and not is_suspended:
            await _suspend(tx, target, now.since)
        elif now.since is None and is_suspended:
            await _resume(tx, target)


async def _suspend(tx: Transaction, target: Target, since: datetime) -> None:
    """From the instant the restriction holds, even if that was before we heard of it."""
    since_ms = milliseconds(since)
    timeline, ended = target.timeline.suspend(since_ms)
    await store.cut_spans(tx, target.listing_id, since_ms)
    await store.keep_timeline(tx, replace(target, timeline=timeline), ended)
    for outage in await store.lock_outages_after(tx, target.listing_id, since):
        tx.emit(*outage.cut(since))
        tx.record("cut_outage", _name(outage), new={"ended_at": outage.ended_at}, reason="suspended by a restriction")
    _record_suspension(tx, target, timeline)


async def _resume(tx: Transaction, target: Target) -> None:
    timeline, ended = target.timeline.turn(State.UNKNOWN, milliseconds(tx.now))
    await store.keep_timeline(tx, replace(target, timeline=timeline), ended)
    _record_suspension(tx, target, timeline)


def _record_suspension(tx: Transaction, target: Target, timeline: Timeline) -> None:
    tx.record(
        "review_suspension",
        f"listing:{target.listing_id}",
        old={"state": target.timeline.state},
        new={"state": timeline.state, "since": instant(timeline.since_ms)},
    )


def _name(outage: Outage) -> str:
    return f"outage:{outage.outage_id}"
