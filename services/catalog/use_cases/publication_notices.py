"""The provider is told when a restriction that begins or ends changes which of its versions is live."""

from services.catalog.domain.effective import Lifecycle
from services.catalog.domain.listing import Listing
from services.catalog.domain.version import ListingVersion
from shared.db.transaction import Transaction
from shared.notices import Notice, Text, notify

_LIVE = (
    Text("版本已上线", "发布限制已解除，「{name}」（版本 {number}）现已上线。"),
    Text("Your version is live", "Publishing is free again; “{name}” (version {number}) is live."),
)
_BACK = (
    Text("新版本已撤回", "发布受限期间上线的版本已撤回，现由「{name}」（版本 {number}）展示；限制解除后自动恢复。"),
    Text(
        "Your new version is withdrawn",
        "What went live under a publish freeze is withdrawn; until it ends “{name}” (version {number}) is shown.",
    ),
)
_OFF_THE_MARKET = (
    Text("版本已生效，服务仍处于下架状态", "「{name}」（版本 {number}）已生效；重新上架须提交新版本。"),
    Text(
        "Your version counts, and the listing stays off the market",
        "“{name}” (version {number}) was submitted before the delisting; submit a new one to bring the listing back.",
    ),
)
_GONE = (
    Text("服务已撤回", "「{name}」（版本 {number}）在发布受限期间上线，现已撤回；限制解除后自动恢复。"),
    Text(
        "Your listing is withdrawn",
        "“{name}” (version {number}) went live under a publish freeze and is withdrawn until that ends.",
    ),
)


async def tell_settled(tx: Transaction, listing: Listing, shown: ListingVersion, before: int) -> None:
    """`before` is the number of the version that was live."""
    if listing.lifecycle is Lifecycle.WITHDRAWN:
        kind, (zh, en) = "listing.withdrawn", _GONE
    elif listing.live_number < before:
        kind, (zh, en) = "version.withdrawn", _BACK
    elif listing.lifecycle is Lifecycle.DELISTED:
        kind, (zh, en) = "version.delisted", _OFF_THE_MARKET
    else:
        kind, (zh, en) = "version.live", _LIVE
    values = {"name": shown.content.name, "number": shown.number}
    zh, en = (Text(text.title, text.body.format(**values)) for text in (zh, en))
    key = f"{kind}:{listing.listing_id}:{listing.version}"
    await notify(tx, Notice(listing.account_id, kind, key, zh, en, f"/v1/listings/{listing.listing_id}"))
