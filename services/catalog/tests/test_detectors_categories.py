"""What the chosen category asks for: its parts, its functions, and that the listing belongs there."""

from dataclasses import replace

import pytest

from services.catalog.domain.category import ForbiddenFunction, RequiredBlock
from services.catalog.domain.screening.finding import Severity
from services.catalog.rules import category_tree
from services.catalog.tests.builders import CLEAN, a_content
from services.catalog.tests.detecting import findings_of

PLACES = [place for place in category_tree() if place.takes_listings]
OPERATION = {
    "name": "全程托店",
    "summary": "受商家委托进行店铺代运营。",
    "details": "<h2>服务内容</h2><p>受商家委托负责店铺日常运营：商品上新、活动策划、客服接待与数据复盘，"
    "配备代运营团队与运营周报。</p>"
    "<h2>服务流程</h2><p>签约后指派运营人员，按月复盘。</p>",
    "functions": ("店铺代运营", "日常运营托管"),
}
CLASS = {
    "name": "主播训练营",
    "summary": "面向商家的直播与运营课程。",
    "details": "课程大纲：直播话术、运营基础与投放课程，讲师带练，含作业与辅导，学员可反复回看课程并提问。",
    "functions": ("直播课程", "运营辅导"),
}
CHAT = {
    "name": "客服小帮手",
    "summary": "客服会话与售后工单集中处理。",
    "details": "功能：快捷回复、自动回复、会话分配、售后工单流转与客服绩效统计，含质检报表。使用：授权后即可接待。",
    "functions": ("快捷回复", "售后工单", "绩效统计"),
}


def judged(category, **values):
    place = next(place for place in PLACES if place.code == category)
    found = findings_of(a_content(category=category, **values), place=place, places=PLACES)
    return [f for f in found if f.detector == "wrong-category"]


# --- the right place


@pytest.mark.parametrize(
    ("category", "values"),
    [("order-processing", {}), ("shop-operation", OPERATION), ("training", CLASS), ("service-desk", CHAT)],
)
def test_a_listing_in_its_own_category_is_not_moved(category, values):
    assert judged(category, **values) == []


@pytest.mark.parametrize(
    ("category", "values", "nearest"),
    [
        ("store-analytics", {}, "订单处理"),
        ("live-assistant", CHAT, "客服工具"),
        ("order-processing", CHAT, "客服工具"),
        ("design", CLASS, "电商培训"),
    ],
)
def test_a_listing_elsewhere_is_advised_of_the_nearer_categories(category, values, nearest):
    [finding] = judged(category, **values)
    assert (finding.clause, finding.severity, finding.field) == ("6.1.3(7)", Severity.ADVISES, "category")
    assert nearest in finding.advice.zh


@pytest.mark.parametrize("category", ["order-processing", "design", "store-analytics"])
def test_a_special_kind_of_service_elsewhere_blocks_at_once(category):
    [finding] = judged(category, **OPERATION)
    assert (finding.clause, finding.severity) == ("6.1.4", Severity.BLOCKS)
    assert "代运营" in finding.why.zh


def test_a_tool_that_only_mentions_operation_does_not_block():
    values = {"details": CLEAN.details + "代运营团队也可以使用，运营人员分权限操作。"}
    assert judged("order-processing", **values) == []


def test_what_speaks_of_nothing_that_any_category_is_for_is_advised():
    strange = {
        "name": "古筝入门",
        "summary": "从零学弹古筝。",
        "details": "从指法到曲目循序渐进，配有谱例与示范，随时随地练琴。"
        "每天十分钟，三个月弹会十首名曲，老少皆宜，还能与琴友切磋，分享心得与乐趣。",
        "functions": ("指法练习",),
    }
    place = PLACES[0]
    found = findings_of(a_content(category=place.code, **strange), place=place, places=PLACES)
    assert ("unrelated-function", "6.1.3(3)", Severity.ADVISES) in {(f.detector, f.clause, f.severity) for f in found}


# --- forbidden functions


FORBIDDING = replace(
    PLACES[0], forbidden_functions=(ForbiddenFunction("虚假交易", "Faked sales", "6.1.6(1)", ("补单", "Fake Orders")),)
)


@pytest.mark.parametrize(
    ("text", "matched"),
    [("支持补单", ["补单"]), ("支持補單", ["補單"]), ("we make fake orders", ["fake orders"]), ("不支持补单", [])],
)
def test_what_the_category_forbids_blocks_with_the_clause_of_the_rule(text, matched):
    found = findings_of(a_content(details=f"{CLEAN.details}{text}。"), place=FORBIDDING)
    found = [f for f in found if f.detector == "forbidden-function"]
    assert [f.matched for f in found] == matched
    assert all((f.clause, f.severity) == ("6.1.6(1)", Severity.BLOCKS) for f in found)


def test_what_a_detector_reports_for_the_same_clause_is_not_said_twice():
    rule = ForbiddenFunction("引导好评返利", "Rebates for praise", "4.4.5", ("好评返现",))
    found = findings_of(
        a_content(details=f"{CLEAN.details}好评返现。"), place=replace(PLACES[0], forbidden_functions=(rule,))
    )
    assert [f.detector for f in found if f.clause == "4.4.5"] == ["rebate-for-praise"]


# --- required parts


ASKING = replace(
    PLACES[0],
    required_blocks=(
        RequiredBlock("功能介绍", "Functions", ("功能", "features")),
        RequiredBlock("使用说明", "How to use", ("使用", "教程", "how to use")),
    ),
)
LONG = "批量打印与合并订单，物流异常及时提醒，导出按店铺筛选，打印后自动标记并回传运单号，适合各种规模的店铺。"


@pytest.mark.parametrize(
    ("details", "lacking"),
    [
        (f"<h2>功能介绍</h2><p>{LONG}</p><h2>使用说明</h2><p>授权。</p>", []),
        (f"功能介绍：{LONG}\n使用说明：授权。", []),
        (f"<p><strong>功能</strong></p><p>{LONG}</p><p>图文教程</p>", []),
        (f"Features: {LONG}\nHow to use: {LONG}", []),
        (f"<h2>功能介绍</h2><p>{LONG}</p>", ["使用说明"]),
        (f"{LONG}我们同时也能方便您的使用与各项功能的学习。", ["功能介绍", "使用说明"]),
    ],
)
def test_the_parts_that_the_category_asks_for_are_looked_for_where_parts_begin(details, lacking):
    found = findings_of(a_content(details=details), place=ASKING)
    found = [f for f in found if f.detector == "completeness"]
    assert [f.why.zh for f in found] == [f"详情缺少“{title}”。" for title in lacking]
    assert all((f.clause, f.severity, f.field) == ("6.1.3(2)", Severity.WARNS, "details") for f in found)


@pytest.mark.parametrize("field", ["logo", "help_url", "functions"])
def test_a_logo_a_help_page_and_functions_are_required(field):
    [finding] = findings_of(a_content(**{field: type(getattr(CLEAN, field))()}))
    assert (finding.detector, finding.clause, finding.severity, finding.field) == (
        "completeness", "4.3", Severity.BLOCKS, field,
    )  # fmt: skip
