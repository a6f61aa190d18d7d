"""What is said to one recipient: a reminder, a warning or a notice, in Chinese and English."""

from dataclasses import dataclass
from enum import StrEnum

TITLE_MOST = 200
BODY_MOST = 5_000


@dataclass(frozen=True, slots=True)
class Text:
    title: str
    body: str

    def __post_init__(self) -> None:
        if not 0 < len(self.title) <= TITLE_MOST or len(self.body) > BODY_MOST:
            raise ValueError(f"a notice has a title of 1 to {TITLE_MOST} and a body of up to {BODY_MOST} characters")


@dataclass(frozen=True, slots=True)
class Notice:
    """`recipient` is the subject of a token. Under one `key` a recipient is told once, however often a job repeats.

    Texts are kept and sent as they are: personal data never stands in them. `link` is a path of this API, or empty.
    """

    recipient: str
    kind: str
    key: str
    zh: Text
    en: Text
    link: str = ""

    def __post_init__(self) -> None:
        if not (self.recipient and self.kind and self.key):
            raise ValueError("a notice names its recipient, its kind and its key")
        if self.link and not self.link.startswith("/"):
            raise ValueError("a notice links to a path of this API")


class Channel(StrEnum):
    """How a notice is delivered, beside standing in the inbox."""

    WEBHOOK = "webhook"
    E_MAIL = "e_mail"


class DeliveryState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    OFF = "off"
