"""What a leaving provider and its users are told."""

from collections.abc import Sequence

from services.registry.domain.exit import Exit, ExitKind, ExitStatus, Untold
from services.registry.domain.provider import Provider
from shared.db.transaction import Transaction
from shared.notices import Notice, Text, notify, notify_all

_PROVIDER: dict[ExitStatus, tuple[Text, Text]] = {
    ExitStatus.REQUESTED: (
        Text("退出申请已受理", "受理期间不再接受新订购和续订。请继续为已订购的商家服务，并处理清单中的未完结事项。"),
        Text(
            "Your request to leave was received",
            "Nothing new is ordered or renewed now. Serve those who bought, and settle what the checklist names.",
        ),
    ),
    ExitStatus.ACCEPTED: (
        Text("退出申请已通过", "请保证商家在最长订购期满后三十天内正常使用，并向每位商家移交数据、取得其确认。"),
        Text(
            "You may leave the market",
            "Serve each listing until 30 days after its longest subscription, and hand every user's data over.",
        ),
    ),
    ExitStatus.COMPLETED: (
        Text("退出流程已完成", "服务期和数据交接均已完成。"),
        Text("Your exit is completed", "All services were served out and all data was handed over."),
    ),
    ExitStatus.PROCEEDING: (
        Text("清退调查已开始", "调查处理期间不得私自停止服务（规范 7.4）。"),
        Text("Expulsion proceedings were opened", "Services must not be stopped while they last (clause 7.4)."),
    ),
    ExitStatus.EFFECTIVE: (
        Text("清退已生效", "请向每位商家移交其数据并取得确认，并完成最终结算。您可以申诉。"),
        Text("The expulsion is in effect", "Hand every user's data over, and settle. You may appeal."),
    ),
}


async def tell_provider(tx: Transaction, provider: Provider, leaving: Exit) -> None:
    zh, en = _PROVIDER[leaving.status]
    await notify(
        tx,
        Notice(
            recipient=provider.account_id,
            kind=f"exit.{leaving.status}",
            key=f"exit:{leaving.exit_id}:{leaving.status}",
            zh=zh,
            en=en,
            link=f"/v1/providers/{provider.provider_id}/exit",
        ),
    )


async def tell_users(tx: Transaction, untold: Sequence[Untold]) -> None:
    await notify_all(
        tx,
        [
            Notice(
                one.merchant_id,
                "exit.handover",
                f"exit:{one.exit_id}:{one.listing_id}",
                *_handover(one),
                f"/v1/exits/{one.exit_id}/receipts",
            )
            for one in untold
        ],
    )


def _handover(one: Untold) -> tuple[Text, Text]:
    if one.kind is ExitKind.EXPULSION:
        return (
            Text(
                "您订购的服务的服务商已被清退",
                "该服务不能继续使用（规范 2.7）。请向服务商提取您的数据，收到后在此确认。",
            ),
            Text(
                "The provider of a service that you bought was expelled",
                "The service cannot be used any more (clause 2.7). Get your data from the provider, and confirm here "
                "that you have it.",
            ),
        )
    until = one.until.isoformat() if one.until is not None else ""
    return (
        Text(
            "您订购的服务的服务商将退出市场",
            "请向服务商提取您的数据，收到后在此确认。"
            + (f"该服务应至少可用至 {until}（规范 7.4）。" if until else "退出期间服务应继续可用。"),
        ),
        Text(
            "The provider of a service that you bought is leaving the market",
            "Get your data from the provider, and confirm here that you have it. "
            + (
                f"The service goes on until {until} at the least (clause 7.4)."
                if until
                else "It should go on meanwhile."
            ),
        ),
    )
