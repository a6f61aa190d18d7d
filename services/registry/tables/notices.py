"""Notices to accounts, and the calendar of business days."""

from services.registry.tables.metadata import metadata
from shared.business_days.tables import add_calendar
from shared.notices import add_notices

add_notices(metadata)
add_calendar(metadata)

notice = metadata.tables["notice"]
calendar_day = metadata.tables["calendar_day"]
