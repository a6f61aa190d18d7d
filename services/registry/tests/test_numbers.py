"""Which identity numbers, accounts and codes are taken; a refusal never repeats the value."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.errors import NotAnEnterprise
from services.registry.domain.person import PersonRole
from services.registry.tests.builders import COMPLETE, a_code, a_statement, an_identity_number
from services.registry.use_cases.numbers import checked, enterprise_code, refuse_personal
from shared.errors import Invalid

TODAY = date(2026, 11, 24)
GOOD = an_identity_number(7)


def wrong(**values):
    with pytest.raises(Invalid) as refused:
        checked(a_statement(**values), TODAY)
    return {error["pointer"]: error["message"] for error in refused.value.facts["errors"]}


def an_account(**values):
    return {
        "bank_name": "中国示例银行", "bank_code": "102331000000", "account_name": COMPLETE.legal_name,
        "account_number": "1202020209900000001", **values,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1"), "check digit"),
        (GOOD[:-1], "17 digits"),
        ("A" * 18, "17 digits"),
        ("九" * 18, "17 digits"),
        (an_identity_number(7, born=date(2027, 1, 1)), "future"),
        (an_identity_number(7, born=date(2010, 1, 1)), "of age"),
    ],
)
def test_a_wrong_identity_number_is_refused_by_its_field_and_not_repeated(number, why):
    found = wrong(representative={"name": "王示例", "identity_number": number})
    assert why in found["/representative/identity_number"]
    assert number not in str(found)


@pytest.mark.parametrize(
    "number", [an_identity_number(7, born=date(2008, 11, 24)), f" {GOOD[:6]} {GOOD[6:]} ", GOOD.lower()]
)
def test_a_right_identity_number_is_taken_in_its_plain_form(number):
    plain = checked(a_statement(representative={"name": "王示例", "identity_number": number}), TODAY)
    assert len(plain.of(PersonRole.REPRESENTATIVE)["identity_number"]) == 18


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"bank_code": "10233100000"}, "bank_code"),
        ({"bank_code": "ICBKCNBJXXX0"}, "bank_code"),
        ({"account_name": "王示例"}, "account_name"),
        ({"account_number": "1234567"}, "account_number"),
        ({"account_number": "1" * 31}, "account_number"),
        ({"account_number": "12345678A"}, "account_number"),
        ({"account_number": "6222021234567890123"}, "account_number"),
    ],
)
def test_a_wrong_settlement_account_is_refused_by_its_field(values, field):
    found = wrong(settlement_account=an_account(**values))
    assert set(found) == {f"/settlement_account/{field}"}
    assert values[field] not in str(found)


@pytest.mark.parametrize("name", ["杭州示例（浙江）科技有限公司", "杭州示例(浙江) 科技有限公司"])
def test_brackets_and_blanks_do_not_make_another_enterprise(name):
    legal_name = "杭州示例(浙江)科技有限公司"
    checked(a_statement(legal_name=legal_name, settlement_account=an_account(account_name=name)), TODAY)


def test_everything_that_is_wrong_is_named_at_once():
    account = an_account(bank_code="1", account_number="1")
    assert set(wrong(representative={"identity_number": "1"}, settlement_account=account)) == {
        "/representative/identity_number",
        "/settlement_account/bank_code",
        "/settlement_account/account_number",
    }


def refusal(check, *given):
    """What the refusal names, or nothing when the value was taken."""
    try:
        check(*given)
    except Invalid as refused:
        return [error["pointer"] for error in refused.facts["errors"]]
    return None


@given(st.text(max_size=40))
def test_no_text_breaks_the_checks_of_numbers(text):
    for field in ("bank_code", "account_number"):
        account = a_statement(settlement_account=an_account(**{field: text}))
        assert refusal(checked, account, TODAY) in (None, [f"/settlement_account/{field}"])
    person = a_statement(representative={"identity_number": text})
    assert refusal(checked, person, TODAY) in (None, ["/representative/identity_number"])
    assert refusal(enterprise_code, text) in (None, ["/unified_social_credit_code"])


@pytest.mark.parametrize(
    ("kind", "why"), [("92", "个体工商户"), ("93", "cooperative"), ("52", "civil"), ("11", "institution")]
)
def test_who_is_no_enterprise_hears_why(kind, why):
    with pytest.raises(NotAnEnterprise) as refused:
        enterprise_code(a_code(kind))
    assert why in refused.value.detail


@pytest.mark.parametrize(
    "text", [f"身份证{GOOD}不符", "账号1202020209900000001有误", "请致电13912345678", "write to wang@example.com"]
)
def test_a_reason_that_names_personal_data_is_refused(text):
    with pytest.raises(Invalid):
        refuse_personal(text, "/reason")


@pytest.mark.parametrize(
    "text", ["身份证照片模糊", "licence 330106 of 2024-01-01", f"统一代码{a_code()}不符", "第3.1条"]
)
def test_other_reasons_are_taken(text):
    refuse_personal(text, "/reason")
