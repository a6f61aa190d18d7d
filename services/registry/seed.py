"""Puts agreements and the calendar into the database; an agreement that was announced once is never changed."""

from pathlib import Path

import yaml

from services.registry import store
from services.registry.domain.agreement import Agreement, AgreementKind, hash_of, why_not_announced
from services.registry.use_cases.agreements import keep_agreement
from shared.business_days import seed_calendar
from shared.db.transaction import Transaction

_FILE = Path(__file__).parent / "agreements.yaml"


def announced() -> list[Agreement]:
    entries = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return [
        Agreement(
            AgreementKind(entry["agreement"]),
            entry["version"],
            entry["title"],
            entry["text"],
            hash_of(entry["text"]),
            entry["announced_at"],
            entry["in_force_at"],
        )
        for entry in entries
    ]


async def seed_agreements(tx: Transaction) -> None:
    """Safe to run by several processes at once and again at every start."""
    await store.lock_seed(tx)
    for agreement in announced():
        known = await store.agreement(tx, agreement.agreement, agreement.version)
        if known is None:
            wrong = why_not_announced(agreement, await store.agreements(tx), agreement.announced_at)
            if wrong:
                raise ValueError(f"the {agreement.agreement} agreement {agreement.version}: {wrong}")
            keep_agreement(tx, agreement, reason="")
        elif known.text_hash != agreement.text_hash:
            raise ValueError(
                f"the text of the {agreement.agreement} agreement {agreement.version} differs from the one that was "
                "announced: signatures are bound to it, so a new text needs a new version"
            )


async def seed_registry(tx: Transaction) -> None:
    """What a registry must know before it answers: its agreements and the business days."""
    await seed_agreements(tx)
    await seed_calendar(tx)
