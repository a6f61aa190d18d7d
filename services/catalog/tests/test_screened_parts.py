"""What the screening finds in plans, images, removed markup and the addresses of pages."""

import pytest

from services.catalog.domain.category import Category
from services.catalog.domain.screening import Rules, images, markup, pages, plans
from services.catalog.domain.screening.subject import Observations, SeenImage, Subject
from services.catalog.tests.builders import CLEAN, LOGO, MONTHLY, a_content
from shared.contracts.catalog import ListingKind, Plan

YEARLY = Plan(plan_id="yearly", title="年付版", period_days=365, price_fen=99900)
TWICE = ("6.1.5", "blocks", "plans[1].title", "月付 版")


def a_plan(**values):
    return MONTHLY.model_copy(update=values)


def a_place(allowed_periods=()):
    return Category(
        "order-processing",
        "",
        "订单处理",
        "Order processing",
        core_functions="",
        requires_qualification=False,
        special=False,
        takes_listings=True,
        position=0,
        allowed_periods=allowed_periods,
    )


def found(detector, content=CLEAN, place=None, **seen):
    subject = Subject(content, ListingKind.APPLICATION, place, [], Observations(**seen))
    return [(f.clause, f.severity.value, f.field, f.matched) for f in detector.find(subject, Rules((), frozenset()))]


@pytest.mark.parametrize(
    ("sold", "expected"),
    [
        ((MONTHLY, YEARLY), []),
        ((MONTHLY, a_plan(plan_id="b")), [("6.1.5", "blocks", "plans[1].title", "月付版")]),
        ((MONTHLY, a_plan(plan_id="b", title="月付 版", price_fen=1)), [TWICE]),
        ((MONTHLY, a_plan(plan_id="b", title="月付专业版", price_fen=19900)), []),
        ((a_plan(period_days=365, price_fen=9800), MONTHLY), [("6.1.5", "warns", "plans[0].price_fen", "¥98.00")]),
        ((a_plan(trial_days=31),), [("6.1.5", "warns", "plans[0].trial_days", "31")]),
        ((a_plan(trial_days=30),), []),
    ],
)  # fmt: skip
def test_plans_that_contradict_each_other_or_their_trial_are_found(sold, expected):
    assert found(plans, a_content(plans=sold)) == expected


def test_a_period_that_the_category_does_not_take_blocks():
    content = a_content(plans=(MONTHLY, a_plan(plan_id="b", title="四十天", period_days=40)))
    expected = [("4.2", "blocks", "plans[1].period_days", "40")]
    assert found(plans, content, a_place(allowed_periods=(30, 365))) == expected
    assert found(plans, content, a_place()) == []


def an_image(width=256, height=256, *codes, address=LOGO):
    return {address: SeenImage(address, width, height, codes)}


@pytest.mark.parametrize("field", ["logo", "screenshots[0]", "details"])
def test_a_qr_code_blocks_wherever_it_is_shown_and_its_text_is_told(field):
    address = "ab" * 32
    content = {
        "logo": a_content(logo=address),
        "screenshots[0]": a_content(screenshots=(address,)),
        "details": a_content(details=f'<p>说明</p><img src="/v1/images/{address}">'),
    }[field]
    seen = an_image(512, 512, "wxp://pay\u202e", address=address)
    assert found(images, content, images=seen) == [("4.4.4", "blocks", field, "wxp://pay")]


@pytest.mark.parametrize(
    ("field", "width", "height", "fits"),
    [
        ("logo", 128, 128, True), ("logo", 2048, 2048, True), ("logo", 127, 127, False), ("logo", 2049, 2049, False),
        ("logo", 220, 200, True), ("logo", 300, 200, False),
        ("screenshot", 320, 4096, True), ("screenshot", 319, 600, False), ("screenshot", 1080, 4097, False),
    ],
)  # fmt: skip
def test_images_have_sizes_that_can_be_shown(field, width, height, fits):
    content = a_content(logo=LOGO) if field == "logo" else a_content(logo="", screenshots=(LOGO,))
    assert (found(images, content, images=an_image(width, height)) == []) is fits


def test_removed_markup_warns_of_what_runs_and_only_tells_of_decoration():
    assert found(markup, removed_markup=("div", "p onclick", "span style", "script")) == [
        ("4.3.3", "warns", "details", "p onclick, script"),
        ("4.3.3", "advises", "details", "div, span style"),
    ]
    assert found(markup) == []


@pytest.mark.parametrize(
    ("address", "severity"),
    [
        ("https://help.example.com/a#top", None),
        ("https://help.example.com:443/", None),
        ("https://help.example.com:8443/", "warns"),
        ("https://xn--pple-43d.com/", "warns"),
        ("http://192.168.0.1/help", "blocks"),
        ("http://[::1]/help", "blocks"),
        ("http://localhost/help", "blocks"),
        ("http://3232235521/", "blocks"),
        ("http://0x7f.1/", "blocks"),
        ("https://wiki.internal/", "blocks"),
    ],
)
@pytest.mark.parametrize("field", ["help_url", "support_url"])
def test_addresses_of_pages_that_mislead_are_found(field, address, severity):
    told = found(pages, a_content(**{field: address}))
    assert [(f, s) for _, s, f, _ in told] == ([(field, severity)] if severity else [])
