"""Made-up enterprises whose unified social credit codes are valid."""

import secrets
from dataclasses import dataclass

from stdnum.cn import uscc

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_HANGZHOU_PRIVATE_ENTERPRISE = "91330100"


@dataclass(frozen=True, slots=True)
class Enterprise:
    """`mark` tells this one from all others that stories made up."""

    mark: str
    code: str

    @property
    def profile(self) -> dict[str, str]:
        return {
            "legal_name": f"杭州晴川{self.mark}科技有限公司",
            "unified_social_credit_code": self.code,
            "legal_representative": "陈晴川",
            "contact_email": "service@qingchuan.example",
            "contact_phone": "0571-88880000",
            "website": "https://www.qingchuan.example",
        }


def an_enterprise() -> Enterprise:
    organisation = "".join(secrets.choice(_ALPHABET) for _ in range(9))
    body = _HANGZHOU_PRIVATE_ENTERPRISE + organisation
    return Enterprise(organisation[:4] + organisation[5:9], body + uscc.calc_check_digit(body))
