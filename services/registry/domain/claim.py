"""Who works on something that waits for staff: one officer at a time, for as long as the lease holds."""

from datetime import datetime
from typing import Protocol

from services.registry.domain.errors import OwnProvider
from shared.errors import Conflict


class Claimable(Protocol):
    """`claimed_until` None: nobody has claimed it."""

    account_id: str
    claimed_by: str
    claimed_until: datetime | None


def refuse_unfit(waiting: Claimable, by: str, at: datetime, claimed: type[Conflict], name: str) -> None:
    """Nobody decides about their own provider, nor about what somebody else has claimed: that raises `claimed`."""
    if by == waiting.account_id:
        raise OwnProvider("The decision belongs to somebody else")
    if waiting.claimed_until is not None and at < waiting.claimed_until and waiting.claimed_by != by:
        raise claimed(
            f"Another officer has claimed the {name}",
            claimed_by=waiting.claimed_by,
            claimed_until=waiting.claimed_until.isoformat(),
        )
