"""Refusals of the catalog.

Conflict
├── ProviderUnknown        the account has not applied in the registry
├── AccountBlocked         a restriction limits the account's functions
├── TooManyApplications    the account has as many applications as it may have (4.3.5)
├── CategoryFixed          the category was approved and is no longer the provider's to change (4.2)
├── KindFixed              a listing stays an application or a service
├── UnderReview            the version is with the reviewers
├── NothingToSubmit        there is no draft
├── NothingToReview        no version waits for a decision
├── ReviewClaimed          another reviewer is at it
├── ScreeningBlocked       findings forbid the submission; `findings` lists them
├── PublishBlocked         no version may go live now; `causes` says why
└── ListingRetired         the listing is over
Forbidden
└── OwnProvider            nobody reviews their own provider
"""

from shared.errors import Conflict, Forbidden


class ProviderUnknown(Conflict):
    code = "provider-unknown"
    title = "The account has no provider yet"
    title_zh = "该账号尚未申请成为服务商"


class AccountBlocked(Conflict):
    code = "account-blocked"
    title = "The account's functions are limited"
    title_zh = "账号功能受到限制"


class TooManyApplications(Conflict):
    code = "application-limit"
    title = "The account has as many applications as it may have"
    title_zh = "账号发布的应用已达上限"


class CategoryFixed(Conflict):
    code = "category-fixed"
    title = "The category was approved and cannot be changed"
    title_zh = "类目审核通过后不能自行修改"


class KindFixed(Conflict):
    code = "kind-fixed"
    title = "The kind of a listing cannot be changed"
    title_zh = "不能修改发布类型"


class UnderReview(Conflict):
    code = "under-review"
    title = "The version is under review"
    title_zh = "该版本正在审核中"


class NothingToSubmit(Conflict):
    code = "nothing-to-submit"
    title = "There is no draft to submit"
    title_zh = "没有可提交的草稿"


class NothingToReview(Conflict):
    code = "nothing-to-review"
    title = "No version waits for a decision"
    title_zh = "没有待审核的版本"


class ReviewClaimed(Conflict):
    code = "review-claimed"
    title = "Another reviewer is at it"
    title_zh = "其他审核员正在处理"


class ScreeningBlocked(Conflict):
    code = "screening-blocked"
    title = "The screening found what forbids the submission"
    title_zh = "机审发现禁止提交的问题"


class PublishBlocked(Conflict):
    code = "publish-blocked"
    title = "No version of this provider may go live now"
    title_zh = "该服务商目前不能发布"


class ListingRetired(Conflict):
    code = "listing-retired"
    title = "The listing is over"
    title_zh = "该服务已终止"


class OwnProvider(Forbidden):
    code = "own-provider"
    title = "Nobody reviews their own provider"
    title_zh = "不得审核自己的服务商"
