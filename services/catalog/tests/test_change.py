"""What changed between two contents, and what each change weighs."""

from dataclasses import fields

import pytest

from services.catalog.domain.change import WEIGHTS, Change, Weight, changed, weight
from services.catalog.domain.content import Content
from services.catalog.tests.builders import CLEAN, MONTHLY, a_content

L, H = Weight.LIGHT, Weight.HEAVY


def test_every_field_has_a_weight():
    assert list(WEIGHTS) == [field.name for field in fields(Content)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, L),
        ({"plans": (MONTHLY.model_copy(update={"price_fen": 1}),)}, L),
        ({"support_url": "https://app.example.com/other", "help_url": "https://app.example.com/new"}, L),
        ({"callback_url": "https://other.example.com/"}, H),
        ({"functions": ("打印",)}, H),
        ({"scopes": ("customer.read",)}, H),
        ({"name": "别的"}, H),
        ({"category": "erp"}, H),
        ({"plans": (), "details": "别的"}, H),
    ],
)
def test_the_heaviest_change_decides(values, expected):
    changes = changed(CLEAN, a_content(**values))
    assert {change.field for change in changes} == set(values)
    assert weight(changes) is expected


def test_a_first_version_is_new_in_all_that_it_states():
    changes = changed(None, CLEAN)
    assert Change("name", H) in changes
    assert "screenshots" not in {change.field for change in changes}
    assert weight(changes) is H
