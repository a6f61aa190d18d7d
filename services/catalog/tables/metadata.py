"""What all tables of the catalog belong to."""

from sqlalchemy.orm import registry

from shared.business_days import add_calendar
from shared.db.engine import new_metadata
from shared.db.tables import add_plumbing
from shared.notices import add_notices
from shared.personal.tables import add_personal_data

metadata = new_metadata()
add_plumbing(metadata)
add_personal_data(metadata)
add_notices(metadata)
add_calendar(metadata)
mapper = registry(metadata=metadata)
