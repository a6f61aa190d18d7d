"""Refusals of the registry.

Conflict
├── AccountHasProvider     the account already applied
├── NotAdmissible          something is still missing; `missing` names it
├── ProfileSettled         the profile is no longer the provider's to change by itself
├── WrongStanding          the provider's standing does not allow the step
├── AgreementNotOpen       that version is superseded, or is not known yet
└── AccountBlocked         a restriction limits the account's functions; `causes` name it
Forbidden
└── OwnProvider            nobody decides about their own provider
Invalid
└── NotAnEnterprise        the code is no enterprise's (3.1)
"""

from shared.errors import Conflict, Forbidden, Invalid


class AccountHasProvider(Conflict):
    code = "account-has-provider"
    title = "The account has a provider already"
    title_zh = "该账号已有服务商"


class NotAdmissible(Conflict):
    code = "provider-incomplete"
    title = "The provider does not yet meet the conditions of admission"
    title_zh = "服务商尚未满足准入条件"


class ProfileSettled(Conflict):
    code = "profile-settled"
    title = "The profile can no longer be changed"
    title_zh = "资料已确定，不能自行修改"


class WrongStanding(Conflict):
    code = "wrong-standing"
    title = "The provider's standing does not allow this"
    title_zh = "服务商当前状态不允许此操作"


class AgreementNotOpen(Conflict):
    code = "agreement-not-open"
    title = "That version of the agreement cannot be signed"
    title_zh = "该版本的协议不能签署"


class AccountBlocked(Conflict):
    code = "account-blocked"
    title = "The account's functions are limited"
    title_zh = "账号功能受到限制"


class OwnProvider(Forbidden):
    code = "own-provider"
    title = "Nobody decides about their own provider"
    title_zh = "不得处理自己的服务商"


class NotAnEnterprise(Invalid):
    code = "not-an-enterprise"
    title = "Only enterprises may sell here"
    title_zh = "仅限企业入驻"
