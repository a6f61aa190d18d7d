"""Made-up enterprises: valid codes and numbers, and persons, accounts and papers that no other one has."""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from stdnum.cn import ric, uscc

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_HANGZHOU_PRIVATE_ENTERPRISE = "91330100"
_HANGZHOU_SHANGCHENG = "330102"
PAPERS = ("business_licence", "identity_card_front", "identity_card_back", "account_permit")
"""The documents that an application needs."""


_MARKS = "BCDFGHJKLMNPRST"
"""No letters and digits that the screening could take for a way to reach somebody."""


@dataclass(frozen=True, slots=True)
class Enterprise:
    """`mark` tells this one from all others that stories made up."""

    mark: str
    code: str
    identity_number: str
    account_number: str
    phone: int

    @property
    def legal_name(self) -> str:
        return f"杭州晴川{self.mark}科技有限公司"

    @property
    def domain(self) -> str:
        return f"qingchuan-{self.mark.lower()}.example"

    @property
    def application(self) -> dict[str, Any]:
        """What it states when it applies."""
        return {
            "legal_name": self.legal_name,
            "unified_social_credit_code": self.code,
            "registered_address": f"浙江省杭州市余杭区晴川路{self.phone}号",
            "website": f"https://www.{self.domain}",
            "representative": {"name": "陈晴川", "identity_number": self.identity_number},
            "support_contact": self._contact("林小满", "service", "138"),
            "security_contact": self._contact("周立秋", "security", "139"),
            "settlement_account": {
                "bank_name": "中国示例银行杭州分行",
                "bank_code": "102331000000",
                "account_name": self.legal_name,
                "account_number": self.account_number,
            },
        }

    def paper(self, kind: str) -> bytes:
        """A scan, as a PDF."""
        return (
            "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
            f"% {kind} of {self.code}\ntrailer<</Root 1 0 R>>\n%%EOF\n"
        ).encode()

    def _contact(self, name: str, box: str, network: str) -> dict[str, str]:
        return {"name": name, "email": f"{box}@{self.domain}", "phone": f"{network}{self.phone:08d}"}


def an_enterprise() -> Enterprise:
    organisation = "".join(secrets.choice(_ALPHABET) for _ in range(9))
    body = _HANGZHOU_PRIVATE_ENTERPRISE + organisation
    return Enterprise(
        mark="".join(secrets.choice(_MARKS) for _ in range(8)),
        code=body + uscc.calc_check_digit(body),
        identity_number=_an_identity_number(),
        account_number=f"1202{secrets.randbelow(10**15):015d}",
        phone=secrets.randbelow(10**8),
    )


def _an_identity_number() -> str:
    born = date(1960, 1, 1) + timedelta(days=secrets.randbelow(14_000))
    body = f"{_HANGZHOU_SHANGCHENG}{born:%Y%m%d}{secrets.randbelow(1000):03d}"
    return str(body + ric.calc_check_digit(body + "0"))
