"""Providers, signatures, qualifications and explanations, without a database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.registry.domain.agreement import AgreementKind, current, may_be_signed, unsigned
from services.registry.domain.errors import OwnProvider
from services.registry.domain.explanation import explain
from services.registry.domain.provider import is_enterprise, why_no_enterprise
from services.registry.domain.qualification import Qualification, qualified
from services.registry.domain.standing import Situation, held
from services.registry.tests.builders import (
    COMPLETE,
    NOW,
    a_cause,
    a_code,
    a_provider,
    a_signature,
    an_agreement,
)
from shared.contracts.effects import Effect
from shared.contracts.registry import ProviderAdmitted, Standing


def test_an_admission_is_a_fact():
    provider = a_provider()
    [fact] = provider.admit(at=NOW)
    assert isinstance(fact, ProviderAdmitted)
    assert (provider.standing, provider.admitted_at) == (Standing.ADMITTED, NOW)


def test_nobody_decides_about_their_own_provider():
    with pytest.raises(OwnProvider):
        a_provider(account_id="anna").qualify("erp", by="anna", at=NOW, expires_at=None)


@pytest.mark.parametrize("field", ["registered_address", "website"])
def test_what_is_not_stated_of_the_enterprise_is_named(field):
    assert replace(COMPLETE, **{field: " "}).unstated() == (field,)


@pytest.mark.parametrize(("kind", "enterprise"), [("91", True), ("92", False), ("93", False), ("51", False)])
def test_only_enterprises_are_enterprises(kind, enterprise):
    assert is_enterprise(a_code(kind)) is enterprise


@pytest.mark.parametrize(("code", "why"), [("92", "个体工商户"), ("51", "civil"), ("12", "institution"), ("A1", "91")])
def test_who_is_refused_hears_why(code, why):
    assert why in why_no_enterprise(code)


def test_the_version_in_force_is_the_latest_that_has_begun():
    old = an_agreement(version="1")
    new = an_agreement(version="2", in_force_at=NOW)
    later = an_agreement(version="3", in_force_at=NOW + timedelta(days=1))
    assert current([later, new, old], NOW)[AgreementKind.SERVICE] is new
    assert current([later, new, old], NOW - timedelta(seconds=1))[AgreementKind.SERVICE] is old


def test_a_signature_of_an_older_version_does_not_bind_to_the_current_one():
    old, new = an_agreement(version="1"), an_agreement(version="2", in_force_at=NOW)
    signed_old = [a_signature(old, a_provider().provider_id)]
    assert AgreementKind.SERVICE not in unsigned([old, new], signed_old, NOW - timedelta(days=1))
    assert AgreementKind.SERVICE in unsigned([old, new], signed_old, NOW)


def test_an_agreement_that_was_never_published_counts_as_unsigned():
    assert unsigned([], [], NOW) == tuple(AgreementKind)


def test_a_superseded_version_cannot_be_signed_but_an_announced_one_can():
    old = an_agreement(version="1")
    new = an_agreement(version="2", in_force_at=NOW)
    later = an_agreement(version="3", in_force_at=NOW + timedelta(days=9), announced_at=NOW)
    secret = an_agreement(version="4", in_force_at=NOW + timedelta(days=9), announced_at=NOW + timedelta(days=1))
    versions = [old, new, later, secret]
    assert [may_be_signed(a, versions, NOW) for a in versions] == [False, True, True, False]


def test_a_qualification_ends_by_itself_at_its_instant():
    held = Qualification(a_provider().provider_id, "erp", NOW, "officer-1", expires_at=NOW + timedelta(days=1))
    assert [q.category for q in qualified([held], NOW + timedelta(hours=23))] == ["erp"]
    assert qualified([held], NOW + timedelta(days=1)) == ()


def test_the_explanation_names_standing_and_restriction_side_by_side():
    cause = a_cause(Effect.ORDER, Effect.SETTLE)
    effects = explain(held(Situation(Standing.APPLIED)), [cause], NOW)
    assert [because.source for because in effects[Effect.ORDER]] == ["standing", "restriction"]
    assert [because.decision_id for because in effects[Effect.SETTLE]] == [cause.decision_id]
    assert effects[Effect.ACCOUNT] == ()


def test_a_lapsed_restriction_explains_nothing():
    cause = a_cause(Effect.ORDER, until=NOW)
    assert explain(held(Situation(Standing.ADMITTED)), [cause], NOW)[Effect.ORDER] == ()
