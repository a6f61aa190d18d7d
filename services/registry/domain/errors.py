"""Refusals of the registry.

Conflict
├── AccountHasProvider     the account already applied
├── NotAdmissible          something is still missing; `missing` names it
├── ProfileSettled         the profile is no longer the provider's to change by itself
├── WrongStanding          the provider's standing does not allow the step
├── WrongApplicationState  the application's state does not allow the step
├── ApplicationClaimed     another officer works on it; `claimed_by` and `claimed_until` say who and how long
├── ChangePending          a change of the profile waits already
├── ChangeClaimed          another officer works on it; `claimed_by` and `claimed_until` say who and how long
├── WrongChangeState       the state of the change does not allow the step
├── ChangeUnproven         no new document proves what changes; `missing` names its kinds
├── AgreementNotOpen       that version is superseded, or is not known yet
├── AgreementKnown         that version was announced already, with another text or dates
├── QualificationEnded     there is no qualification in force to revoke
├── RequestPending         a request for that category is open already
├── RequestClaimed         another officer works on it; `claimed_by` and `claimed_until` say who and how long
├── WrongRequestState      the qualification request's state does not allow the step
├── AccountBlocked         a restriction limits the account's functions; `causes` name it
├── ExitRunning            the provider is leaving already
├── ExitBlocked            something stands in the way of leaving (7.1); `blockers` name it
├── WrongExitStatus        the exit's status does not allow the step
├── ReceiptSettled         the receipt's status does not allow the step
├── IdentityBarred         the enterprise or its representative was expelled (2.7)
├── ErasureRefused         the platform must still know the persons
├── NoApplication          the listing is a service, and only applications call the open platform
├── TooManyDocuments       as many documents of one kind as are kept side by side
├── TooManyKeys            the application has as many valid keys as it may have
├── WrongLinkStatus        what was decided of the pair does not allow the step
└── LinkedByLaw            the accounts state the same identity; nobody may separate them
Unauthenticated
└── WrongSecret            no such app key, or not with this secret
Forbidden
└── OwnProvider            nobody decides about their own provider
Invalid
├── NotAnEnterprise        the code is no enterprise's (3.1)
├── DocumentExpired        the document's validity is over
├── ProofsLacking          what a category asks for is not put forward; `lacking` names it by kind
├── NoRequirement          the category asks for no qualification, or there is no such category
└── DocumentMismatch       the file is not what it is said to be
"""

from shared.errors import Conflict, Forbidden, Invalid, Unauthenticated


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


class WrongApplicationState(Conflict):
    code = "wrong-application-state"
    title = "The application's state does not allow this"
    title_zh = "入驻申请当前状态不允许此操作"


class ApplicationClaimed(Conflict):
    code = "application-claimed"
    title = "Another officer works on the application"
    title_zh = "该入驻申请正由其他工作人员处理"


class ChangePending(Conflict):
    code = "profile-change-pending"
    title = "A change of the profile is open already"
    title_zh = "已有处理中的资料变更"


class ChangeClaimed(Conflict):
    code = "profile-change-claimed"
    title = "Another officer works on the change"
    title_zh = "该资料变更正由其他工作人员处理"


class WrongChangeState(Conflict):
    code = "wrong-profile-change-state"
    title = "The state of the change does not allow this"
    title_zh = "资料变更当前状态不允许此操作"


class ChangeUnproven(Conflict):
    code = "profile-change-unproven"
    title = "New documents have to prove the change"
    title_zh = "请先上传证明变更的新材料"


class ErasureRefused(Conflict):
    code = "erasure-refused"
    title = "The personal data must still be kept"
    title_zh = "个人信息依法仍须保留"


class NoApplication(Conflict):
    code = "no-application"
    title = "The listing is no application"
    title_zh = "该商品不是应用"


class TooManyKeys(Conflict):
    code = "too-many-app-keys"
    title = "The application has as many valid keys as it may have"
    title_zh = "应用的有效密钥数量已达上限"


class WrongSecret(Unauthenticated):
    code = "wrong-app-secret"
    title = "The app key and secret do not belong together"
    title_zh = "应用密钥不正确"


class AgreementNotOpen(Conflict):
    code = "agreement-not-open"
    title = "That version of the agreement cannot be signed"
    title_zh = "该版本的协议不能签署"


class AgreementKnown(Conflict):
    code = "agreement-known"
    title = "That version of the agreement was announced already"
    title_zh = "该版本的协议已公告，不能更改"


class QualificationEnded(Conflict):
    code = "qualification-ended"
    title = "There is no qualification in force"
    title_zh = "没有生效中的类目资质"


class RequestPending(Conflict):
    code = "qualification-request-pending"
    title = "A request for this category is open already"
    title_zh = "该类目已有处理中的资质申请"


class RequestClaimed(Conflict):
    code = "qualification-request-claimed"
    title = "Another officer works on the request"
    title_zh = "该资质申请正由其他工作人员处理"


class WrongRequestState(Conflict):
    code = "wrong-qualification-request-state"
    title = "The request's state does not allow this"
    title_zh = "资质申请当前状态不允许此操作"


class AccountBlocked(Conflict):
    code = "account-blocked"
    title = "The account's functions are limited"
    title_zh = "账号功能受到限制"


class ExitRunning(Conflict):
    code = "exit-running"
    title = "The provider is leaving the market already"
    title_zh = "服务商已在退出流程中"


class ExitBlocked(Conflict):
    code = "exit-blocked"
    title = "Something stands in the way of leaving the market"
    title_zh = "尚有未完结事项，不能退出服务市场"


class WrongExitStatus(Conflict):
    code = "wrong-exit-status"
    title = "The exit's status does not allow this"
    title_zh = "退出申请当前状态不允许此操作"


class ReceiptSettled(Conflict):
    code = "receipt-settled"
    title = "The receipt's status does not allow this"
    title_zh = "数据交接确认当前状态不允许此操作"


class IdentityBarred(Conflict):
    code = "identity-barred"
    title = "An expelled provider may not come back under another account"
    title_zh = "已被清退的服务商不得以其他账号入驻"


class WrongLinkStatus(Conflict):
    code = "wrong-link-status"
    title = "What was decided of the pair does not allow this"
    title_zh = "关联关系当前状态不允许此操作"


class LinkedByLaw(Conflict):
    code = "linked-by-law"
    title = "Accounts with the same identity are one provider and cannot be separated"
    title_zh = "使用同一身份认证信息的账号视为同一服务商，不得拆分"


class OwnProvider(Forbidden):
    code = "own-provider"
    title = "Nobody decides about their own provider"
    title_zh = "不得处理自己的服务商"


class NotAnEnterprise(Invalid):
    code = "not-an-enterprise"
    title = "Only enterprises may sell here"
    title_zh = "仅限企业入驻"


class DocumentExpired(Invalid):
    code = "document-expired"
    title = "The document is no longer valid"
    title_zh = "证件已过有效期"


class ProofsLacking(Invalid):
    code = "proofs-lacking"
    title = "What the category asks for is not all there"
    title_zh = "类目资质材料不齐或不符"


class NoRequirement(Invalid):
    code = "no-requirement"
    title = "The category asks for no qualification"
    title_zh = "该类目无需资质"


class DocumentMismatch(Invalid):
    code = "document-mismatch"
    title = "The document is not what it is said to be"
    title_zh = "文件内容与所声明的类型不符"


class TooManyDocuments(Conflict):
    code = "too-many-documents"
    title = "There are too many documents of this kind"
    title_zh = "该类文件数量已达上限"
