"""Notices by e-mail, against a real SMTP server."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from ipaddress import ip_address

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from shared.notices import notify_all
from shared.notices.mail import SmtpMailer
from shared.notices.settings import NoticeSettings
from shared.notices.tests.desk import a_notice, step

CHANNELS = "/v1/notices/channels"


class Letterbox:
    """Keeps what is delivered; `refusal` is answered instead to the command that it names."""

    def __init__(self):
        self.mails = []
        self.refusal = {}

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if "RCPT" not in self.refusal:
            envelope.rcpt_tos.append(address)
        return self.refusal.get("RCPT", "250 OK")

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if "DATA" not in self.refusal:
            self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return self.refusal.get("DATA", "250 OK")


@pytest.fixture
def letterbox():
    return Letterbox()


@pytest.fixture
async def smtp(letterbox):
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(letterbox), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none", "smtp_sender": "market@example.com"}
    server.close()
    await server.wait_closed()


@pytest.fixture
async def courier(db, inbox, smtp, courier_for):
    client = await inbox(**smtp)
    await client.put(CHANNELS, json={"webhook_url": "", "e_mail": True}, headers={"if-match": '"v0"'})

    async def address_of(tx, vault, recipient):
        return {"anna": "anna@example.com", "odd": "odd\naddress"}.get(recipient)

    mailer = SmtpMailer(NoticeSettings(database_url=db.url, notice_timeout_seconds=2, **smtp))
    return courier_for(mailer=mailer, addresses=address_of, notice_base_url="https://market.example", **smtp)


async def told(db, *, recipient="anna"):
    async with db.transaction() as tx:
        await tx.driver.execute(
            "INSERT INTO notice_channels VALUES ($1, '', NULL, NULL, NULL, true, 1) ON CONFLICT DO NOTHING", recipient
        )
        await notify_all(tx, [a_notice(recipient=recipient)])


async def outcome(db):
    async with db.transaction() as tx:
        return tuple(await tx.driver.fetchrow("SELECT state, last_error FROM notice_delivery WHERE channel = 'e_mail'"))


async def test_a_mail_tells_both_languages_and_the_link(db, courier, letterbox):
    await told(db)
    await step(courier)
    ((addresses, mail),) = letterbox.mails
    assert addresses == ["anna@example.com"]
    assert mail["subject"] == "请签署 one / Please sign one"
    text = mail.get_content()
    assert "新版协议将于七日后生效。" in text
    assert "The new version is in force in seven days." in text
    assert "https://market.example/v1/agreements" in text
    assert await outcome(db) == ("delivered", "")


async def test_a_second_copy_bears_the_same_message_id(db, courier, letterbox, inbox, smtp):
    await told(db)
    await step(courier)
    client = await inbox(**smtp)
    (item,) = (await client.get("/v1/notices")).json()["items"]
    await client.post(f"/v1/notices/{item['notice_id']}/redelivery", json={"channel": "e_mail"})
    await step(courier)
    first, second = (mail["message-id"] for _, mail in letterbox.mails)
    assert first == second


@pytest.mark.parametrize(
    ("refusal", "state"),
    [
        ({"RCPT": "550 no such mailbox"}, ("failed", "the mail server refused the address")),
        ({"RCPT": "450 try again later"}, ("pending", "the mail server refused the address")),
        ({"DATA": "451 try again later"}, ("pending", "the mail server answered 451")),
    ],
)
async def test_what_the_mail_server_answers_decides_about_another_attempt(db, courier, letterbox, refusal, state):
    letterbox.refusal = refusal
    await told(db)
    await step(courier)
    assert await outcome(db) == state


async def test_a_mail_server_that_is_away_is_tried_again(db, courier_for, smtp):
    async def address_of(tx, vault, recipient):
        return "anna@example.com"

    away = {**smtp, "smtp_port": 1}
    mailer = SmtpMailer(NoticeSettings(database_url=db.url, **away))
    await told(db)
    await step(courier_for(mailer=mailer, addresses=address_of, **away))
    assert await outcome(db) == ("pending", "ConnectionRefusedError")


@pytest.mark.parametrize(
    ("recipient", "reason"), [("stranger", "no address is known"), ("odd", "the address cannot be written to")]
)
async def test_without_a_usable_address_it_fails_at_once_and_the_address_is_not_told(db, courier, recipient, reason):
    await told(db, recipient=recipient)
    await step(courier)
    assert await outcome(db) == ("failed", reason)


async def test_where_no_mail_is_sent_any_more_what_waits_is_off(db, courier_for):
    await told(db)
    assert await step(courier_for()) == 0
    assert await outcome(db) == ("off", "e-mail is not offered")


@pytest.fixture
def certificate(tmp_path):
    """(certificate, key) files of a mail server on 127.0.0.1 that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = tmp_path / "certificate.pem", tmp_path / "key.pem"
    files[0].write_bytes(made.public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


@pytest.mark.parametrize(
    ("is_vouched_for", "password", "state"),
    [(True, "right", "delivered"), (True, "wrong", "pending"), (False, "right", "pending")],
)
async def test_a_mail_goes_only_to_a_server_that_proves_its_name_and_knows_us(
    db, courier_for, letterbox, certificate, monkeypatch, is_vouched_for, password, state
):
    def knows(server, session, envelope, mechanism, given):
        return AuthResult(success=given.password == b"right")

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    if is_vouched_for:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(letterbox, tls_context=context, require_starttls=True, authenticator=knows, auth_required=True),
        "127.0.0.1",
        0,
    )
    settings = {
        "smtp_host": "127.0.0.1", "smtp_port": server.sockets[0].getsockname()[1], "smtp_user": "market",
        "smtp_password": password, "smtp_sender": "market@example.com",
    }  # fmt: skip
    mailer = SmtpMailer(NoticeSettings(database_url=db.url, notice_timeout_seconds=5, **settings))

    async def address_of(tx, vault, recipient):
        return "anna@example.com"

    await told(db)
    await step(courier_for(mailer=mailer, addresses=address_of, **settings))
    server.close()
    await server.wait_closed()
    assert (await outcome(db))[0] == state
    assert len(letterbox.mails) == (state == "delivered")


async def test_no_address_is_kept_or_recorded(db, courier, letterbox):
    await told(db)
    await step(courier)
    assert letterbox.mails
    async with db.transaction() as tx:
        for table in ("notice", "notice_channels", "notice_delivery", "audit"):
            assert "anna@" not in str(await tx.driver.fetch(f"SELECT to_jsonb(t)::text FROM {table} t"))
