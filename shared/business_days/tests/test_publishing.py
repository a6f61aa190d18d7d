"""Publishing a year from a file, before the library knows it."""

import json
from datetime import date

import pytest

from shared.business_days.__main__ import publish, read
from shared.business_days.store import Named

GOOD = {"2027": {"off": {"2027-01-01": "New Year's Day"}, "worked": {"2027-01-02": "New Year's Day"}}}


def test_a_file_names_by_year_the_days_off_and_the_days_worked():
    assert read(json.dumps(GOOD)) == {
        2027: {date(2027, 1, 1): Named(False, "New Year's Day"), date(2027, 1, 2): Named(True, "New Year's Day")}
    }


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"2027": {"off": {"2027-01-02": "Saturday"}}}, "as any other week"),
        ({"2027": {"off": {}, "worked": {"2027-01-01": "Friday"}}}, "as any other week"),
        ({"2027": {"off": {"2026-01-01": "New Year's Day"}}}, "not of 2027"),
        ({"2027": {"off": {"soon": "?"}}}, "date"),
        ({"2027": {}}, "off"),
        ({"27": {"off": {}}}, "2000"),
        ({"2027": {"off": {}, "of": {}}}, "of"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused(wrong, reason):
    with pytest.raises(ValueError, match=reason):
        read(json.dumps(wrong))


async def test_what_was_published_is_said_to_be_known(db_for):
    db = await db_for("registry")
    years = read(json.dumps(GOOD))
    assert [await publish("registry", db.url, years), await publish("registry", db.url, years)] == [True, False]
