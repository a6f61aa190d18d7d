"""Is what a provider states well-formed: codes, identity numbers, accounts, phones. Refusals never repeat the value."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date

from stdnum import luhn, numdb
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidChecksum, InvalidComponent, ValidationError

from services.registry.domain.errors import NotAnEnterprise
from services.registry.domain.person import Details, PersonRole, Statement
from services.registry.domain.provider import is_enterprise, why_no_enterprise
from shared.errors import Invalid

CODE = "unified_social_credit_code"
_ADULT_YEARS = 18
_CARD = re.compile(r"62\d{14,17}")
_ABOUT_A_PERSON = re.compile(
    r"(?<!\d)([1-8]\d{16}[\dXx]|[1-8]\d{14,18}|1[3-9]\d{9})(?![\dXx])|[^\s@]+@[^\s@]+\.[A-Za-z]{2,}"
)


def enterprise_code(code: str) -> str:
    """The code in its plain form; an enterprise's, with a right check digit."""
    try:
        checked: str = uscc.validate(code)
    except InvalidChecksum:
        raise _bad_code("its check digit does not fit") from None
    except ValidationError:
        raise _bad_code("it must have 18 digits or capital letters other than I, O, S, V and Z") from None
    if not is_enterprise(checked):
        why = why_no_enterprise(checked)
        raise NotAnEnterprise(
            f"Only enterprises may sell here (3.1): {why}",
            errors=[{"pointer": f"/{CODE}", "in": "body", "message": f"only enterprises may sell here: {why}"}],
        )
    return checked


def checked(statement: Statement, today: date) -> Statement:
    """The statement in its plain form; every value that is stated and wrong is named at once."""
    wrong: dict[str, str] = {}
    persons = {role: _plain(role, statement.of(role)) for role in PersonRole}
    wrong |= _identity_wrong(persons[PersonRole.REPRESENTATIVE], today)
    wrong |= _account_wrong(persons[PersonRole.SETTLEMENT_ACCOUNT], statement.legal_name)
    if wrong:
        raise Invalid(
            "Some values are not valid; see `errors`.",
            errors=[{"pointer": pointer, "in": "body", "message": why} for pointer, why in wrong.items()],
        )
    return Statement(statement.legal_name, statement.registered_address, statement.website, persons)


def refuse_personal(text: str, pointer: str) -> None:
    """What staff writes is told to others; numbers of identity cards, accounts and phones do not belong into it."""
    if _ABOUT_A_PERSON.search(text):
        raise Invalid(
            "Such a text names no personal data.",
            errors=[
                {"pointer": pointer, "in": "body", "message": "name the field, not the number, phone or mail address"}
            ],
        )


def _plain(role: PersonRole, details: Details) -> dict[str, str]:
    plain = {name: value.strip() for name, value in details.items()}
    for name in ("identity_number", "bank_code", "account_number"):
        if name in plain:
            plain[name] = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", plain[name])).upper()
    return {name: value for name, value in plain.items() if value}


def _identity_wrong(details: Mapping[str, str], today: date) -> dict[str, str]:
    number = details.get("identity_number", "")
    if not number:
        return {}
    return {f"/{PersonRole.REPRESENTATIVE}/identity_number": why} if (why := _why_no_identity(number, today)) else {}


def _why_no_identity(number: str, today: date) -> str:
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return "it must have 17 digits and a check digit (resident identity card of the mainland)"
    if ric.calc_check_digit(number) != number[-1]:
        return "its check digit does not fit"
    try:
        born = ric.get_birth_date(number)
    except InvalidComponent:
        return "its date of birth does not exist"
    # Whether the district had its code already in the year of birth is not asked: cards came later than many births.
    if not any("county" in properties for _, properties in numdb.get("cn/loc").info(number[:6])):
        return "its place of registration does not exist"
    if born > today:
        return "its date of birth lies in the future"
    if (today.year - born.year) - ((today.month, today.day) < (born.month, born.day)) < _ADULT_YEARS:
        return "a legal representative is of age"
    return ""


def _account_wrong(details: Mapping[str, str], legal_name: str) -> dict[str, str]:
    found = {
        "bank_code": _why_no_bank(details.get("bank_code", "")),
        "account_name": _why_not_its_own(details.get("account_name", ""), legal_name),
        "account_number": _why_no_account(details.get("account_number", "")),
    }
    return {f"/{PersonRole.SETTLEMENT_ACCOUNT}/{name}": why for name, why in found.items() if why}


def _why_no_bank(code: str) -> str:
    return "" if not code or re.fullmatch(r"\d{12}", code) else "a CNAPS code has 12 digits"


def _why_not_its_own(name: str, legal_name: str) -> str:
    same = not name or _folded(name) == _folded(legal_name)
    return "" if same else "the account must be the enterprise's own: its name is the legal name"


def _why_no_account(number: str) -> str:
    """Accounts of enterprises carry no check digit that banks share; cards do."""
    if not number:
        return ""
    if not re.fullmatch(r"\d{8,30}", number):
        return "it must have 8 to 30 digits"
    if _CARD.fullmatch(number) and not luhn.is_valid(number):
        return "it has the form of a card number and its check digit does not fit"
    return ""


def _folded(name: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name)).casefold()


def _bad_code(why: str) -> Invalid:
    return Invalid(
        "The unified social credit code is not valid", errors=[{"pointer": f"/{CODE}", "in": "body", "message": why}]
    )
