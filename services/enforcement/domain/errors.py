"""What enforcement refuses.

Conflict
├── CaseDecided              the case is confirmed, dismissed, or recommended already
├── CaseOpenAlready          the provider's expulsion is being examined in another case
├── ExpelledAlready          the provider is expelled; only an appeal ends that
├── NeedsApproval            a measure of the step is grave: one officer recommends, a second one approves
├── NotRecommended           nobody has recommended anything that could be approved
├── NoInterimMeasures        this case allows no interim measures
├── InterimInForce           the same interim measure is in force already
├── NotExtendable            only an interim measure in force is extended
├── ActNotProven             the facts do not fulfil the act's condition; the trace says where
├── CauseContradicted        monitoring has recorded another cause
├── TargetUnknown            the measure needs what is not known here, such as the listing's category
├── NotAppealable            overturned already, appealed already, or the window is over
├── AppealAlreadyDecided     the appeal is decided already
├── PenaltyEnded             lifted already
└── NotLiftable              the measure does not end by a lift
Forbidden
└── SameOfficer              a second officer must act: on an appeal, an approval, an extension
Invalid
├── UnknownAct               the rulebook in force has no such act
├── NotExpellable            the rulebook in force knows no expulsion
├── NotReportable            the act is measured, not reported
└── NoRulebook               no rulebook was in force when it happened
"""

from shared.errors import Conflict, Forbidden, Invalid


class CaseDecided(Conflict):
    code = "case-decided"
    title = "The case is decided already"
    title_zh = "案件已作出决定"


class CaseOpenAlready(Conflict):
    code = "case-open-already"
    title = "The provider's expulsion is being examined already"
    title_zh = "该服务商的清退案件正在处理中"


class ExpelledAlready(Conflict):
    code = "expelled-already"
    title = "The provider is expelled already"
    title_zh = "该服务商已被清退"


class NeedsApproval(Conflict):
    code = "needs-approval"
    title = "A grave measure needs a second officer's approval"
    title_zh = "该措施须由第二名人员复核批准"


class NotRecommended(Conflict):
    code = "not-recommended"
    title = "Nothing was recommended that could be approved"
    title_zh = "案件尚无待复核的处理建议"


class NoInterimMeasures(Conflict):
    code = "no-interim-measures"
    title = "This case allows no interim measures"
    title_zh = "该案件不适用临时措施"


class InterimInForce(Conflict):
    code = "interim-in-force"
    title = "The interim measure is in force already"
    title_zh = "该临时措施已在执行中"


class NotExtendable(Conflict):
    code = "not-extendable"
    title = "Only an interim measure in force can be extended"
    title_zh = "仅执行中的临时措施可以延长"


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
    title = "Another officer must do this"
    title_zh = "须由另一名人员处理"


class UnknownAct(Invalid):
    code = "unknown-act"
    title = "The rulebook has no such act"
    title_zh = "规则中没有该行为"


class NotExpellable(Invalid):
    code = "no-expulsion"
    title = "The rulebook knows no expulsion"
    title_zh = "规则中没有清退措施"


class NotReportable(Invalid):
    code = "not-reportable"
    title = "The act is measured, not reported"
    title_zh = "该行为由监测认定，不接受举报"


class NoRulebook(Invalid):
    code = "no-rulebook-in-force"
    title = "No rulebook was in force then"
    title_zh = "当时没有生效的规则"
