"""Deadlines in business days, by the State Council's calendar as data in the service's database.

A service adds `add_calendar(metadata)` to its tables, `create_calendar(op)` to a revision and `seed_calendar` to its
seed, then asks `await add_business_days(tx, start, n)`.
"""

from shared.business_days.calendar import SHANGHAI, Calendar, Deadline
from shared.business_days.store import (
    Deadlines,
    Named,
    add_business_days,
    calendar_from,
    firm_up,
    known_days,
    publish_years,
    seed_calendar,
)
from shared.business_days.tables import add_calendar, create_calendar

__all__ = [
    "SHANGHAI",
    "Calendar",
    "Deadline",
    "Deadlines",
    "Named",
    "add_business_days",
    "add_calendar",
    "calendar_from",
    "create_calendar",
    "firm_up",
    "known_days",
    "publish_years",
    "seed_calendar",
]
