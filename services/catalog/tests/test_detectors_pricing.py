"""What a listing says of its periods and its price must be what is sold."""

import pytest

from services.catalog.domain.screening.finding import Severity
from services.catalog.tests.builders import CLEAN, MONTHLY, a_content
from services.catalog.tests.detecting import a_plan, findings_of, told

YEARLY = a_plan("年付版", 365, price_fen=99_900, plan_id="y")
FREE = a_plan("基础版", 30, price_fen=0, plan_id="f")
TRIED = a_plan("专业版", 30, trial_days=7)


# --- periods


@pytest.mark.parametrize(
    ("title", "days"),
    [
        ("365天", 365), ("三百六十五天", 365), ("三六五天", 365), ("一百八十天", 180), ("12个月", 365),
        ("十二个月", 360),
        ("一个季度", 90), ("季付", 92), ("2个季度", 180), ("半年", 180), ("半年付", 183), ("一年半", 548),
        ("两年", 730), ("双月付", 60),
        ("一个半月", 45), ("1.5年", 548), ("1-3个月", 60), ("三至六个月", 150), ("买一年送三个月", 455),
        ("订购1年加赠30天", 395),
        ("four weeks", 28), ("six months", 182), ("90-day plan", 90), ("a year", 365), ("half a year", 182),
        ("half-yearly", 182),
        ("semi-annual", 180), ("twelve months", 365), ("per quarter", 90), ("两周", 14), ("1个星期", 7),
        ("7天试用版", 30), ("近30天数据", 365),
        ("第一年特惠", 30), ("30天内可退", 365), ("双十一年货节版", 30), ("周年庆版", 30), ("7x24小时版", 30),
        ("月亮版", 365), ("三人版", 30),
    ],
)  # fmt: skip
def test_a_title_fits_its_period(title, days):
    assert findings_of(a_content(plans=(a_plan(title, days),))) == ()


@pytest.mark.parametrize(
    ("title", "days"),
    [
        ("365天", 360), ("三百六十五天", 30), ("三六五天", 30), ("12个月", 30), ("半年", 365), ("半年付", 365),
        ("一年半", 365), ("两年", 365),
        ("双月付", 30), ("1-3个月", 180), ("买一年送三个月", 365), ("年卡", 30), ("季度版一个季度", 30),
        ("six months", 30), ("a year", 30),
        ("half-yearly", 365), ("90-day plan", 30), ("twelve months", 30), ("包年", 31), ("月付（30天）", 90),
    ],
)  # fmt: skip
def test_a_title_that_names_another_period_blocks(title, days):
    found = findings_of(a_content(plans=(a_plan(title, days),)))
    assert {(f.detector, f.clause, f.severity, f.field) for f in found} == {
        ("period-mismatch", "6.1.3(8)", Severity.BLOCKS, "plans[0].title")
    }


@pytest.mark.parametrize(
    "text",
    [
        "服务周期为一年", "订购周期：365天", "有效期十二个月", "套餐时长为半年", "按年付费", "可按季订购",
        "买一年送一年", "授权期限为三百六十五天",
        "The billing period is 12 months", "subscription term: one year", "服务期限：1-2年",
    ],
)  # fmt: skip
def test_a_period_that_no_plan_sells_goes_to_the_reviewer(text):
    found = [f for f in findings_of(a_content(details=f"{CLEAN.details}{text}。")) if f.detector == "period-mismatch"]
    assert [f.severity for f in found] == [Severity.WARNS]


@pytest.mark.parametrize(
    "text",
    [
        "服务周期为30天或一年", "订购周期：一个月", "按月付费", "按年订购", "有效期1-12个月", "数据保留90天",
        "7天无理由退款", "成立于2015年", "服务商家三年",
        "支持会员月卡、年卡管理", "每季度更新", "订购后30天内退款", "近半年数据", "送货周期为3天",
        "the billing period is one month", "三年经验",
    ],
)  # fmt: skip
def test_a_period_of_something_else_or_of_any_plan_is_fine(text):
    assert findings_of(a_content(details=f"{CLEAN.details}{text}。", plans=(MONTHLY, YEARLY))) == ()


# --- free


@pytest.mark.parametrize(
    "text",
    [
        "永久免费", "完全免费", "终身免费使用", "免费使用", "免费版", "免费软件", "0元购", "0元订购", "零元体验",
        "不收任何费用", "不要钱", "无需付费即可使用",
        "全功能免费", "百分百免费", "免费开通", "不花一分钱", "free forever", "completely free", "free of charge",
        "free to use", "for free", "costs nothing",
        "免费试用7天", "30天免费试用", "免费体验", "免费试用", "7-day free trial", "free trial for 14 days",
        "start your free trial",
    ],
)  # fmt: skip
def test_what_costs_something_must_not_be_called_free(text):
    found = [f for f in findings_of(a_content(details=f"{CLEAN.details}，{text}。")) if f.detector == "false-free"]
    assert found
    assert {(f.clause, f.severity) for f in found} == {("6.1.5", Severity.BLOCKS)}


@pytest.mark.parametrize(
    "text",
    [
        "免费升级", "免费培训", "提供免费教程", "免费技术支持", "7天免费退换", "免费送货设置", "免费流量分析",
        "订购后享免费指导", "包邮与免费配送模板",
        "本服务并非免费", "不免费", "满0元起送设置", "订单金额0元提醒", "零元订单过滤", "免运费模板",
        "终身免费升级", "免费样品管理", "试用装发货", "赠品免费领取活动",
        "free updates", "free support included", "free shipping templates", "updates are free of charge",
        "duty-free shops", "免费额度用尽提醒",
    ],
)  # fmt: skip
def test_what_else_may_be_free_is_left_alone(text):
    assert told(f"，{text}。") == []


def test_a_free_plan_or_a_trial_that_is_set_makes_it_true():
    assert (
        findings_of(a_content(details=f"{CLEAN.details}基础版免费使用，专业版另有更多功能。", plans=(MONTHLY, FREE)))
        == ()
    )
    assert findings_of(a_content(details=f"{CLEAN.details}免费试用7天。", plans=(TRIED,))) == ()
    assert findings_of(a_content(details=f"{CLEAN.details}可免费试用一周。", plans=(TRIED,))) == ()


@pytest.mark.parametrize("text", ["免费试用15天", "免费试用一个月", "14-day free trial"])
def test_a_trial_must_be_as_long_as_it_is_said_to_be(text):
    [finding] = findings_of(a_content(details=f"{CLEAN.details}{text}。", plans=(TRIED,)))
    assert (finding.matched, finding.severity, finding.why.en) == (
        text,
        Severity.BLOCKS,
        "The trial that is set lasts 7 days.",
    )


def test_wholly_free_with_plans_that_cost_goes_to_the_reviewer():
    [finding] = findings_of(a_content(details=f"{CLEAN.details}永久免费。", plans=(MONTHLY, FREE)))
    assert (finding.severity, finding.matched) == (Severity.WARNS, "永久免费")


@pytest.mark.parametrize(
    "text", ["另行收费", "按单收费", "激活后需付费", "高级功能需付费", "服务费另算", "extra fees apply"]
)
def test_a_hidden_fee_behind_a_price_of_nothing_blocks(text):
    [finding] = findings_of(a_content(details=f"{CLEAN.details}{text}。", plans=(FREE,)))
    assert (finding.clause, finding.severity) == ("6.1.5", Severity.BLOCKS)
    assert (
        findings_of(
            a_content(details=f"{CLEAN.details}无需{text}。" if "fees" not in text else CLEAN.details, plans=(FREE,))
        )
        == ()
    )


def test_a_name_or_a_plan_is_not_called_free_unless_it_is():
    assert [f.field for f in findings_of(a_content(name="免费打单"))] == ["name"]
    assert [f.field for f in findings_of(a_content(plans=(a_plan("免费版"),)))] == ["plans[0].title"]
    assert findings_of(a_content(plans=(a_plan("免费版", price_fen=0), MONTHLY))) == ()
