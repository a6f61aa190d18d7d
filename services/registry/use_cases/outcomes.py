"""The applicant is told what staff decided, and what to do next."""

from services.registry.domain.application import Application, ApplicationState
from shared.db.transaction import Transaction
from shared.notices import Notice, Text, notify

_TITLES = {
    ApplicationState.ADMITTED: ("入驻申请已通过", "The application is admitted"),
    ApplicationState.CHANGES_REQUESTED: ("入驻申请需要修改", "The application needs changes"),
    ApplicationState.REJECTED: ("入驻申请未通过", "The application is rejected"),
}
_NEXT = {
    ApplicationState.ADMITTED: ("现在可以发布应用或服务。", "Applications and services may be published now."),
    ApplicationState.CHANGES_REQUESTED: ("请修改后重新提交。", "Correct what is named and submit it again."),
    ApplicationState.REJECTED: ("问题消除后可以重新提交。", "Once the reasons are gone it may be submitted again."),
}


async def tell_outcome(tx: Transaction, application: Application) -> None:
    """Once in each round."""
    objections = [f"{o['field']} ({o['clause']}): {o['reason']}" for o in application.objections]
    (zh, en), (next_zh, next_en) = _TITLES[application.state], _NEXT[application.state]
    await notify(
        tx,
        Notice(
            recipient=application.account_id,
            kind=f"application.{application.state}",
            key=f"application:{application.provider_id}:{application.round}",
            zh=Text(zh, body_of([*objections, next_zh])),
            en=Text(en, body_of([*objections, next_en])),
            link=f"/v1/providers/{application.provider_id}",
        ),
    )


def body_of(lines: list[str]) -> str:
    """As much of it as a notice holds; the rest is behind its link."""
    *objections, then = lines
    return "\n".join([*objections, ""])[: 5_000 - len(then)] + then
