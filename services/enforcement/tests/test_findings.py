"""What the catalog finds in a live version proposes cases, once each; people decide."""

import json
from typing import Any

import httpx2

from services.enforcement.domain import finding
from services.enforcement.tests.asking import LISTING, PROVIDER, As, once
from services.enforcement.tests.builders import NOON, RULEBOOK, hear, told
from shared.contracts.catalog import FindingOrigin, FindingReported, ReportedFinding
from shared.db.transaction import Database

WORD = ReportedFinding(
    clause="6.1.2(3)", severity="blocks", detector="absolute-words", field="summary", start=4, end=6, matched="顶级",
    why_zh="绝对化用语。", why_en="Absolute wording.",
)  # fmt: skip


def found(*items: ReportedFinding, **varies: Any) -> FindingReported:
    given: dict[str, Any] = {
        "listing_id": LISTING.listing_id,
        "provider_id": PROVIDER.provider_id,
        "version": 2,
        "origin": FindingOrigin.PATROL,
        "rules_digest": "2/absolute-words=2",
        "found_at": NOON,
        "findings": items or (WORD,),
        **varies,
    }
    return FindingReported(**given)


async def counts(db: Database) -> tuple[int, int, int]:
    """Cases, reports, unmatched findings."""
    async with db.transaction() as tx:
        row = await tx.driver.fetchrow(
            "SELECT (SELECT count(*) FROM case_file), (SELECT count(*) FROM report),"
            " (SELECT count(*) FROM unmatched_finding)"
        )
    return tuple(row)


LAST = {"6.1.1": 3, "6.1.2": 3, "6.1.3": 8, "6.1.6": 5, "6.2.1": 3}
CLAUSES = (
    *(f"{clause}({n})" for clause, last in LAST.items() for n in range(1, last + 1)), "6.1.4", "6.1.5", "6.4", "6.5.8",
    "6.5.10",
)  # fmt: skip


def test_every_clause_that_screening_and_reviews_find_is_an_act_of_its_own():
    assert {clause: act.clause for clause in CLAUSES if (act := RULEBOOK.act_of(clause))} == dict(
        zip(CLAUSES, CLAUSES, strict=True)
    )


def test_a_breach_of_a_publishing_rule_is_the_act_that_covers_it():
    covered = {"4.3.2": "6.1.2(1)", "4.3.6": "6.1.3(6)", "4.4.2": "6.1.6(4)", "4.4.4": "6.4", "4.4.5": "6.1.6(2)"}
    assert {clause: act.clause for clause in covered if (act := RULEBOOK.act_of(clause))} == covered
    assert RULEBOOK.act_of("4.3.5") is None
    assert RULEBOOK.act_of("6.3.2(4)") is None, "what is measured is not found in a text"


def test_a_passage_is_one_report_whatever_rules_find_it_again_and_what_people_find_is_one_each_time():
    later = NOON.replace(hour=13)
    again = found(rules_digest="3/absolute-words=3", found_at=later)
    assert finding.identity(found(), WORD) == finding.identity(again, WORD)
    assert finding.identity(found(), WORD) != finding.identity(found(version=3), WORD)
    said = ReportedFinding(clause="6.1.3(7)", severity="blocks", why_en="A chat tool, not an ERP")
    assert finding.identity(found(said), said) != finding.identity(found(said, found_at=later), said)


async def test_a_finding_proposes_a_case_with_its_proof_and_a_second_telling_changes_nothing(at_noon, anna):
    for sequence, digest in ((2, "2/absolute-words=2"), (3, "3/absolute-words=3")):
        await hear(at_noon, found(rules_digest=digest), sequence=sequence)
    assert await counts(at_noon) == (1, 1, 0)
    [summary] = (await anna.get("/v1/cases")).json()["items"]
    assert (summary["act"], summary["status"], summary["kind"], summary["origin"]) == (
        "absolute-wording", "proposed", "violation", "finding",
    )  # fmt: skip
    case = (await anna.get(f"/v1/cases/{summary['case_id']}")).json()
    assert case["facts"]["listing_version"] == 2
    [report] = case["reports"]
    assert (report["reporter"], report["text"]) == ("catalog/patrol", "绝对化用语。\nAbsolute wording.")
    proof = json.loads(report["evidence"])
    assert (proof["field"], proof["start"], proof["end"], proof["matched"]) == ("summary", 4, 6, "顶级")
    assert (proof["rules_digest"], proof["listing_version"]) == ("2/absolute-words=2", 2)
    assert [word["status"] for word in await told(at_noon, "case.changed")] == ["open"]
    assert await told(at_noon, "violation.confirmed") == []


async def test_findings_and_reports_of_one_act_share_a_case_and_other_acts_have_their_own(at_noon, as_: As):
    elsewhere = WORD.model_copy(update={"field": "details"})
    chat = ReportedFinding(clause="4.4.4", severity="blocks", detector="contacts", field="details", matched="加微信")
    await hear(at_noon, found(WORD, elsewhere, chat), sequence=2)
    assert await counts(at_noon) == (2, 3, 0)
    merchant: httpx2.AsyncClient = await as_("merchant", "shop")
    said = {"act": "absolute-wording", "listing_id": str(LISTING.listing_id), "happened_at": NOON.isoformat(),
            "text": "It says the best", "evidence": "a picture"}  # fmt: skip
    assert (await merchant.post("/v1/reports", json=said, headers=once())).status_code == 201
    assert await counts(at_noon) == (2, 4, 0)


async def test_what_officers_dismissed_does_not_come_back_with_the_next_patrol(at_noon, anna):
    await hear(at_noon, found(), sequence=2)
    [case] = (await anna.get("/v1/cases")).json()["items"]
    path = f"/v1/cases/{case['case_id']}/dismissal"
    assert (await anna.post(path, json={"reason": "a proper name"}, headers={"If-Match": '"v1"'})).status_code == 200
    await hear(at_noon, found(rules_digest="9"), sequence=3)
    await hear(at_noon, found(version=3), sequence=4)
    assert await counts(at_noon) == (2, 2, 0)


async def test_a_clause_without_an_act_is_kept_for_people_to_see(at_noon, anna, acme):
    sixth = ReportedFinding(clause="4.3.5", severity="blocks", detector="quota", field="", why_en="A sixth one")
    odd = WORD.model_copy(update={"clause": "no clause at all"})
    for sequence in (2, 3):
        await hear(at_noon, found(WORD, sixth, odd), sequence=sequence)
    assert await counts(at_noon) == (1, 1, 2)
    first = (await anna.get("/v1/unmatched-findings?limit=1")).json()
    rest = (await anna.get(f"/v1/unmatched-findings?limit=5&cursor={first['next']}")).json()
    clauses = {item["finding"]["clause"] for item in first["items"] + rest["items"]}
    assert (clauses, rest["next"]) == ({"4.3.5", "no clause at all"}, None)
    assert (await acme.get("/v1/unmatched-findings")).status_code == 403
