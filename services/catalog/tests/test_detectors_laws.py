"""What holds of every detector on any text: spans lie inside, both languages are there, and time stays bounded."""

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.catalog.domain.screening import DETECTORS, MOST_FINDINGS, Rules, functions, screen
from services.catalog.domain.screening.digits import number
from services.catalog.domain.screening.subject import Subject
from services.catalog.rules import category_tree
from services.catalog.tests.builders import a_content
from services.catalog.tests.detecting import RULES, a_plan
from shared.contracts.catalog import ListingKind

PLACES = [place for place in category_tree() if place.takes_listings]
PIECES = st.sampled_from(
    [
        "微信", "加v", "QQ", "138", "1️⃣", "一三八", "@", ".com", "点com", "https://", "www.", "免费", "试用",
        "7天", "半年", "买一年送",
        "好评", "返现", "官方", "认证", "保证", "爆单", "注册", "登录", "前往官网", "群发", "私信", "招代理",
        "天气", "订单", "打单", "、", "，", "。",
        "<b>", "</b>",
        "<img alt=\"", "<a href=\"", "\">", "&amp;", "&#8203;", "\u200b", "\u202e", "免", "費", "Ｆｒｅｅ", "free ",
        "for ", "sign up on our site",
        "\n", " ", ":", "¥", "62", "0x", "ﬁ", "㍿", "①", "\U0001f9d1", "關鍵詞：", "keyword: a b c d ",
    ]
)  # fmt: skip
ANY_TEXT = st.lists(st.one_of(PIECES, st.text(st.characters(codec="utf-8"), max_size=6)), max_size=30).map("".join)


@settings(max_examples=150)
@given(ANY_TEXT, st.sampled_from([1, 12, 30, 365]), st.sampled_from([0, 100]), st.sampled_from([0, 7]))
def test_every_finding_points_into_the_text_as_it_is_kept(text, days, price_fen, trial_days):
    plan = a_plan(text, days, price_fen, trial_days)
    content = a_content(name=text, summary=text, details=text, plans=(plan,), functions=(text,))
    subject = Subject(content, ListingKind.APPLICATION, PLACES[0], PLACES)
    kept = dict(content.texts())
    for finding in (found for detector in (*DETECTORS, functions.find) for found in detector(subject, RULES)):
        original = kept.get(finding.field)
        assert finding.clause
        assert all((finding.why.zh, finding.why.en, finding.advice.zh, finding.advice.en))
        if original is not None:
            assert 0 <= finding.start <= finding.end <= len(original)
            assert finding.matched == original[finding.start : finding.end]


@settings(max_examples=40)
@given(ANY_TEXT)
def test_the_same_text_gives_the_same_findings(text):
    content = a_content(details=text)
    first, again = (screen(Subject(content, ListingKind.SERVICE, PLACES[0], PLACES), RULES) for _ in range(2))
    assert first == again
    assert len(first) <= MOST_FINDINGS


HOSTILE = [
    "a", "1", "1-", "a.", "a.b", "加", "加v", "微信 ", "微信:", "qq1", "一", "一三", "免费", "免", "7天",
    "一二三年", "买一年送", "好评", "官方",
    "保证", "注册", "a@", "a at ", "http://", "www.", "点com", "¥a1", "+1 ", "0571-", "62 ", "、", "订单、",
    "订单 ", "订", "a b ", "关键词:",
    "tags: a ", "<a href=\"", "<b>", "&amp;", "free ", "trial for ", "卡号", "\u200b", "①", "招", "提升", "<",
    "(((", "[at", "x x ",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_long_repeat_of_anything_takes_time_in_proportion(piece):
    text = (piece * 20_000)[:20_000]
    began = process_time()
    screen(Subject(a_content(details=text), ListingKind.APPLICATION, PLACES[0], PLACES), Rules((), frozenset()))
    assert process_time() - began < 2


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12), ("三", 3), ("十", 10), ("十二", 12), ("二十四", 24), ("一百八十", 180), ("三百六十五", 365),
        ("三六五", 365), ("一千零一", 1001),
        ("两百", 200), ("〇", 0), ("百", 100), ("年", None), ("三年", None), ("十a", None),
    ],
)  # fmt: skip
def test_numbers_are_read_in_every_writing(text, value):
    assert number(text) == value
