"""All that an admission looks at, and what it still waits for: field by field, with clause and advice (3.1)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.registry.domain.agreement import AgreementKind
from services.registry.domain.application import Application
from services.registry.domain.document import Document, DocumentKind, lacking
from services.registry.domain.errors import NotAdmissible
from services.registry.domain.person import FIELDS, Person, PersonRole
from services.registry.domain.provider import Provider

_FIELDS = {
    "registered_address": ("State the address as on the business licence", "请填写营业执照上的住所"),
    "website": ("State the address of the enterprise's website", "请填写企业网站地址"),
    "name": ("State the name", "请填写姓名"),
    "identity_number": (
        "State the number of the resident identity card of the legal representative",
        "请填写法定代表人的居民身份证号码",
    ),
    "email": ("State an e-mail address at which the platform reaches this contact", "请填写该联系人的电子邮箱"),
    "phone": ("State a phone number at which the platform reaches this contact", "请填写该联系人的电话"),
    "bank_name": ("State the bank of the settlement account", "请填写结算账户的开户银行"),
    "bank_code": ("State the 12 digits of the bank's CNAPS code", "请填写开户银行的12位联行号"),
    "account_name": (
        "State the name of the settlement account: the enterprise's own",
        "请填写结算账户户名，须与企业名称一致",
    ),
    "account_number": ("State the number of the settlement account", "请填写结算账户账号"),
}
_AGREEMENT = ("Sign the {} agreement in its current version", "请签署现行版本的{}")
_AGREEMENT_ZH = {AgreementKind.DEVELOPER: "开发者协议", AgreementKind.SERVICE: "服务协议"}
_VERIFICATION = ("The platform's officer still has to verify this", "等待平台工作人员核验")
_SUBMISSION = ("Submit the application", "请提交入驻申请")


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that admission still waits for, and what to do about it in English and Chinese."""

    field: str
    clause: str
    advice: str
    advice_zh: str


@dataclass(frozen=True, slots=True)
class Dossier:
    provider: Provider
    application: Application
    persons: Sequence[Person]
    documents: Sequence[Document]
    unsigned: tuple[AgreementKind, ...]
    kinds: Mapping[str, DocumentKind]
    at: datetime

    def owed(self) -> tuple[Missing, ...]:
        """What the applicant still has to state, upload or sign before it can submit."""
        profile = [_missing(name, name) for name in self.provider.profile.unstated()]
        persons = [
            _missing(name, name.partition(".")[2])
            for person in sorted(self.persons, key=lambda person: list(PersonRole).index(person.role))
            for name in person.unstated()
        ]
        documents = [_document(self.kinds[kind]) for kind in lacking(self.kinds, self.documents, self.at)]
        agreements = [
            Missing(f"agreement.{kind}", "3.1", _AGREEMENT[0].format(kind), _AGREEMENT[1].format(_AGREEMENT_ZH[kind]))
            for kind in self.unsigned
        ]
        return (*profile, *persons, *documents, *agreements)

    def missing(self) -> tuple[Missing, ...]:
        """Everything that stands between this provider and its admission."""
        if self.provider.admitted_at is not None:
            return self.owed()
        submission = () if self.application.is_queued else (Missing("submission", "3.1", *_SUBMISSION),)
        unverified = (Missing(f"verification.{item}", "3.1", *_VERIFICATION) for item in self.application.unverified())
        return (*self.owed(), *submission, *unverified)

    def refuse_incomplete(self, missing: Iterable[Missing]) -> None:
        if missing := tuple(missing):
            raise NotAdmissible(
                "The application is not complete",
                missing=[m.field for m in missing],
                advice=[{"field": m.field, "clause": m.clause, "en": m.advice, "zh": m.advice_zh} for m in missing],
            )


def fields_of(kinds: Mapping[str, DocumentKind]) -> frozenset[str]:
    """Everything that staff can object to by name."""
    persons = (f"{role}.{name}" for role, names in FIELDS.items() for name in names)
    return frozenset(
        {"legal_name", "unified_social_credit_code", "registered_address", "website", *FIELDS, *persons}
        | {f"document.{kind}" for kind in kinds}
    )


def _missing(field: str, name: str) -> Missing:
    return Missing(field, "3.1", *_FIELDS[name])


def _document(kind: DocumentKind) -> Missing:
    return Missing(f"document.{kind.kind}", "3.1", f"Upload: {kind.title}", f"请上传：{kind.title_zh}")
