"""Completeness, verification, admission and signatures, without a database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.registry.domain.agreement import AgreementKind, current, may_be_signed, unsigned
from services.registry.domain.errors import NotAdmissible, OwnProvider, ProfileSettled
from services.registry.domain.explanation import explain
from services.registry.domain.provider import ADVICE, Profile, is_enterprise
from services.registry.domain.qualification import Qualification, qualified
from services.registry.domain.standing import Situation, holds
from services.registry.tests.builders import (
    COMPLETE,
    NOW,
    a_cause,
    a_code,
    a_provider,
    a_signature,
    an_admitted_provider,
    an_agreement,
)
from shared.contracts.effects import Effect
from shared.contracts.registry import ProviderAdmitted, Standing


@pytest.mark.parametrize("field", ["legal_representative", "contact_email", "contact_phone", "website"])
def test_each_field_left_empty_is_named_with_clause_and_advice(field):
    provider = a_provider(profile=replace(COMPLETE, **{field: " "}), verified_at=NOW)
    [missing] = provider.missing(())
    assert (missing.field, missing.clause, missing.advice) == (field, "3.1", ADVICE[field])


def test_an_applicant_misses_verification_and_both_signatures():
    found = [missing.field for missing in a_provider().missing(tuple(AgreementKind))]
    assert found == ["verification", "agreement.developer", "agreement.service"]


def test_a_complete_applicant_is_admitted_and_that_is_a_fact():
    provider = a_provider(verified_at=NOW)
    [fact] = provider.admit(by="officer-1", at=NOW, unsigned=())
    assert isinstance(fact, ProviderAdmitted)
    assert (provider.standing, provider.admitted_at) == (Standing.ADMITTED, NOW)


@pytest.mark.parametrize(
    ("values", "open_agreements", "named"),
    [
        ({}, (), "verification"),
        ({"verified_at": NOW}, (AgreementKind.SERVICE,), "agreement.service"),
        ({"verified_at": NOW, "profile": Profile("Name only")}, (), "contact_email"),
    ],
)
def test_an_incomplete_applicant_is_not_admitted(values, open_agreements, named):
    with pytest.raises(NotAdmissible) as refused:
        a_provider(**values).admit(by="officer-1", at=NOW, unsigned=open_agreements)
    assert named in refused.value.facts["missing"]


def test_an_incomplete_profile_cannot_be_verified():
    with pytest.raises(NotAdmissible):
        a_provider(profile=Profile("Name only")).verify(by="officer-1", at=NOW)


@pytest.mark.parametrize("decide", ["verify", "admit", "qualify"])
def test_nobody_decides_about_their_own_provider(decide):
    provider = a_provider(account_id="anna")
    acts = {
        "verify": lambda: provider.verify(by="anna", at=NOW),
        "admit": lambda: provider.admit(by="anna", at=NOW, unsigned=()),
        "qualify": lambda: provider.qualify("erp", by="anna", at=NOW, expires_at=None),
    }
    with pytest.raises(OwnProvider):
        acts[decide]()


def test_a_changed_profile_must_be_verified_again():
    provider = a_provider(verified_at=NOW, verified_by="officer-1")
    provider.restate(replace(COMPLETE, website="https://other.example.com"))
    assert provider.verified_at is None
    assert provider.version == 2


def test_restating_the_same_profile_keeps_the_verification():
    provider = a_provider(verified_at=NOW)
    provider.restate(COMPLETE)
    assert (provider.verified_at, provider.version) == (NOW, 1)


def test_an_admitted_provider_cannot_change_its_profile_by_itself():
    with pytest.raises(ProfileSettled):
        an_admitted_provider().restate(COMPLETE)


@pytest.mark.parametrize(("kind", "enterprise"), [("91", True), ("92", False), ("93", False), ("51", False)])
def test_only_enterprises_are_enterprises(kind, enterprise):
    assert is_enterprise(a_code(kind)) is enterprise


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
    effects = explain(holds(Situation(Standing.APPLIED)), [cause], NOW)
    assert [because.source for because in effects[Effect.ORDER]] == ["standing", "restriction"]
    assert [because.decision_id for because in effects[Effect.SETTLE]] == [cause.decision_id]
    assert effects[Effect.ACCOUNT] == ()


def test_a_lapsed_restriction_explains_nothing():
    cause = a_cause(Effect.ORDER, until=NOW)
    assert explain(holds(Situation(Standing.ADMITTED)), [cause], NOW)[Effect.ORDER] == ()
