"""What all tables of enforcement belong to."""

from shared.db.engine import new_metadata
from shared.db.tables import add_plumbing

metadata = new_metadata()
add_plumbing(metadata)
