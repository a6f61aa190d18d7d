"""The provider is told that its version waits, and what was decided: which clauses, why, and what to do next."""

from services.catalog.domain.effective import Lifecycle
from services.catalog.domain.review import Decision, Review
from services.catalog.domain.version import ListingVersion, VersionState
from shared.business_days import SHANGHAI
from shared.db.transaction import Transaction
from shared.notices import Notice, Text, notify

_TITLES = {
    Decision.APPROVE: ("审核通过", "The review approved it"),
    Decision.REQUEST_CHANGES: ("审核要求修改", "The review asks for changes"),
    Decision.REJECT: ("审核未通过", "The review rejected it"),
}
_NEXT = {
    Decision.APPROVE: ("该版本已上线。", "The version is live."),
    Decision.REQUEST_CHANGES: ("请修改后重新提交。", "Correct what is named and submit it again."),
    Decision.REJECT: ("该版本不会上线；可提交新版本。", "This version does not go live; you may submit another one."),
}
_OFF_THE_MARKET = (
    "服务已下架，该版本提交于下架之前；重新上架须提交新版本。",
    "The listing is off the market, and this version was submitted before that; submit a new one to bring it back.",
)
_LATER = ("发布受限解除后自动上线。", "It goes live as soon as publishing is no longer restricted.")


async def tell_opened(tx: Transaction, review: Review, version: ListingVersion) -> None:
    """By when it is decided; no date is told that may still move."""
    day = review.due_at.astimezone(SHANGHAI)
    until = "" if review.due_is_provisional else f"{day:%Y-%m-%d}"
    zh = f"「{version.content.name}」已提交审核" + (f"，将在 {until} 前答复。" if until else "。")
    en = f"“{version.content.name}” waits for review" + (f"; the answer is due before {until}." if until else ".")
    await _tell(tx, review, "review.opened", Text("已提交审核", zh), Text("Submitted for review", en))


async def tell_decided(tx: Transaction, review: Review, version: ListingVersion, lifecycle: Lifecycle) -> None:
    if review.decision is None:
        raise ValueError("the review is not decided")
    (title_zh, title_en), (next_zh, next_en) = _TITLES[review.decision], _NEXT[review.decision]
    if review.decision is Decision.APPROVE and version.state is not VersionState.LIVE:
        next_zh, next_en = _LATER
    elif review.decision is Decision.APPROVE and lifecycle is Lifecycle.DELISTED:
        next_zh, next_en = _OFF_THE_MARKET
    clauses = ", ".join(review.clauses)
    zh = [f"「{version.content.name}」", f"理由：{review.reason}", f"条款：{clauses}" if clauses else "", next_zh]
    en = [f"“{version.content.name}”", f"Reason: {review.reason}", f"Clauses: {clauses}" if clauses else "", next_en]
    await _tell(
        tx,
        review,
        f"review.{review.decision}",
        Text(title_zh, "\n".join(filter(None, zh))),
        Text(title_en, "\n".join(filter(None, en))),
    )


async def _tell(tx: Transaction, review: Review, kind: str, zh: Text, en: Text) -> None:
    link = f"/v1/listings/{review.listing_id}"
    await notify(tx, Notice(review.account_id, kind, f"{kind}:{review.review_id}", zh, en, link))
