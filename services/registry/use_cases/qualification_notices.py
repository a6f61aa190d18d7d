"""What a provider is told of its qualifications: decisions, reminders, ends."""

from datetime import datetime

from services.registry.domain.provider import Provider
from services.registry.domain.qualification import Qualification
from services.registry.domain.qualification_request import QualificationRequest, RequestState
from shared.db.transaction import Transaction
from shared.notices import Notice, Text, notify

_DECIDED: dict[RequestState, tuple[str, str]] = {
    RequestState.GRANTED: ("类目资质已通过", "The qualification is granted"),
    RequestState.CHANGES_REQUESTED: ("类目资质申请需要修改", "The request for a qualification needs changes"),
    RequestState.REJECTED: ("类目资质申请未通过", "The request for a qualification is rejected"),
}


async def tell_decision(tx: Transaction, request: QualificationRequest) -> None:
    zh, en = _DECIDED[request.state]
    said = request.reason if request.expires_at is None else f"{request.reason}\n→ {request.expires_at.isoformat()}"
    await notify(
        tx,
        Notice(
            recipient=request.account_id,
            kind=f"qualification.{request.state}",
            key=f"{request.target}:{request.version}",
            zh=Text(f"{zh}：{request.category}", said),
            en=Text(f"{en}: {request.category}", said),
            link=f"/v1/qualification-requests/{request.request_id}",
        ),
    )


async def tell_revoked(tx: Transaction, provider: Provider, category: str, reason: str) -> None:
    key = f"qualification:{provider.provider_id}:{category}:revoked:{tx.now.isoformat()}"
    zh = Text(
        f"类目资质已取消：{category}", f"{reason}\n该类目的服务不再展示和接受订购，也不能发布（规范 3.2）。可重新申请。"
    )
    en = Text(
        f"The qualification was revoked: {category}",
        f"{reason}\nListings there are neither shown nor sold, and nothing is published there (clause 3.2). "
        "You may request it anew.",
    )
    await _tell(tx, provider, "qualification.revoked", key, zh, en)


async def remind_of_expiry(tx: Transaction, provider: Provider, held: Qualification, days: int) -> None:
    zh = Text(
        f"类目资质将于 {days} 天内到期：{held.category}", f"到期时间 {_at(held.expires_at)}。请及时续期（规范 3.2）。"
    )
    en = Text(
        f"A qualification expires within {days} days: {held.category}",
        f"It ends at {_at(held.expires_at)}. Request its renewal in time (clause 3.2).",
    )
    await _tell(tx, provider, "qualification.reminder", f"{_key(held)}:{days}", zh, en)


async def tell_expired(tx: Transaction, provider: Provider, held: Qualification) -> None:
    zh = Text(
        f"类目资质已到期：{held.category}", "该类目的服务不再展示和接受订购，也不能发布（规范 3.2）。可重新申请。"
    )
    en = Text(
        f"A qualification has expired: {held.category}",
        "Listings there are neither shown nor sold, and nothing is published there (clause 3.2). Request it anew.",
    )
    await _tell(tx, provider, "qualification.expired", f"{_key(held)}:expired", zh, en)


async def _tell(tx: Transaction, provider: Provider, kind: str, key: str, zh: Text, en: Text) -> None:
    link = f"/v1/providers/{provider.provider_id}/qualifications"
    await notify(tx, Notice(provider.account_id, kind, key, zh, en, link))


def _key(held: Qualification) -> str:
    """Each end is reminded of by itself: a renewal begins anew."""
    return f"qualification:{held.provider_id}:{held.category}:{_at(held.expires_at)}"


def _at(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat()
