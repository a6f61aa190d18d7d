"""What an admission still waits for, field by field: without a database."""

import pytest

from services.registry import store
from services.registry.domain.agreement import AgreementKind
from services.registry.domain.application import Application, ApplicationState, Item
from services.registry.domain.dossier import Dossier, fields_of
from services.registry.domain.errors import NotAdmissible
from services.registry.domain.person import FIELDS, Person, PersonRole
from services.registry.domain.provider import Profile
from services.registry.tests.builders import COMPLETE, NOW, a_provider, an_admitted_provider
from services.registry.tests.test_document import NEEDED, a_document
from shared.ids import new_id

PERSONAL = [f"{role}.{name}" for role, names in FIELDS.items() for name in names]


def a_dossier(provider=None, *, empty=False, unsigned=(), **application):
    provider = provider or a_provider()
    persons = [Person(new_id(), provider.provider_id, role) for role in PersonRole]
    for person in () if empty else persons:
        person.state(b"sealed", dict.fromkeys(FIELDS[person.role], "stated"))
    documents = [] if empty else [a_document(kind) for kind in NEEDED]
    values = {"state": ApplicationState.SUBMITTED, **application}
    return Dossier(
        provider,
        Application(provider.provider_id, provider.account_id, **values),
        persons,
        documents,
        unsigned,
        store.document_kinds(),
        NOW,
    )


def names(missing):
    return [item.field for item in missing]


def test_an_empty_application_lacks_every_field_document_and_signature():
    dossier = a_dossier(a_provider(profile=Profile("Name only")), empty=True, unsigned=tuple(AgreementKind))
    assert names(dossier.owed()) == [
        "registered_address",
        "website",
        *PERSONAL,
        *(f"document.{kind}" for kind in ("business_licence", "identity_card_front", "identity_card_back")),
        "document.account_permit",
        "agreement.developer",
        "agreement.service",
    ]


def test_everything_that_is_missing_names_its_clause_and_says_what_to_do_in_both_languages():
    dossier = a_dossier(a_provider(profile=Profile("Name only")), empty=True, unsigned=tuple(AgreementKind))
    dossier.application.state = ApplicationState.DRAFT
    for item in dossier.missing():
        assert (item.clause, bool(item.advice), bool(item.advice_zh)) == ("3.1", True, True)


@pytest.mark.parametrize("field", PERSONAL)
def test_each_field_of_a_person_left_empty_is_named(field):
    dossier = a_dossier()
    role, _, name = field.partition(".")
    person = next(person for person in dossier.persons if person.role == role)
    person.state(b"sealed", {other: "stated" for other in FIELDS[person.role] if other != name})
    assert names(dossier.owed()) == [field]


def test_a_complete_application_still_waits_for_its_submission_and_verification():
    assert names(a_dossier(state=ApplicationState.DRAFT).missing()) == [
        "submission",
        *(f"verification.{item}" for item in Item),
    ]


def test_what_is_verified_is_not_missing_any_more():
    checks = {item: {"by": "officer-1", "at": NOW.isoformat()} for item in Item if item is not Item.CONTACTS}
    assert names(a_dossier(checks=checks).missing()) == ["verification.contacts"]


def test_an_admitted_provider_lacks_only_what_lapsed_since():
    assert a_dossier(an_admitted_provider(profile=COMPLETE), state=ApplicationState.ADMITTED).missing() == ()


def test_a_refusal_names_all_that_is_missing():
    dossier = a_dossier(unsigned=(AgreementKind.SERVICE,))
    with pytest.raises(NotAdmissible) as refused:
        dossier.refuse_incomplete(dossier.owed())
    assert refused.value.facts["missing"] == ["agreement.service"]
    assert refused.value.facts["advice"][0]["zh"]


def test_staff_can_object_to_every_field_that_an_application_has():
    dossier = a_dossier(a_provider(profile=Profile("Name only")), empty=True)
    assert set(names(dossier.owed())) <= fields_of(store.document_kinds())
