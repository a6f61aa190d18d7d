"""From standing to blocked effects: every standing, every transition."""

import os
import subprocess
import sys

import pytest

from services.registry.domain import standing as standings
from services.registry.domain.agreement import AgreementKind, Overdue
from services.registry.domain.errors import WrongStanding
from services.registry.tests.builders import NOW, a_provider
from shared.contracts.effects import Effect
from shared.contracts.registry import Standing

SELLING = {Effect.LIST, Effect.ORDER, Effect.RENEW, Effect.PUBLISH}


@pytest.mark.parametrize(
    ("standing", "blocked"),
    [
        (Standing.APPLIED, SELLING),
        (Standing.ADMITTED, set()),
        (Standing.EXITING, SELLING),
        (Standing.EXITED, SELLING | {Effect.USE, Effect.CALL_API}),
    ],
)
def test_each_standing_blocks_its_effects(standing, blocked):
    assert standings.blocked(standings.holds(standings.Situation(standing))) == blocked


@pytest.mark.parametrize("standing", Standing)
def test_whatever_is_blocked_has_a_clause_and_a_reason(standing):
    assert all(hold.clause and hold.reason and hold.effects for hold in standings.holds(standings.Situation(standing)))


def test_no_standing_keeps_the_money_of_a_provider_or_its_way_to_appeal():
    assert all(
        not {Effect.SETTLE, Effect.ACCOUNT} & standings.blocked(standings.holds(standings.Situation(standing)))
        for standing in Standing
    )


ALLOWED = {
    (Standing.APPLIED, Standing.ADMITTED),
    (Standing.ADMITTED, Standing.EXITING),
    (Standing.EXITING, Standing.ADMITTED),
    (Standing.EXITING, Standing.EXITED),
}


@pytest.mark.parametrize("now", Standing)
@pytest.mark.parametrize("then", Standing)
def test_only_the_drawn_transitions_are_allowed(now, then):
    assert standings.may_become(now, then) == ((now, then) in ALLOWED)


@pytest.mark.parametrize("standing", [s for s in Standing if s not in (Standing.APPLIED, Standing.EXITING)])
def test_only_an_applicant_is_admitted(standing):
    with pytest.raises(WrongStanding):
        a_provider(standing=standing).admit(at=NOW)


OVERDUE = Overdue(AgreementKind.SERVICE, "2027-01", NOW)


@pytest.mark.parametrize("standing", Standing)
def test_an_overdue_agreement_blocks_publishing_of_who_is_admitted_and_adds_nothing_elsewhere(standing):
    plain, late = standings.Situation(standing), standings.Situation(standing, overdue=(OVERDUE,))
    added = standings.blocked(standings.holds(late)) - standings.blocked(standings.holds(plain))
    assert added == ({Effect.PUBLISH} if standing is Standing.ADMITTED else set())


def test_an_overdue_agreement_is_named_with_its_version_its_date_and_what_to_do():
    [one] = standings.held(standings.Situation(Standing.ADMITTED, overdue=(OVERDUE,)))
    assert (one.source, one.hold.clause, one.since) == ("agreement", "3.1", NOW)
    assert "service" in one.hold.reason
    assert "2027-01" in one.hold.reason
    assert "2027-01" in one.advice


@pytest.mark.parametrize("standing", [s for s in Standing if s is not Standing.ADMITTED])
def test_what_a_standing_holds_says_since_when_and_what_to_do(standing):
    held = standings.held(standings.Situation(standing, since=NOW))
    assert held
    assert all((one.source, one.since) == ("standing", NOW) and one.advice and one.advice_zh for one in held)


_SAYS = """
from services.registry.domain.provider import Provider
from services.registry.domain.qualification import Qualification
from services.registry.domain.standing import Situation
from services.registry.tests.builders import NOW, a_provider
from shared.contracts.registry import Standing
from uuid import UUID
p = a_provider(provider_id=UUID(int=1), standing=Standing.EXITING)
held = [Qualification(p.provider_id, name, NOW, "o") for name in ("erp", "training", "shop-operation", "design")]
print(p.state(Situation(p.standing), held, NOW).model_dump_json())
"""


def test_the_same_standing_reads_the_same_in_every_process():
    """It is compared with what another process told last: sets have another order there."""
    said = {
        subprocess.run(
            [sys.executable, "-c", _SAYS], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
