"""`python -m shared.business_days FILE`: publishes the days of an announced year in the database of DATABASE_URL.

FILE is JSON, by year the days that differ from Monday to Friday:
{"2027": {"off": {"2027-01-01": "New Year's Day"}, "worked": {"2027-02-20": "Spring Festival"}}}
"""

import argparse
import asyncio
import os
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from shared.business_days.store import Named, publish_years
from shared.context import Context
from shared.db.transaction import Database


class YearFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    off: dict[date, str]
    worked: dict[date, str] = {}

    @model_validator(mode="after")
    def _differs_from_the_week(self) -> "YearFile":
        wrong = [str(day) for day in self.off if day.weekday() >= 5]
        wrong += [str(day) for day in self.worked if day.weekday() < 5]
        if wrong:
            raise ValueError(f"these days are as any other week has them: {', '.join(wrong)}")
        return self

    def days(self) -> dict[date, Named]:
        return {day: Named(False, name) for day, name in self.off.items()} | {
            day: Named(True, name) for day, name in self.worked.items()
        }


FILE = TypeAdapter(dict[Annotated[int, Field(ge=2000, le=2100)], YearFile])


def read(text: str | bytes) -> dict[int, dict[date, Named]]:
    years = {year: file.days() for year, file in FILE.validate_json(text).items()}
    for year, days in years.items():
        if strangers := [str(day) for day in days if day.year != year]:
            raise ValueError(f"these days are not of {year}: {', '.join(strangers)}")
    return years


async def publish(service: str, url: str, years: dict[int, dict[date, Named]]) -> bool:
    db = Database(service, url, pool_size=2)
    try:
        async with db.transaction(Context(actor="operator")) as tx:
            return await publish_years(tx, years)
    finally:
        await db.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m shared.business_days", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--service", default="registry", help="whose database it is")
    parser.add_argument("--url", default=os.environ.get("DATABASE_URL", ""), help="default: DATABASE_URL")
    given = parser.parse_args()
    if not given.url:
        parser.error("DATABASE_URL or --url must say where")
    try:
        years = read(given.file.read_bytes())
    except (OSError, ValueError, ValidationError) as error:
        parser.error(str(error))
    changed = asyncio.run(publish(given.service, given.url, years))
    sys.stderr.write("published\n" if changed else "this was known already\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
