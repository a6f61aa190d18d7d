"""Words of lexicons: what is found, what is left alone, and what overlaps."""

import pytest

from services.catalog import rules
from services.catalog.domain.screening import words
from services.catalog.domain.screening.finding import Said, Severity
from services.catalog.domain.screening.lexicon import Entry, Lexicon
from services.catalog.domain.screening.matching import Matcher
from services.catalog.domain.screening.subject import Subject
from services.catalog.domain.screening.text import normalise, normalise_html
from services.catalog.tests.builders import a_content
from shared.contracts.catalog import ListingKind

BLOCKS, WARNS = Severity.BLOCKS, Severity.WARNS
RULES = rules.screening_rules()
SHIPPED = RULES.matcher


def a_lexicon(*entries, code="some"):
    said = Said("因", "why")
    made = (Entry(e, BLOCKS) if isinstance(e, str) else Entry(*e) for e in entries)
    return Lexicon(code, said, "6.1.1(1)", said, said, tuple(made))


def found(text, *entries):
    """(what is written there, severity) of each match."""
    kept = normalise(text)
    return [
        (text[slice(*kept.span(hit.start, hit.end))], hit.severity) for hit in Matcher([a_lexicon(*entries)]).find(kept)
    ]


def shipped(text):
    kept = normalise(text)
    return [(hit.lexicon.code, text[slice(*kept.span(hit.start, hit.end))]) for hit in SHIPPED.find(kept)]


@pytest.mark.parametrize(
    ("text", "code", "matched"),
    [
        ("国家级品质", "absolute-words", "国家级"),
        ("我们是最佳选择", "absolute-words", "最佳"),
        ("全网第一", "absolute-words", "全网第一"),
        ("最\u200b佳选择", "absolute-words", "最\u200b佳"),
        ("Ｎｏ．１ tool", "absolute-words", "Ｎｏ．１"),
        ("the WORLD'S BEST printer", "absolute-words", "WORLD'S BEST"),
        ("１００％有效", "absolute-words", "１００％有效"),
        ("請加微信聯繫", "off-platform-trade", "加微信"),
        ("支持线下付款", "off-platform-trade", "线下付款"),
        ("提供賭博", "prohibited", "賭博"),
        ("好评返现五元", "praise-for-rebate", "好评返现"),
    ],
)
def test_the_shipped_words_are_found_in_every_writing(text, code, matched):
    assert (code, matched) in shipped(text)


@pytest.mark.parametrize(
    "text",
    [
        "按最佳实践操作", "第一步安装，第一次使用", "商品唯一编码", "bestow", "theBestiary", "求最优解", "真空包装",
        "最大值为五", "防刷单与反欺诈", "增加微调", "支持添加微信支付", "云呼叫中心", "一百元", "无需注册账号",
    ],
)  # fmt: skip
def test_harmless_words_are_left_alone(text):
    assert shipped(text) == []


def test_a_harmless_word_does_not_excuse_the_next_one_nor_another_entry():
    entries = (("最佳", BLOCKS, ("最佳实践",)), "实践")
    assert found("最佳实践，最佳产品", *entries) == [("实践", BLOCKS), ("最佳", BLOCKS)]


def test_of_overlapping_words_the_first_and_longest_counts():
    assert found("全网第一品牌", "全网第一", ("第一", WARNS), "第一品牌", ("全网", WARNS)) == [("全网第一", BLOCKS)]


def test_two_lexicons_may_forbid_the_same_place():
    matcher = Matcher([a_lexicon("最佳"), a_lexicon(("最佳", WARNS), code="other")])
    assert [(hit.lexicon.code, hit.severity) for hit in matcher.find(normalise("最佳"))] == [
        ("some", BLOCKS),
        ("other", WARNS),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("请加 微 信 吧", [("加 微 信", BLOCKS)]),
        ("加*微*信", [("加*微*信", BLOCKS)]),
        ("加👍微👍信", [("加👍微👍信", BLOCKS)]),
        ("加\u0336微\u0336信", [("加\u0336微\u0336信", BLOCKS)]),
        ("加-  微·信", [("加-  微·信", BLOCKS)]),
        ("v-x", [("v-x", BLOCKS)]),
        ("微 信", [("微 信", BLOCKS)]),
        ("（微 信）", [("微 信", BLOCKS)]),
        ("加微*信", [("微*信", BLOCKS)]),
        ("功能最 好评多", []),
        ("最·好", [("最·好", BLOCKS)]),
        ("加。微。信", [("加。微。信", WARNS)]),
        ("加\n\n微\n\n信", [("加\n\n微\n\n信", WARNS)]),
        ("加微\n信", []),
        ("微\n信", []),
        ("加    微    信", [("加    微    信", BLOCKS)]),
        ("加----微~~~~信", [("加----微~~~~信", BLOCKS)]),
        ("加-+*/微-+*/信", []),
        ("pay - offline", [("pay - offline", BLOCKS)]),
        ("pay\u00a0offline", [("pay\u00a0offline", BLOCKS)]),
        ("payoffline", []),
        ("p-a-y-o-f-f-l-i-n-e", [("p-a-y-o-f-f-l-i-n-e", BLOCKS)]),
        ("nov x", []),
    ],
)
def test_a_word_is_found_through_what_separates_its_characters(text, expected):
    assert found(text, "加微信", "微信", "vx", "最好", "pay offline") == expected


def test_a_word_that_is_broken_in_places_only_warns_and_only_by_signs():
    assert found("全网*第一", "全网第一") == [("全网*第一", WARNS)]
    assert found("面向全网 第一步", "全网第一") == []


def test_a_harmless_word_may_be_spelled_out_too():
    assert found("最 佳 实 践", ("最佳", BLOCKS, ("最佳实践",))) == []


def test_a_word_split_by_tags_is_found_in_the_kept_html():
    html = "<p>全网<b>第</b>一</p>"
    [hit] = Matcher([a_lexicon("全网第一")]).find(normalise_html(html))
    kept = normalise_html(html)
    assert html[slice(*kept.span(hit.start, hit.end))] == "全网<b>第</b>一"


def test_a_word_in_the_cells_of_a_table_and_one_in_lines_that_a_page_joins_are_found():
    matcher = Matcher([a_lexicon("加微信", "pay offline")])
    cells = "<table><tr><td>加</td>\n  <td>微</td>\n  <td>信</td></tr></table>"
    assert [hit.severity for hit in matcher.find(normalise_html(cells))] == [WARNS]
    assert [hit.severity for hit in matcher.find(normalise_html("<p>加\n微\n信, pay\noffline</p>"))] == [BLOCKS, BLOCKS]


def test_no_words_find_nothing():
    assert Matcher([]).find(normalise("最佳 最 佳")) == ()


@pytest.mark.timeout(10)
@pytest.mark.parametrize("text", ["最佳", "最佳实践", "加*微*信", "加 微 信 ", "the best ", "最", "a "])
def test_a_text_full_of_words_takes_no_hostile_time(text):
    SHIPPED.find(normalise(text * (20_000 // len(text))))


def test_what_is_denied_is_no_finding_where_words_may_be_denied():
    def matched(text):
        subject = Subject(a_content(summary=text), ListingKind.APPLICATION)
        return [found.matched for found in words.find(subject, RULES)]

    assert matched("支持线下付款，最佳选择") == ["线下付款", "最佳"]
    assert matched("不提供任何刷单、刷好评服务；不得要求买家加微信；刷单订单识别") == []
    assert matched("不支持线下付款，严禁刷单，并非最佳") == ["最佳"]


@pytest.mark.parametrize(
    "text",
    [
        "拒绝套路加微信",
        "避免麻烦请加微信",
        "刷单不违规",
        "刷单防举报",
        "检测不到的刷单",
        "加微信检测店铺",
        "no tricks add my wechat",
    ],
)
def test_what_only_begins_like_a_denial_is_shown_to_people(text):
    subject = Subject(a_content(summary=text), ListingKind.APPLICATION)
    assert {found.severity for found in words.find(subject, RULES)} == {WARNS}


@pytest.mark.parametrize(
    "text",
    [
        "活动价不得高于近30天最低价", "按平台指定格式导出，在平台指定时间内发货", "A货架第三层，B货位入库",
        "床品四件套与粉色款",
        "支付宝、微信收款记录自动对账", "新会员注册数统计", "平台推荐流量占比", "员工代考勤提醒", "购买粉色款送礼盒",
        "您的隐私我们不保存",
    ],
)  # fmt: skip
def test_no_word_blocks_what_shops_say_every_day(text):
    subject = Subject(a_content(summary=text), ListingKind.APPLICATION)
    assert [found.matched for found in words.find(subject, RULES) if found.severity is BLOCKS] == []
