"""Refusals of the catalog.

Conflict
├── ProviderUnknown        the account has not applied in the registry
├── AccountBlocked         a restriction limits the account's functions
├── TooManyApplications    the account has as many applications as it may have (4.3.5)
├── CategoryFixed          the category was approved and is no longer the provider's to change (4.2)
├── CategoryKnown          the code of a new category is taken
├── CategoryMisplaced      a category takes listings or has others below it, never both
├── KindFixed              a listing stays an application or a service
├── UnderReview            the version is with the reviewers
├── NothingToSubmit        there is no draft
├── NothingToReview        no version waits for a decision
├── ReviewClaimed          another reviewer is at it
├── ReviewUnclaimed        there is no claim to give back
├── SampleSettled          the sample was looked at already
├── ScreeningBlocked       findings forbid the submission; `findings` lists them
├── PublishBlocked         no version may go live now; `causes` says why
├── ListingRetired         the listing is over
├── NeverPublished         the listing was never on the market
├── MoveProposed           a move of the listing waits for its decision
├── MoveDecided            the move was decided before
├── PatrolRunning          a patrol is under way
└── TooManyImages          the account keeps as many images as it may
Invalid
├── BrokenImage            the file cannot be read as an image
├── AnimatedImage          the image moves
└── ImageTooLarge          it has more pixels than an image may have
Forbidden
├── OwnProvider            nobody reviews their own provider
├── OwnDecision            nobody judges a decision that they took part in
└── SecondReviewerNeeded   another person confirms what one approved
"""

from shared.errors import Conflict, Forbidden, Invalid


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


class CategoryKnown(Conflict):
    code = "category-known"
    title = "There is such a category already"
    title_zh = "该类目已存在"


class CategoryMisplaced(Conflict):
    code = "category-misplaced"
    title = "A category takes listings or has others below it, never both"
    title_zh = "类目不能既收录服务又含有下级类目"


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


class ReviewUnclaimed(Conflict):
    code = "review-unclaimed"
    title = "Nobody has claimed the review"
    title_zh = "该审核未被领取"


class SampleSettled(Conflict):
    code = "sample-settled"
    title = "The sample was looked at already"
    title_zh = "该抽检已有结论"


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


class NeverPublished(Conflict):
    code = "never-published"
    title = "The listing was never on the market"
    title_zh = "该服务从未上线"


class MoveProposed(Conflict):
    code = "move-proposed"
    title = "A move of the listing waits for its decision"
    title_zh = "该服务的类目调整正在等待确认"


class MoveDecided(Conflict):
    code = "move-decided"
    title = "The move was decided before"
    title_zh = "该类目调整已有结论"


class PatrolRunning(Conflict):
    code = "patrol-running"
    title = "A patrol is under way"
    title_zh = "巡查正在进行"


class OwnProvider(Forbidden):
    code = "own-provider"
    title = "Nobody reviews their own provider"
    title_zh = "不得审核自己的服务商"


class OwnDecision(Forbidden):
    code = "own-decision"
    title = "Nobody judges a decision that they took part in"
    title_zh = "不得抽检自己参与的审核"


class SecondReviewerNeeded(Forbidden):
    code = "second-reviewer"
    title = "Another person confirms what one approved"
    title_zh = "须由另一名审核员复核"


class TooManyImages(Conflict):
    code = "image-limit"
    title = "The account keeps as many images as it may"
    title_zh = "账号保存的图片已达上限"


class BrokenImage(Invalid):
    code = "broken-image"
    title = "The file cannot be read as an image"
    title_zh = "无法读取该图片文件"


class AnimatedImage(Invalid):
    code = "animated-image"
    title = "Only still images are taken"
    title_zh = "不支持动态图片"


class ImageTooLarge(Invalid):
    code = "image-too-large"
    title = "The image is too large"
    title_zh = "图片尺寸过大"
