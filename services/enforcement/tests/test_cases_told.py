"""What others need to know of cases, and the case that a leaving provider brings upon itself (7.4)."""

from datetime import timedelta

from services.enforcement.tests.acting import charge, confirm, expel, held, propose
from services.enforcement.tests.asking import LISTING, PROVIDER
from services.enforcement.tests.builders import NOON, a_stop, hear, the_case, told
from services.enforcement.use_cases.cases import dismiss_case, retell_cases
from services.enforcement.use_cases.reports import Allegation, report_act
from shared.db.transaction import Database

OWN = PROVIDER.provider_id
STOP = a_stop(provider_id=OWN, listing_id=LISTING.listing_id)


async def words(db: Database) -> list[tuple[str, str, str]]:
    return [(word["kind"], word["act"], word["status"]) for word in await told(db, "case.changed")]


async def test_a_case_of_an_outage_is_a_violation(at_noon):
    await confirm(at_noon, *await propose(at_noon))
    act = "defective-application"
    assert await words(at_noon) == [("violation", act, "open"), ("violation", act, "confirmed")]


async def test_a_reported_case_is_a_complaint_and_ends_dismissed(at_noon):
    said = Allegation("off-platform-trade", None, OWN, NOON, "They asked for a transfer", "chat")
    async with at_noon.transaction() as tx:
        _, case = await report_act(tx, "shop", said)
        await report_act(tx, "other-shop", said)
    async with at_noon.transaction() as tx:
        await dismiss_case(tx, case.case_id, 1, "anna", "no evidence")
    act = "off-platform-trade"
    assert await words(at_noon) == [("complaint", act, "open"), ("complaint", act, "dismissed")]


async def test_a_report_does_not_hide_in_the_examination_of_an_expulsion(at_noon):
    await charge(at_noon, "off-platform-trade", OWN)
    async with at_noon.transaction() as tx:
        await report_act(tx, "shop", Allegation("off-platform-trade", None, OWN, NOON, "A transfer", "chat"))
    assert [(kind, status) for kind, _, status in await words(at_noon)] == [
        ("expulsion", "open"),
        ("complaint", "open"),
    ]


async def test_every_case_is_told_again_page_by_page(at_noon):
    for _ in range(3):
        await propose(at_noon)
    await expel(at_noon, await charge(at_noon, "off-platform-trade", OWN))
    before = await told(at_noon, "case.changed")
    after, pages = "", 0
    while pages == 0 or after:
        async with at_noon.transaction() as tx:
            after = await retell_cases(tx, after, 2)
        pages += 1
    again = (await told(at_noon, "case.changed"))[len(before) :]
    assert pages == 3
    assert {word["case_id"]: word["status"] for word in again} == {word["case_id"]: word["status"] for word in before}


async def test_stopping_early_proposes_a_case_that_an_officer_decides(at_noon):
    await hear(at_noon, STOP)
    await hear(at_noon, STOP, sequence=2)
    assert await words(at_noon) == [("violation", "stopped-while-leaving", "open")]
    case_id, version = await the_case(at_noon, LISTING.listing_id)
    async with at_noon.transaction() as tx:
        row = await tx.driver.fetchrow("SELECT clause, status, origin, facts FROM case_file")
    assert (row["clause"], row["status"], row["origin"]) == ("6.2.4(2)", "proposed", "exit")
    assert row["facts"] == {"short_by": "30d", "evidence": "down for 26 hours"}
    await confirm(at_noon, case_id, version, cause=None)
    assert await held(at_noon, OWN) == ["payout_hold"]


async def test_stopping_when_the_duty_is_over_is_no_case(at_noon):
    await hear(at_noon, STOP.model_copy(update={"stopped_at": STOP.due_until + timedelta(days=1)}))
    assert await words(at_noon) == []


async def test_what_was_expelled_need_not_be_served(at_noon):
    await expel(at_noon, await charge(at_noon, "off-platform-trade", OWN))
    await hear(at_noon, STOP)
    assert [act for _, act, _ in await words(at_noon)] == ["off-platform-trade", "off-platform-trade"]
