"""What enforcement refuses.

Conflict
├── CaseDecided              the case is confirmed or dismissed already
├── ActNotProven             the facts do not fulfil the act's condition; the trace says where
├── CauseContradicted        monitoring has recorded another cause
├── TargetUnknown            the measure needs what is not known here, such as the listing's category
├── NotAppealable            overturned already, appealed already, or the window is over
├── AppealAlreadyDecided     the appeal is decided already
├── PenaltyEnded             lifted already
└── NotLiftable              the measure does not end by a lift
Forbidden
└── SameOfficer              an appeal is decided by another officer than the one who confirmed
Invalid
├── UnknownAct               the rulebook in force has no such act
├── NotReportable            the act is measured, not reported
└── NoRulebook               no rulebook was in force when it happened
"""

from shared.errors import Conflict, Forbidden, Invalid


class CaseDecided(Conflict):
    code = "case-decided"
    title = "The case is decided already"
    title_zh = "案件已作出决定"


class ActNotProven(Conflict):
    code = "act-not-proven"
    title = "The facts do not fulfil the act"
    title_zh = "事实不满足违规要件"


class CauseContradicted(Conflict):
    code = "cause-contradicted"
    title = "Monitoring has recorded another cause"
    title_zh = "监控已记录其他原因"


class TargetUnknown(Conflict):
    code = "target-unknown"
    title = "The measure needs a target that is not known yet"
    title_zh = "处罚对象尚不明确"


class NotAppealable(Conflict):
    code = "not-appealable"
    title = "This violation cannot be appealed"
    title_zh = "该违规不可申诉"


class AppealAlreadyDecided(Conflict):
    code = "appeal-decided"
    title = "The appeal is decided already"
    title_zh = "申诉已作出决定"


class PenaltyEnded(Conflict):
    code = "penalty-ended"
    title = "The penalty has ended already"
    title_zh = "处罚已结束"


class NotLiftable(Conflict):
    code = "not-liftable"
    title = "The measure does not end by a lift"
    title_zh = "该措施不能解除"


class SameOfficer(Forbidden):
    code = "same-officer"
    title = "Another officer must decide the appeal"
    title_zh = "申诉须由另一名人员裁决"


class UnknownAct(Invalid):
    code = "unknown-act"
    title = "The rulebook has no such act"
    title_zh = "规则中没有该行为"


class NotReportable(Invalid):
    code = "not-reportable"
    title = "The act is measured, not reported"
    title_zh = "该行为由监测认定，不接受举报"


class NoRulebook(Invalid):
    code = "no-rulebook-in-force"
    title = "No rulebook was in force then"
    title_zh = "当时没有生效的规则"
