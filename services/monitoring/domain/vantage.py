"""Is a vantage itself in trouble? If too large a share of all targets fails from it, the fault is ours, not theirs."""

from collections import OrderedDict
from uuid import UUID


class VantageRecord:
    """The latest result of each target from one vantage, newest last.

    Only targets that are not already judged DOWN are kept: long-dead ones must not make a vantage look sick for ever.
    """

    def __init__(self, *, suspect_percent: int, minimum: int) -> None:
        self.suspect_percent = suspect_percent
        self.minimum = minimum
        self._latest: OrderedDict[UUID, tuple[int, bool]] = OrderedDict()
        self._failing: set[UUID] = set()

    def __len__(self) -> int:
        return len(self._latest)

    def note(self, listing_id: UUID, at_ms: int, *, up: bool) -> None:
        self._latest[listing_id] = (at_ms, up)
        self._latest.move_to_end(listing_id)
        (self._failing.discard if up else self._failing.add)(listing_id)

    def forget(self, listing_id: UUID) -> None:
        self._latest.pop(listing_id, None)
        self._failing.discard(listing_id)

    def is_suspect(self, since_ms: int) -> bool:
        """By the share of all targets, or of those looked at since `since_ms`.

        The second one matters in the first seconds of a fault of ours, when most targets' last result is still good.
        """
        return self._too_many(len(self._failing), len(self._latest)) or self._is_suspect_since(since_ms)

    def witnesses(self, since_ms: int) -> list[UUID]:
        """Other targets to look at now, so that enough were looked at since `since_ms` to tell our fault from theirs.

        Empty if that is so already, or if there are too few targets to tell at all.
        """
        if len(self._latest) < self.minimum:
            return []
        fresh = 0
        for at_ms, _ in reversed(self._latest.values()):
            if at_ms < since_ms or fresh >= self.minimum:
                break
            fresh += 1
        missing = self.minimum - fresh
        oldest_good = (listing for listing, (at_ms, up) in self._latest.items() if up and at_ms < since_ms)
        return [listing for listing, _ in zip(oldest_good, range(missing), strict=False)]

    def _is_suspect_since(self, since_ms: int) -> bool:
        looked = failed = 0
        for at_ms, up in reversed(self._latest.values()):
            if at_ms < since_ms or looked >= 4 * self.minimum:
                break
            looked += 1
            failed += not up
        return self._too_many(failed, looked)

    def _too_many(self, failing: int, of: int) -> bool:
        return of >= self.minimum and 100 * failing >= self.suspect_percent * of
