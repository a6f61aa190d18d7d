"""What all tables of the registry belong to."""

from enum import StrEnum

from sqlalchemy import Enum
from sqlalchemy.orm import registry

from shared.db.engine import new_metadata
from shared.db.tables import add_plumbing

metadata = new_metadata()
add_plumbing(metadata)
mapper = registry(metadata=metadata)


def named(kind: type[StrEnum]) -> Enum:
    """A column that holds the values of `kind` as text."""
    return Enum(kind, native_enum=False, length=32, values_callable=lambda members: [m.value for m in members])
