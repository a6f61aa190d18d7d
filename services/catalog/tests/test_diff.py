"""Two contents side by side."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.domain.diff import Difference, Span, compare, differences
from services.catalog.tests.builders import CLEAN, MONTHLY, a_content


def rest(text, spans):
    """The text without the spans."""
    kept, at = [], 0
    for span in spans:
        assert at <= span.start < span.end <= len(text)
        kept.append(text[at : span.start])
        at = span.end
    return "".join([*kept, text[at:]])


def test_what_is_the_same_makes_no_difference():
    assert differences(CLEAN, a_content()) == ()


def test_changed_characters_are_marked_in_both_texts():
    [found] = differences(CLEAN, a_content(name="快印单"))
    assert found == Difference("name", "快打单", "快印单", (Span(1, 2),), (Span(1, 2),))


def test_words_and_markup_are_marked_as_a_whole():
    found = compare("details", "<p>Prints fast.</p>", "<p>Prints slow.</p>")
    assert found.old
    assert found.new
    assert [found.old[s.start : s.end] for s in found.removed] == ["fast"]
    assert [found.new[s.start : s.end] for s in found.added] == ["slow"]


def test_plans_are_compared_by_their_ids():
    dearer, yearly = MONTHLY.model_copy(update={"price_fen": 12900}), MONTHLY.model_copy(update={"plan_id": "yearly"})
    found = {d.field: (d.old, d.new) for d in differences(CLEAN, a_content(plans=(yearly, dearer)))}
    assert found == {
        "plans[monthly].price_fen": ("9900", "12900"),
        "plans[yearly].title": (None, "月付版"),
        "plans[yearly].period_days": (None, "30"),
        "plans[yearly].price_fen": (None, "9900"),
        "plans[yearly].trial_days": (None, "0"),
    }


def test_lists_and_images_say_what_came_and_went():
    old = a_content(functions=("打单", "发货"), logo="a" * 64)
    new = a_content(functions=("打单", "退款"), logo="", screenshots=("b" * 64,))
    assert [(d.field, d.old, d.new) for d in differences(old, new)] == [
        ("logo", "a" * 64, None),
        ("screenshots", None, "b" * 64),
        ("functions", "发货", None),
        ("functions", None, "退款"),
    ]


def test_another_order_is_a_difference_too():
    [found] = differences(a_content(functions=("甲", "乙")), a_content(functions=("乙", "甲")))
    assert (found.field, found.old, found.new) == ("functions", "甲\n乙", "乙\n甲")


def few_words(step):
    """Many short sentences in another order, each a few times: what comparing is slowest at."""
    return "".join(chr(0x4E00 + n * step % 1_250) + "。" for n in range(9_900))


TEXTS = st.text("ab 甲乙。<p>/\n!", max_size=60)


@given(TEXTS, TEXTS)
def test_what_is_not_marked_is_the_same_in_both_texts(old, new):
    found = compare("details", old, new)
    assert rest(old, found.removed) == rest(new, found.added)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("甲乙。" * 6_600, "乙甲丙" * 6_600),
        ("".join(f"{n}。" for n in range(3_000)), "".join(f"{n}。" for n in reversed(range(3_000)))),
        ("x" + "<" * 19_000, "<" * 19_000 + "y"),
        (few_words(7), few_words(1)),
    ],
)
def test_the_longest_texts_take_no_seconds(old, new):
    began = process_time()
    found = compare("details", old, new)
    assert process_time() - began < 5
    assert rest(old, found.removed) == rest(new, found.added)
