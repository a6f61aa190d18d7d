"""What two services keep as data about the same thing says the same."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from shared.testing.lease import ROOT


def read(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def leaves(categories: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for category in categories:
        yield from leaves(category["children"]) if category.get("children") else (category,)


@pytest.fixture(scope="module")
def categories() -> dict[str, dict[str, Any]]:
    return {category["code"]: category for category in leaves(read("services/catalog/categories.yaml")["categories"])}


def test_the_catalog_asks_for_a_qualification_exactly_where_the_registry_says_what_for(categories):
    asking = {code for code, category in categories.items() if category.get("requires_qualification")}
    assert asking == {entry["category"] for entry in read("services/registry/requirements.yaml")}


def test_every_document_that_a_category_asks_for_can_be_uploaded():
    kinds = {entry["kind"] for entry in read("services/registry/document_kinds.yaml")}
    asked = {
        proof["kind"]
        for entry in read("services/registry/requirements.yaml")
        for proof in entry["proofs"]
        if not proof.get("stated")
    }
    assert asked <= kinds
