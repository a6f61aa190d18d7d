"""The rules of the screening as they are at this moment, compiled once for all who screen by the same ones."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence

from services.catalog import rules
from services.catalog.domain.screening import DETECTORS_VERSION, Rules
from services.catalog.domain.screening.lexicon import Lexicon
from services.catalog.store.lexicons import lexicon_digests, lexicons
from shared.db.transaction import Transaction

_KEPT = 2


class RulesCache:
    """By digest, so that nothing has to be told to any process: who sees other words in the database compiles them.

    Two are kept, because transactions that began before a change still screen by the words of before.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[str, Rules] = OrderedDict()
        self._compiling = asyncio.Lock()

    async def current(self, tx: Transaction) -> Rules:
        """What this transaction sees. One small read, unless the words changed."""
        digest = await rules_digest(tx)
        if (known := self._known.get(digest)) is not None:
            return known
        async with self._compiling:
            if (known := self._known.get(digest)) is None:
                known = await asyncio.to_thread(_compiled, await lexicons(tx))
                self._known[known.digest] = known
                while len(self._known) > _KEPT:
                    self._known.popitem(last=False)
        return known


_CACHE = RulesCache()


async def current_rules(tx: Transaction) -> Rules:
    return await _CACHE.current(tx)


async def rules_digest(tx: Transaction) -> str:
    """Names the words and detectors that this transaction would screen by."""
    return _digest(await lexicon_digests(tx))


def _digest(by_code: Mapping[str, str]) -> str:
    told = [f"detectors={DETECTORS_VERSION}", *sorted(rules.allowed_hosts())]
    told += [f"{code}={digest}" for code, digest in sorted(by_code.items())]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]


def _compiled(seen: Sequence[Lexicon]) -> Rules:
    digest = _digest({lexicon.code: lexicon.digest for lexicon in seen})
    made = Rules(tuple(seen), rules.allowed_hosts(), digest)
    made.matcher  # noqa: B018 - compiled here, in the thread
    return made
