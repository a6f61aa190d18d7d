"""Rewards for praise, and bought reviews and orders (4.4.5)."""

import re

from services.catalog.domain.screening.finding import Said, Severity
from services.catalog.domain.screening.patterns import GAP, Pattern, hints

_WHY = Said(
    "提供或引导好评返利、刷单刷评。", "It offers or leads to rewards for praise, or to bought reviews or orders."
)
_ADVICE = Said("删除该功能与描述；只能邀请买家客观评价。", "Remove it; buyers may only be asked for an honest review.")
_REWARD = (
    r"(?:返现|返利|返红包|返钱|返券|返\s?\d{1,4}\s?元?|现金|红包|有礼|有奖|送礼|送好礼|送券|送优惠券|赠品|赠礼"
    r"|奖励|补贴)"
)
_REVIEWS = r"(?:好评|五星|5\s?星|晒图|晒单|带图评价|追评)"

PATTERNS = (
    Pattern(
        "rebate-for-praise",
        "4.4.5",
        Severity.BLOCKS,
        hints("好评|五星|5星|5 星|晒图|晒单|带图评价|追评"),
        re.compile(
            rf"{_REVIEWS}{GAP}{_REWARD}|{_REWARD}{GAP}(?:换|要|索|领|求)?{_REVIEWS}(?!率|数|排行|统计|分析)"
            r"|(?:好评|五星),?(?:即|就|可)?送(?:您|你|一|\d|会员|券)|好评卡|(?:好评|五星|晒图)(?!率|数|度"
            r"|榜)[^,。;!?\n率数]{0,4}?(?:送|可得|即得|获得|领取?|享|立减|免费得)"
            r"(?:\d|[一二三半两]|优惠|礼|会员|券|现金|积分|时长|月|红包|[vV]ip)"
        ),
        _WHY,
        _ADVICE,
    ),
    Pattern(
        "rebate-for-praise",
        "4.4.5",
        Severity.BLOCKS,
        hints(
            "差评删除|差评清除|刷单|刷评|刷好评|刷销量|刷人气|刷粉|刷量|刷信誉|代写|代发|代刷|买好评|删差评"
            "|改差评|删除差评"
            "|返现卡"
        ),
        re.compile(
            r"刷(?:好评|单|评|销量|人气|粉|量|信誉)(?!率|洗)|代(?:写|发|刷)(?:好评|评价)|买好评|(?:删|改|删除|修改)差评"
            r"|返现卡|差评(?:删除|清除)(?!记录|日志|提醒)"
        ),
        _WHY,
        _ADVICE,
    ),
    Pattern(
        "rebate-for-praise",
        "4.4.5",
        Severity.WARNS,
        hints("评价"),
        re.compile(rf"评价{GAP}(?:返现|返利|红包|有礼|有奖|送(?:券|礼|积分|会员|优惠))"),
        _WHY,
        Said(
            "说明奖励与评价内容无关，或删除。",
            "Say that the reward does not depend on what a review says, or remove it.",
        ),
    ),
    Pattern(
        "rebate-for-praise",
        "4.4.5",
        Severity.BLOCKS,
        hints("review|star|fake order|brushing|feedback"),
        re.compile(
            r"(?<![a-z])(?:cash\s?-?back|rebates?|refunds?|gifts?|coupons?|rewards?|discounts?|vouchers?)\s"
            r"(?:[a-z]{1,10}\s){0,3}(?:positive|good|5-star|five-star|5 star|five star)\s(?:reviews?|ratings?|feedback)"
            r"|(?:positive|good|5-star|five-star|5 star|five star)\s(?:reviews?|ratings?"
            r"|feedback)\s(?:[a-z$¥\d]{1,10}\s){0,3}"
            r"(?:rebates?|cash\s?-?back|rewards?|gift|coupons?|vouchers?)"
            r"|(?:buy|sell|write|post|generate)s?\s(?:fake|positive|good|5-star|five-star)\sreviews?"
            r"|fake\s(?:orders?|reviews?)|order\sbrushing|brushing\sorders?"
            r"|(?:paid|pay|money|cash)\s(?:you\s)?(?:for|per)\s(?:[a-z]{1,8}\s){0,2}(?:positive|good|5-star"
            r"|five-star)\sreviews?"
        ),
        _WHY,
        _ADVICE,
    ),
)
