"""The keys under which what is about persons is sealed."""

from services.registry.tables.metadata import metadata
from shared.personal.tables import add_personal_data

add_personal_data(metadata)

person_key = metadata.tables["person_key"]
