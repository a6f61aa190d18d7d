"""The one Alembic environment: `shared/db/migrate.py` hands it an open connection and a service's metadata."""

from typing import Any

from alembic import context

from shared.db import partitions


def _include(_: Any, name: str | None, type_: str, reflected: bool, compare_to: Any) -> bool:
    """Partitions come and go by the day and are no part of the schema that the metadata describes."""
    return not (type_ == "table" and reflected and compare_to is None and partitions.is_partition(name or ""))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["metadata"],
    include_object=_include,
    compare_type=True,
    compare_server_default=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
