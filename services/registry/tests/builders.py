"""Builds what the registry's tests need: defaults, and what varies."""

import struct
import zlib
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from stdnum.cn import ric, uscc

from services.registry.domain.agreement import Agreement, AgreementKind, Signature, hash_of
from services.registry.domain.person import PersonRole, Statement
from services.registry.domain.provider import Profile, Provider
from services.registry.seed import seed_agreements
from services.registry.use_cases import agreements, applications, documents, reviews
from shared.blobs import Blobs, BlobSettings
from shared.contracts.effects import Cause, Effect, Target
from shared.contracts.enforcement import RestrictionChanged
from shared.contracts.envelope import Envelope
from shared.contracts.registry import Standing
from shared.db.transaction import Database, Transaction
from shared.errors import Refusal
from shared.ids import new_id
from shared.messaging.reaction import Received
from shared.personal.settings import PersonalDataSettings
from shared.personal.vault import Vault
from shared.testing.secrets import PERSONAL, secret_settings

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
COMPLETE = Profile("杭州示例科技有限公司", "浙江省杭州市余杭区示例路1号", "https://www.example.com")
NEEDED = ("business_licence", "identity_card_front", "identity_card_back", "account_permit")
_numbers = count(1)


def a_code(kind: str = "91", number: int | None = None) -> str:
    """A unified social credit code with a right check digit; a new one each time."""
    body = f"{kind}330100{next(_numbers) if number is None else number:09d}"
    return body + uscc.calc_check_digit(body)


def the_vault() -> Vault:
    """Opens and seals what the apps of the tests do."""
    return Vault.of(PersonalDataSettings.model_validate({"database_url": "", **PERSONAL}))


def the_blobs() -> Blobs:
    return Blobs.of(BlobSettings(database_url="", blob_url=secret_settings()["blob_url"]))


def an_identity_number(number: int | None = None, born: date = date(1990, 1, 1)) -> str:
    """The number of a resident identity card with a right check digit; a new one each time."""
    order = next(_numbers) if number is None else number
    day = born + timedelta(days=order // 1000)
    body = f"330106{day:%Y%m%d}{order % 1000:03d}"
    return str(body + ric.calc_check_digit(body + "0"))


def a_statement(**values: Any) -> Statement:
    """All that an application needs, of an enterprise and persons that nobody else named."""
    number = next(_numbers)
    persons = {
        PersonRole.REPRESENTATIVE: {"name": "王示例", "identity_number": an_identity_number()},
        PersonRole.SUPPORT_CONTACT: a_contact("李示例", "service", number),
        PersonRole.SECURITY_CONTACT: a_contact("赵示例", "security", number),
        PersonRole.SETTLEMENT_ACCOUNT: {
            "bank_name": "中国示例银行杭州分行",
            "bank_code": "102331000000",
            "account_name": values.get("legal_name", COMPLETE.legal_name),
            "account_number": f"12020202099{number:09d}",
        },
    }
    for role in PersonRole:
        if role in values:
            persons[role] = values.pop(role)
    enterprise = {
        "legal_name": COMPLETE.legal_name,
        "registered_address": f"浙江省杭州市余杭区示例路{number}号",
        "website": f"https://www.example-{number}.com",
    }
    return Statement(**{**enterprise, **values}, persons=persons)


def a_contact(name: str, box: str, number: int) -> dict[str, str]:
    line = 1 if box == "security" else 0
    return {"name": name, "email": f"{box}@example-{number}.com", "phone": f"0571-{2 * number + line:08d}"}


def a_png(number: int = 0) -> bytes:
    """A picture of one grey pixel; each number gives another one."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixel = zlib.compress(b"\x00" + bytes([number % 256]))
    text = f"number\x00{number}".encode()
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"tEXt", text)
        + chunk(b"IDAT", pixel)
        + chunk(b"IEND", b"")
    )


def an_upload(kind: str = "business_licence", **values: Any) -> documents.Upload:
    defaults: dict[str, Any] = {
        "kind": kind, "number": "", "issued_on": None, "valid_until": None, "declared": "image/png",
        "content": a_png(next(_numbers)),
    }  # fmt: skip
    return documents.Upload(**{**defaults, **values})


def a_provider(**values: Any) -> Provider:
    defaults: dict[str, Any] = {
        "provider_id": new_id(),
        "account_id": "account-1",
        "unified_social_credit_code": a_code(number=1),
        "profile": COMPLETE,
        "applied_at": NOW,
    }
    return Provider(**{**defaults, **values})


def an_admitted_provider(**values: Any) -> Provider:
    return a_provider(standing=Standing.ADMITTED, admitted_at=NOW, **values)


def an_agreement(kind: AgreementKind = AgreementKind.SERVICE, version: str = "1", **values: Any) -> Agreement:
    text = values.pop("text", f"{kind} {version}")
    defaults: dict[str, Any] = {"announced_at": NOW - timedelta(days=30), "in_force_at": NOW - timedelta(days=20)}
    return Agreement(kind, version, "title", text, hash_of(text), **{**defaults, **values})


def a_signature(agreement: Agreement, provider_id: UUID) -> Signature:
    return Signature(provider_id, agreement.agreement, agreement.version, agreement.text_hash, "account-1", NOW)


def a_cause(*effects: Effect, **values: Any) -> Cause:
    defaults: dict[str, Any] = {
        "penalty_id": new_id(),
        "decision_id": new_id(),
        "measure": "freeze",
        "clause": "6.3.2(4)",
        "effects": frozenset(effects),
        "from_": NOW - timedelta(days=1),
    }
    return Cause(**{**defaults, **values})


def received_restriction(target: Target, *causes: Cause, sequence: int = 1) -> Received[RestrictionChanged]:
    envelope = Envelope(new_id(), "restriction.changed", "enforcement", NOW, target.key, sequence, "story")
    return Received(RestrictionChanged(target_key=target.key, target=target, causes=causes), envelope)


async def an_applicant(
    db: Database, account_id: str = "account-1", statement: Statement | None = None, code: str | None = None
) -> Provider:
    """Stated everything; neither documents nor signatures yet."""
    async with db.transaction() as tx:
        await seed_agreements(tx)
        return await applications.apply_as_provider(
            tx, the_vault(), account_id, code or a_code(), statement or a_statement()
        )


async def a_submitted_applicant(
    db: Database, account_id: str = "account-1", statement: Statement | None = None, code: str | None = None
) -> Provider:
    """With its documents, bound by both agreements, and in the queue of staff."""
    applicant = await an_applicant(db, account_id, statement, code)
    provider_id = applicant.provider_id
    async with db.transaction() as tx:
        for kind in NEEDED:
            await documents.upload_document(tx, the_vault(), the_blobs(), provider_id, account_id, an_upload(kind))
        for agreement in AgreementKind:
            await agreements.sign_agreement(tx, provider_id, account_id, agreement, "2020-02")
    async with db.transaction() as tx:
        version = (await found(tx, provider_id)).version
        return await applications.submit_application(tx, provider_id, account_id, version, 7)


async def a_complete_applicant(
    db: Database, account_id: str = "account-1", statement: Statement | None = None, code: str | None = None
) -> Provider:
    """Submitted and verified; only the admission is left."""
    applicant = await a_submitted_applicant(db, account_id, statement, code)
    async with db.transaction() as tx:
        return await reviews.verify_provider(
            tx, applicant.provider_id, applicant.version, "officer-1", "licence checked"
        )


async def an_admitted_provider_in(
    db: Database, account_id: str = "account-1", statement: Statement | None = None, code: str | None = None
) -> Provider:
    applicant = await a_complete_applicant(db, account_id, statement, code)
    async with db.transaction() as tx:
        return await reviews.admit_provider(
            tx, the_vault(), applicant.provider_id, applicant.version, "officer-1", "complete"
        )


async def found(tx: Transaction, provider_id: UUID) -> Provider:
    provider = await tx.session.get(Provider, provider_id)
    assert provider is not None
    return provider


async def told(db: Database) -> list[tuple[str, str]]:
    """(type, payload) of every fact in the outbox, in order."""
    async with db.transaction() as tx:
        rows = await tx.driver.fetch("SELECT type, payload FROM outbox ORDER BY position")
        return [(row["type"], row["payload"]) for row in rows]


async def answer(db: Database, act: Callable[[Transaction], Awaitable[object]]) -> Refusal | None:
    """None when the act was done, or its refusal."""
    try:
        async with db.transaction() as tx:
            await act(tx)
    except Refusal as refusal:
        return refusal
    return None
