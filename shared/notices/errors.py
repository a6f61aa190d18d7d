"""What an inbox and its channels refuse."""

from shared.errors import Conflict, Invalid


class WebhookAddressDenied(Invalid):
    code = "webhook-address-denied"
    title = "The webhook address may not be used"
    title_zh = "不允许使用该 Webhook 地址"

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The webhook address {reason}.",
            errors=[{"pointer": "/webhook_url", "in": "body", "message": reason}],
        )


class ChannelNotOffered(Conflict):
    code = "channel-not-offered"
    title = "This market sends no e-mail"
    title_zh = "平台未启用邮件通知"


class ChannelOff(Conflict):
    code = "channel-off"
    title = "The channel is not switched on"
    title_zh = "该通知渠道未开启"
