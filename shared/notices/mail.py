"""E-mail: the port, and its implementation by SMTP."""

import asyncio
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol

from shared.notices.deliveries import Claimed
from shared.notices.outcome import Delivered, NotDelivered, Outcome
from shared.notices.settings import NoticeSettings


@dataclass(frozen=True, slots=True)
class Mail:
    """`message_id` is the same at each attempt, so that a mail server or reader can tell a second copy."""

    message_id: str
    address: str
    subject: str
    text: str


class Mailer(Protocol):
    async def send(self, mail: Mail) -> Outcome: ...


def mail_of(claimed: Claimed, address: str, base_url: str) -> Mail:
    """Both languages: nobody knows which one the reader of an address prefers."""
    link = f"\n\n{base_url}{claimed.link}" if claimed.link else ""
    return Mail(
        str(claimed.delivery_id),
        address,
        " ".join(f"{claimed.title_zh} / {claimed.title_en}".split()),
        f"{claimed.body_zh}\n\n--\n\n{claimed.body_en}{link}\n",
    )


class SmtpMailer:
    """The standard library's client in a thread: one connection for each mail, bounded in time."""

    def __init__(self, settings: NoticeSettings) -> None:
        self._settings = settings

    async def send(self, mail: Mail) -> Outcome:
        try:
            message = self._message(mail)
        except ValueError:
            return NotDelivered("the address cannot be written to", is_final=True)
        try:
            async with asyncio.timeout(2 * self._settings.notice_timeout_seconds):
                await asyncio.to_thread(self._send, message)
        except smtplib.SMTPResponseException as error:
            return NotDelivered(f"the mail server answered {error.smtp_code}")
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            return NotDelivered("the mail server refused the address", is_final=all(code >= 500 for code in codes))
        except (smtplib.SMTPException, OSError) as error:
            return NotDelivered("timeout" if isinstance(error, TimeoutError) else type(error).__name__)
        return Delivered()

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        sender = self._settings.smtp_sender
        message["From"] = sender
        message["To"] = mail.address
        message["Subject"] = mail.subject
        message["Message-ID"] = f"<{mail.message_id}@{sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        return message

    def _send(self, message: EmailMessage) -> None:
        known = self._settings
        context = ssl.create_default_context()
        if known.smtp_security == "tls":
            client: smtplib.SMTP = smtplib.SMTP_SSL(
                known.smtp_host, known.smtp_port, timeout=known.notice_timeout_seconds, context=context
            )
        else:
            client = smtplib.SMTP(known.smtp_host, known.smtp_port, timeout=known.notice_timeout_seconds)
        with client:
            if known.smtp_security == "starttls":
                client.starttls(context=context)
            if known.smtp_user:
                client.login(known.smtp_user, known.smtp_password.get_secret_value())
            client.send_message(message)
