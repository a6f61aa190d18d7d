"""Versions of agreements stay in order, are announced in time, and bind from their date on."""

from datetime import timedelta

import pytest

from services.registry.domain.agreement import (
    NOTICE,
    Agreement,
    AgreementKind,
    Overdue,
    Stage,
    overdue,
    why_not_announced,
)
from services.registry.seed import announced
from services.registry.tests.builders import NOW, a_provider, a_signature, an_agreement

DAY = timedelta(days=1)


def a_version(version="2", **values):
    return an_agreement(version=version, **{"announced_at": NOW, "in_force_at": NOW + NOTICE, **values})


def test_a_version_may_be_announced_now_and_be_in_force_seven_days_later():
    assert why_not_announced(a_version(), [an_agreement()], NOW) == {}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"announced_at": NOW - timedelta(microseconds=1)}, "announced_at"),
        ({"in_force_at": NOW + NOTICE - timedelta(microseconds=1)}, "in_force_at"),
        ({"announced_at": NOW + DAY}, "in_force_at"),
    ],
)
def test_too_early_or_too_soon_is_refused_with_its_field(values, field):
    assert list(why_not_announced(a_version(**values), [], NOW)) == [field]


@pytest.mark.parametrize(
    ("other", "fields"),
    [
        ({"in_force_at": NOW + NOTICE}, ["in_force_at"]),
        ({"announced_at": NOW + DAY, "in_force_at": NOW + 9 * DAY}, ["announced_at", "in_force_at"]),
        ({"announced_at": NOW - DAY, "in_force_at": NOW + NOTICE - DAY}, []),
    ],
)
def test_versions_of_one_agreement_stay_in_one_order(other, fields):
    assert list(why_not_announced(a_version("3"), [a_version("2", **other)], NOW)) == fields


def test_versions_of_the_other_agreement_do_not_matter():
    later = an_agreement(AgreementKind.DEVELOPER, announced_at=NOW + DAY, in_force_at=NOW + 90 * DAY)
    assert why_not_announced(a_version(), [later], NOW) == {}


def test_each_version_is_announced_reminded_of_three_days_before_and_in_force():
    stages = a_version().stages()
    assert stages == {Stage.ANNOUNCED: NOW, Stage.REMINDER: NOW + 4 * DAY, Stage.IN_FORCE: NOW + 7 * DAY}


def test_an_unsigned_version_is_overdue_from_its_date_on_and_names_itself():
    old, new = an_agreement(), a_version()
    developer = an_agreement(AgreementKind.DEVELOPER)
    provider_id = a_provider().provider_id
    signed = [a_signature(old, provider_id), a_signature(developer, provider_id)]
    assert overdue([old, new, developer], signed, new.in_force_at - timedelta(microseconds=1)) == ()
    assert overdue([old, new, developer], signed, new.in_force_at) == (
        Overdue(AgreementKind.SERVICE, "2", new.in_force_at),
    )
    signed.append(a_signature(new, provider_id))
    assert overdue([old, new, developer], signed, new.in_force_at) == ()


def test_the_versions_of_the_market_were_announced_seven_days_ahead_and_in_order():
    known: list[Agreement] = []
    for version in announced():
        assert why_not_announced(version, known, version.announced_at) == {}
        known.append(version)
