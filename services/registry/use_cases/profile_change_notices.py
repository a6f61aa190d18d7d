"""The provider is told what staff decided of its change, and what to do next."""

from services.registry.domain.profile_change import ChangeState, ProfileChange
from services.registry.use_cases.outcomes import body_of
from shared.db.transaction import Transaction
from shared.notices import Notice, Text, notify

_TITLES = {
    ChangeState.APPROVED: ("资料变更已通过", "The change of the profile is approved"),
    ChangeState.CHANGES_REQUESTED: ("资料变更需要修改", "The change of the profile needs corrections"),
    ChangeState.REJECTED: ("资料变更未通过", "The change of the profile is rejected"),
}
_NEXT = {
    ChangeState.APPROVED: ("变更后的资料已生效。", "What was stated holds from now on."),
    ChangeState.CHANGES_REQUESTED: ("请修改后重新提交。", "Correct what is named and submit it again."),
    ChangeState.REJECTED: ("原资料继续有效。", "What held before stays in force."),
}


async def tell_decision(tx: Transaction, change: ProfileChange) -> None:
    """Once in each round."""
    objections = [f"{o['field']} ({o['clause']}): {o['reason']}" for o in change.objections]
    (zh, en), (next_zh, next_en) = _TITLES[change.state], _NEXT[change.state]
    await notify(
        tx,
        Notice(
            recipient=change.account_id,
            kind=f"profile_change.{change.state}",
            key=f"profile_change:{change.change_id}:{change.round}",
            zh=Text(zh, body_of([*objections, next_zh])),
            en=Text(en, body_of([*objections, next_en])),
            link=f"/v1/profile-changes/{change.change_id}",
        ),
    )
