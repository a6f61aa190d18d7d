"""The published language is complete: examples, consumers, and no gap between what is said and what is heard."""

import json

import pytest

from shared.contracts import EVENTS, OWNERS
from tests.architecture import flows_document, generate
from tests.architecture.declared import ROOT, services

EXAMPLES = ROOT / "shared/contracts/examples"


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_every_fact_has_an_example_that_its_contract_reads_without_loss(name):
    text = (EXAMPLES / name / "v1.json").read_text(encoding="utf-8")
    told_again = json.loads(EVENTS[name].model_validate_json(text).model_dump_json())
    given = json.loads(text)
    assert _keeps(told_again, given)


def _keeps(told, given):
    """Everything given is told again; optional fields may be added. Sets have no order on the wire."""
    if isinstance(given, dict):
        return all(key in told and _keeps(told[key], value) for key, value in given.items())
    if isinstance(given, list) and all(isinstance(item, str) for item in given):
        return sorted(told) == sorted(given)
    if isinstance(given, list):
        return len(told) == len(given) and all(map(_keeps, told, given))
    return bool(told == given)


def test_no_example_is_left_over():
    assert {path.name for path in EXAMPLES.iterdir()} == set(EVENTS)


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_a_contract_tolerates_fields_it_does_not_know(name):
    given = json.loads((EXAMPLES / name / "v1.json").read_text(encoding="utf-8"))
    EVENTS[name].model_validate({**given, "a_field_of_next_year": 1})


@pytest.mark.parametrize(("name", "event"), sorted(EVENTS.items()))
def test_a_fact_names_its_owner_its_key_and_is_spelled_as_its_class(name, event):
    assert event.wire.owner in (*OWNERS, "audit")
    assert event.wire.key in event.model_fields
    assert event.__name__.lower() == name.replace(".", "").replace("_", "")


def test_every_fact_has_a_consumer_or_is_public():
    heard = flows_document.consumers()
    assert [name for name, event in EVENTS.items() if not heard[name] and not event.wire.public] == []


def test_a_service_reacts_only_to_known_facts_of_others_once_each():
    for service in services():
        names = [reaction.event.wire.name for reaction in service.reactions]
        assert len(names) == len(set(names)), service.name
        for reaction in service.reactions:
            assert EVENTS[reaction.event.wire.name] is reaction.event
            assert reaction.event.wire.owner != service.name


def test_a_reaction_stands_in_the_file_that_bears_the_name_of_its_fact():
    for service in services():
        for reaction in service.reactions:
            wanted = reaction.event.wire.name.replace(".", "_")
            assert (ROOT / "services" / service.name / "reactions" / f"{wanted}.py").exists()
            assert reaction.does.startswith(f"{wanted}."), f"{service.name}: {reaction.does} hears {wanted}"


def test_every_replicated_aggregate_can_be_told_again():
    for service in services():
        replicated = {
            event.wire.aggregate
            for event in EVENTS.values()
            if event.wire.full_state and event.wire.owner == service.name
        }
        assert len(service.resync) >= len(replicated), f"{service.name} must resync {sorted(replicated)}"


def test_the_generated_documents_are_up_to_date():
    assert generate.stale() == []
