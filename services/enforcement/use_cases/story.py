"""A decision about a case belongs to the story that the case came from, whatever request it was made in."""

from dataclasses import replace

from shared.db.transaction import Transaction


def continue_story(tx: Transaction, correlation_id: str) -> None:
    """What this transaction says and records is read under the story's correlation id."""
    tx.context = replace(tx.context, correlation_id=correlation_id)
