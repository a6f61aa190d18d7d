"""The calendar in the database: publishing years, reading deadlines from it, firming up provisional ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from chinese_calendar.constants import holidays, workdays

from shared.business_days.calendar import SHANGHAI, Calendar, Deadline

if TYPE_CHECKING:
    from shared.db.transaction import Transaction

_LOCK = 0x63_616C_656E  # "calen": two processes that start together publish one after the other

_PUBLISH = """
WITH given AS (
    SELECT * FROM unnest($2::date[], $3::boolean[], $4::text[]) AS g (day, is_working, name)
), year AS (
    INSERT INTO calendar_year SELECT unnest($1::integer[]) ON CONFLICT DO NOTHING RETURNING 1
), gone AS (
    DELETE FROM calendar_day WHERE extract(year FROM day) = ANY ($1::integer[]) AND day <> ALL ($2::date[]) RETURNING 1
), kept AS (
    INSERT INTO calendar_day AS d SELECT * FROM given
    ON CONFLICT (day) DO UPDATE SET is_working = excluded.is_working, name = excluded.name
    WHERE (d.is_working, d.name) IS DISTINCT FROM (excluded.is_working, excluded.name)
    RETURNING 1
)
SELECT (SELECT count(*) FROM year) + (SELECT count(*) FROM gone) + (SELECT count(*) FROM kept)
"""


@dataclass(frozen=True, slots=True)
class Named:
    """A day that is not worked on, or is, against the rule of the week; and why."""

    is_working: bool
    name: str


def known_days() -> dict[int, dict[date, Named]]:
    """What the library knows: by year, the days that differ from Monday to Friday."""
    years: dict[int, dict[date, Named]] = {day.year: {} for day in (*holidays, *workdays)}
    for days, is_working in ((holidays, False), (workdays, True)):
        for day, name in days.items():
            if (day.weekday() < 5) is not is_working:
                years[day.year][day] = Named(is_working, str(name))
    return years


async def publish_years(tx: "Transaction", years: Mapping[int, Mapping[date, Named]]) -> bool:
    """Puts whole years into the database, in place of what was known of them; whether anything changed."""
    await tx.driver.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
    days = {day: named for year in years.values() for day, named in year.items()}
    changed: int = await tx.driver.fetchval(
        _PUBLISH,
        sorted(years),
        list(days),
        [named.is_working for named in days.values()],
        [named.name for named in days.values()],
    )
    if changed:
        tx.record("publish_calendar", "calendar:business-days", new={"years": sorted(years), "rows": changed})
    return changed > 0


async def seed_calendar(tx: "Transaction") -> None:
    """For `seed` of a service: the years that the library knows. Others that were published stay."""
    await publish_years(tx, known_days())


async def calendar_from(tx: "Transaction", start: datetime) -> Calendar:
    """The calendar as far as deadlines that begin at `start` or later need it."""
    years = await tx.driver.fetch("SELECT year FROM calendar_year")
    days = await tx.driver.fetch(
        "SELECT day, is_working FROM calendar_day WHERE day >= $1", start.astimezone(SHANGHAI).date()
    )
    return Calendar(frozenset(row["year"] for row in years), {row["day"]: row["is_working"] for row in days})


async def add_business_days(tx: "Transaction", start: datetime, n: int) -> Deadline:
    return (await calendar_from(tx, start)).add_business_days(start, n)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Names the columns of a table whose rows have a deadline in business days. Names are ours, never input."""

    table: str
    key: str
    start_at: str = "start_at"
    days: str = "business_days"
    due_at: str = "due_at"
    is_provisional: str = "is_provisional"


async def firm_up(tx: "Transaction", kept: Deadlines) -> list[Any]:
    """Computes provisional deadlines anew. The keys of the rows that changed; call it from a job, hourly or so."""
    rows = await tx.driver.fetch(
        f"SELECT {kept.key} AS key, {kept.start_at} AS start, {kept.days} AS days, {kept.due_at} AS due "
        f"FROM {kept.table} WHERE {kept.is_provisional} ORDER BY {kept.key} FOR UPDATE SKIP LOCKED"
    )
    if not rows:
        return []
    calendar = await calendar_from(tx, min(row["start"] for row in rows))
    changed = []
    for row in rows:
        deadline = calendar.add_business_days(row["start"], row["days"])
        if (deadline.due_at, deadline.is_provisional) != (row["due"], True):
            changed.append((row["key"], deadline.due_at, deadline.is_provisional))
    await tx.driver.executemany(
        f"UPDATE {kept.table} SET {kept.due_at} = $2, {kept.is_provisional} = $3 WHERE {kept.key} = $1", changed
    )
    return [key for key, _, _ in changed]
