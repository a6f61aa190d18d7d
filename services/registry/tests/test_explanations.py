"""The explanation names every ground side by side, with its clause, since when, and what to do."""

from datetime import timedelta

import pytest

from services.registry.queries.explanations import explanation
from services.registry.tests.builders import a_cause, an_applicant
from services.registry.tests.leaving import a_request, an_admitted, hear
from services.registry.use_cases import qualifications
from shared.contracts.effects import Effect, Target
from shared.contracts.enforcement import RestrictionChanged

DAY = timedelta(days=1)


async def why(db, provider_id, effect, category="erp"):
    async with db.transaction() as tx:
        _, effects = await explanation(tx, provider_id, category)
        return effects[effect]


async def test_agreements_a_lost_qualification_and_a_penalty_are_named_side_by_side(db, clock):
    provider_id = await an_admitted(db)
    async with db.transaction() as tx:
        await qualifications.grant_qualification(tx, provider_id, "officer-1", "erp", clock.at + DAY, "fine")
    ended = clock.at + DAY
    clock.advance(2 * DAY)
    target = Target(kind="provider", id=provider_id)
    cause = a_cause(Effect.PUBLISH, from_=clock.at - DAY, until=clock.at + DAY)
    await hear(db, RestrictionChanged(target_key=target.key, target=target, causes=(cause,)))
    causes = await why(db, provider_id, Effect.PUBLISH)
    assert [(c.source, c.clause) for c in causes] == [
        ("agreement", "3.1"),
        ("agreement", "3.1"),
        ("qualification", "3.2"),
        ("restriction", cause.clause),
    ]
    assert (causes[2].from_, causes[3].until) == (ended, cause.until)
    assert all(c.reason and c.advice and c.advice_zh and c.from_ for c in causes)


@pytest.mark.parametrize("category", ["", "design"])
async def test_without_a_category_that_asks_for_one_no_qualification_is_named(db, category):
    provider_id = await an_admitted(db)
    assert {c.source for c in await why(db, provider_id, Effect.PUBLISH, category)} == {"agreement"}


async def test_an_applicant_and_a_leaving_provider_learn_since_when_and_what_to_do(db, clock):
    applicant = await an_applicant(db, "account-2")
    provider_id = await an_admitted(db)
    applied = clock.at
    clock.advance(DAY)
    await a_request(db, provider_id)
    [waiting] = await why(db, applicant.provider_id, Effect.ORDER)
    [leaving] = await why(db, provider_id, Effect.ORDER)
    assert (waiting.clause, waiting.from_) == ("3.1", applied)
    assert (leaving.clause, leaving.from_) == ("7.3", clock.at)
    assert waiting.advice
    assert leaving.advice
