"""Notices: an inbox by REST, webhooks and e-mail, each told once. README.md says how a service gets them."""

from shared.notices.channels import close_channels
from shared.notices.notice import Channel, DeliveryState, Notice, Text
from shared.notices.notify import notify, notify_all
from shared.notices.tables import add_notices, create_notices

__all__ = [
    "Channel",
    "DeliveryState",
    "Notice",
    "Text",
    "add_notices",
    "close_channels",
    "create_notices",
    "notify",
    "notify_all",
]
