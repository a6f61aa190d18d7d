"""How the tests of detectors ask: what a text adds to the findings of a clean listing."""

from services.catalog.domain.screening import Rules, screen
from services.catalog.domain.screening.subject import Subject
from services.catalog.tests.builders import CLEAN, a_content
from shared.contracts.catalog import ListingKind, Plan

RULES = Rules((), frozenset({"kuaishou.com", "kwaixiaodian.com"}))
"""No lexicon: what the detectors find is found without any list of words."""


def findings_of(content, kind=ListingKind.APPLICATION, **values):
    return screen(Subject(content, kind, **values), RULES)


def found_in(text, field="details", **values):
    """The findings after the text is put behind what a clean listing says."""
    return findings_of(a_content(**{field: f"{getattr(CLEAN, field)}{text}"}, **values))


def told(text, field="details", **values):
    """(detector, matched) of each of them; `matched` is cut from the text by the span, to prove both."""
    found = found_in(text, field, **values)
    kept = f"{getattr(CLEAN, field)}{text}"
    assert all(f.matched == kept[f.start : f.end] for f in found if f.field == field)
    return [(f.detector, f.matched) for f in found]


def a_plan(title="专业版", days=30, price_fen=100, trial_days=0, plan_id="p"):
    return Plan(plan_id=plan_id, title=title, period_days=days, price_fen=price_fen, trial_days=trial_days)
