"""The detectors, each by what it must find, what it must leave alone, and where it points."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.domain.screening import MOST_FINDINGS, screen
from services.catalog.domain.screening.finding import Severity
from services.catalog.domain.screening.subject import Subject
from services.catalog.rules import category_tree, screening_rules
from services.catalog.tests.builders import CLEAN, MONTHLY, a_content
from shared.contracts.catalog import ListingKind, Plan

RULES = screening_rules()


def findings_of(content, kind=ListingKind.APPLICATION):
    return screen(Subject(content, kind), RULES)


def found_in(text, field="details"):
    """(detector, matched) of everything the text adds to a clean listing."""
    content = a_content(**{field: f"{getattr(CLEAN, field)}{text}"})
    return [(finding.detector, finding.matched) for finding in findings_of(content)]


def a_plan(title, days):
    return Plan(plan_id="p", title=title, period_days=days, price_fen=1)


def test_a_clean_listing_has_no_findings():
    assert findings_of(CLEAN) == ()


# --- completeness


@pytest.mark.parametrize(
    ("field", "empty"),
    [
        ("summary", ""),
        ("details", " \u200b\u3000"),
        ("callback_url", ""),
        ("support_url", ""),
        ("plans", ()),
        ("name", "\u200b"),
    ],
)
def test_what_is_missing_is_named_and_blocks(field, empty):
    grave = [f for f in findings_of(a_content(**{field: empty})) if f.detector == "completeness"]
    assert [(f.field, f.severity, f.clause) for f in grave] == [(field, Severity.BLOCKS, "4.3")]


def test_a_service_needs_no_callback_address():
    assert findings_of(a_content(callback_url=""), ListingKind.SERVICE) == ()


def test_short_details_are_only_advised():
    [finding] = findings_of(a_content(details="打印快递单。"))
    assert (finding.severity, finding.clause) == (Severity.ADVISES, "6.1.3(2)")


# --- contacts and trade outside


@pytest.mark.parametrize(
    ("text", "detector", "matched"),
    [
        ("请拨13812345678", "contact-phone", "13812345678"),
        ("电话138-1234-5678", "contact-phone", "138-1234-5678"),
        ("电话１３８１２３４５６７８", "contact-phone", "１３８１２３４５６７８"),
        ("+86 13812345678", "contact-phone", "+86 13812345678"),
        ("座机0571-88888888", "contact-phone", "0571-88888888"),
        ("热线400-800-1234", "contact-phone", "400-800-1234"),
        ("QQ：123456789", "contact-qq", "QQ：123456789"),
        ("扣扣群 12345678", "contact-qq", "扣扣群 12345678"),
        ("微信号：abc_12345", "contact-wechat", "微信号：abc_12345"),
        ("vx abc12345", "contact-wechat", "vx abc12345"),
        ("V信: kuaidayin", "contact-wechat", "V信: kuaidayin"),
        ("写信到 sales@example.com", "contact-email", "sales@example.com"),
        ("见 https://shop.example.com/a?b=1", "foreign-address", "https://shop.example.com/a?b=1"),
        ("访问 www.example.cn 了解", "foreign-address", "www.example.cn"),
        ("支持线下付款", "off-platform-payment", "线下付款"),
        ("please PAY OFFLINE", "off-platform-trade", "PAY OFFLINE"),
    ],
)
def test_ways_out_of_the_market_are_found_with_their_exact_place(text, detector, matched):
    content = a_content(details=CLEAN.details + text)
    assert any(
        (f.detector, f.matched) == (detector, matched)
        and content.details[f.start : f.end] == matched
        and f.severity is Severity.BLOCKS
        for f in findings_of(content)
    )


@pytest.mark.parametrize(
    "text",
    [
        "订单号 20261102138123456789",
        "支持微信支付与支付宝",
        "a wechat integration",
        "详见 https://open.kuaishou.com/docs",
        "版本 1.2.3，准确率 99.9%",
        "e.g. orders",
    ],
)
def test_harmless_numbers_and_names_are_left_alone(text):
    assert found_in(text) == []


def test_a_host_that_only_ends_like_an_allowed_one_is_foreign():
    assert [d for d, _ in found_in("https://evilkuaishou.com/x")] == ["foreign-address"]
    assert [d for d, _ in found_in("https://kuaishou.com.evil.cn")] == ["foreign-address"]


def test_a_mail_address_is_one_finding():
    assert [detector for detector, _ in found_in("a@www.example.com")] == ["contact-email"]


# --- periods


@pytest.mark.parametrize(
    ("title", "days", "fits"),
    [
        ("30天", 30, True),
        ("30天", 31, False),
        ("一个月", 31, True),
        ("12个月", 365, True),
        ("月付版", 30, True),
        ("月付版", 365, False),
        ("年卡", 365, True),
        ("半年", 180, True),
        ("半年", 90, False),
        ("十二个月", 360, True),
        ("二十四个月", 720, True),
        ("季度", 30, True),
        ("一季度", 90, True),
        ("1 year plan", 365, True),
        ("12 months", 30, False),
        ("Monthly", 30, True),
        ("7天试用", 30, True),
        ("专业版", 30, True),
    ],
)
def test_a_plans_title_must_name_its_own_period(title, days, fits):
    found = findings_of(a_content(plans=(a_plan(title, days),)))
    assert (not [f for f in found if f.detector == "period-mismatch"]) is fits
    assert all((f.field, f.clause, f.severity) == ("plans[0].title", "6.1.3(8)", Severity.BLOCKS) for f in found)


def test_a_period_in_the_text_that_no_plan_sells_warns_the_reviewer():
    [finding] = findings_of(a_content(details=CLEAN.details + "服务周期为一年。"))
    assert (finding.severity, finding.clause, finding.matched) == (Severity.WARNS, "6.1.3(8)", "服务周期为一年")


def test_days_that_are_no_service_period_are_left_alone():
    assert found_in("数据保留90天，7天无理由退款") == []


def test_a_period_that_one_of_several_plans_sells_is_fine():
    plans = (MONTHLY, Plan(plan_id="p", title="年付", period_days=365, price_fen=99_900))
    assert findings_of(a_content(plans=plans, summary="服务期限：1年")) == ()


# --- what hides


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("\u202egnip", Severity.BLOCKS),
        ("\u2066x", Severity.BLOCKS),
        ("\x07", Severity.BLOCKS),
        ("快\u200b单", Severity.WARNS),
    ],
)
def test_characters_that_hide_or_turn_text_are_found(text, severity):
    found = [f for f in findings_of(a_content(details=CLEAN.details + text)) if f.detector == "unseen-characters"]
    assert [f.severity for f in found] == [severity]


def test_lines_and_emoji_are_no_finding():
    assert found_in("\n\t第二行 👨\u200d👩\u200d👧 ❤\ufe0f") == []


def test_markup_is_pointed_at_because_it_will_be_shown_as_text():
    assert found_in("<script>alert(1)</script>", "summary") == [("markup", "<script>"), ("markup", "</script>")]


# --- laws


def test_findings_come_in_reading_order_and_not_without_end():
    found = findings_of(a_content(name="最佳", details="最佳" * 5000))
    assert len(found) == MOST_FINDINGS
    assert found[0].field == "name"


ANY_TEXT = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from("最佳第一步13８qQ：微信\u200b\u202e@.a年月"))
)


@given(ANY_TEXT)
def test_every_span_lies_inside_the_text_and_is_what_was_matched(text):
    content = a_content(name=text, summary=text, details=text, plans=(a_plan(text, 30),))
    fields = dict(content.texts())
    for finding in findings_of(content):
        original = fields.get(finding.field, "")
        assert 0 <= finding.start <= finding.end <= len(original)
        assert original[finding.start : finding.end] == finding.matched


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text", ["a" * 20_000, "1" * 20_000, "1-" * 10_000, "a.b" * 6_000, "<a" * 10_000, "微信 " * 6_000]
)
def test_hostile_texts_take_no_hostile_time(text):
    findings_of(a_content(details=text))


# --- data


def test_the_tree_is_complete_and_its_codes_are_unique():
    tree = category_tree()
    codes = [entry.code for entry in tree]
    assert len(codes) == len(set(codes))
    assert all(entry.parent in ("", *codes) for entry in tree)
    assert all(entry.core_functions for entry in tree if entry.takes_listings)
    assert any(entry.requires_qualification for entry in tree)
