"""What a provider is told when a patrol finds something in what it has on the market."""

from collections.abc import Sequence

from services.catalog.domain.listing import Listing
from services.catalog.domain.patrol import Patrol
from services.catalog.domain.screening.finding import Finding
from services.catalog.domain.version import ListingVersion
from shared.db.transaction import Transaction
from shared.notices import Notice, Text, notify

_LISTED = 10
_QUOTED = 40


async def tell_provider(
    tx: Transaction, patrol: Patrol, listing: Listing, live: ListingVersion, new: Sequence[Finding]
) -> None:
    name = live.content.name
    zh = [f"{finding.clause} {finding.field} {_quoted(finding)}{finding.why.zh}{finding.advice.zh}" for finding in new]
    en = [f"{finding.clause} {finding.field} {_quoted(finding)}{finding.why.en} {finding.advice.en}" for finding in new]
    await notify(
        tx,
        Notice(
            recipient=listing.account_id,
            kind="listing.patrol_found",
            key=f"patrol:{patrol.patrol_id}:{listing.listing_id}:{live.number}",
            zh=Text(
                f"巡查发现问题：{name}"[:200],
                _lines("规则更新后复查，在售版本含有以下内容，请提交修改后的版本。", zh, f"共 {len(new)} 处。"),
            ),
            en=Text(
                f"A patrol found something: {name}"[:200],
                _lines("The live version holds what follows; submit a corrected one.", en, f"{len(new)} in all."),
            ),
            link=f"/v1/listings/{listing.listing_id}",
        ),
    )


def _lines(before: str, items: Sequence[str], after: str) -> str:
    kept = [item[:300] for item in items[:_LISTED]]
    return "\n".join([before, *kept, *([after] if len(items) > _LISTED else [])])


def _quoted(finding: Finding) -> str:
    return f"“{finding.matched[:_QUOTED]}” " if finding.matched else ""
