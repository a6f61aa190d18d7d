"""How the blind indexes of traits are exchanged for those under another key, wherever they are kept."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.registry.domain.proposal import name_of
from services.registry.domain.trait import Ground, TraitKind
from shared.db.transaction import Transaction

# Every holder of a digest at once, so that equal traits are equal at every moment.
_TRAITS = """
UPDATE trait t SET digest = m.new FROM unnest($1::text[], $2::bytea[], $3::bytea[]) AS m(kind, old, new)
WHERE t.kind = m.kind AND t.digest = m.old
"""

_RENAMED = """(
    SELECT coalesce(array_agg(coalesce(m.new, held) ORDER BY coalesce(m.new, held) COLLATE "C"), '{{}}')
    FROM unnest({column}) AS held LEFT JOIN unnest($2::text[], $3::text[]) AS m(old, new) ON m.old = held
)"""
_LINKS = f"""
UPDATE link SET grounds = {_RENAMED.format(column="grounds")}, judged = {_RENAMED.format(column="judged")}
WHERE first_id = ANY ($1::uuid[]) OR second_id = ANY ($1::uuid[])
"""


async def exchange(tx: Transaction, provider_ids: Sequence[UUID], anew: Mapping[Ground, Ground]) -> None:
    """Old digests for new ones; what was exchanged before stays."""
    kinds = [kind for kind, _ in anew]
    await tx.driver.execute(_TRAITS, kinds, [old for _, old in anew], [new for _, new in anew.values()])
    names = [name_of(old) for old in anew], [name_of(new) for new in anew.values()]
    await tx.driver.execute(_LINKS, provider_ids, *names)


async def grounds_of(tx: Transaction, provider_ids: Sequence[UUID]) -> set[Ground]:
    rows = await tx.driver.fetch("SELECT DISTINCT kind, digest FROM trait WHERE provider_id = ANY ($1)", provider_ids)
    return {(TraitKind(row["kind"]), row["digest"]) for row in rows}
