"""Promises of success that nobody can keep (6.1.2(1), 4.3.2)."""

import re

from services.catalog.domain.screening.finding import Said, Severity
from services.catalog.domain.screening.patterns import GAP, Pattern, hints

_WHY = Said("过度承诺或夸大效果。", "It promises more than can be kept.")
_ADVICE = Said("改为对功能的如实描述，效果须有可核实的依据。", "Describe what it does; an effect needs proof.")
_SUCCESSES = hints(
    "爆单|爆款|爆火|出单|上热门|热门|涨粉|盈利|赚钱|暴利|暴富|回本|成交|转化|起量|过审|通过审核|见效|有效"
    "|成功|开单|引流|大卖|销量翻倍|销量提升|销量增长|销量暴涨|提升销量"
)
_SUCCESS = f"(?:{'|'.join(_SUCCESSES)})"

PATTERNS = (
    Pattern(
        "overpromise",
        "6.1.2(1)",
        Severity.WARNS,
        (
            *(f"包{you}{success}" for you in ("", "你") for success in _SUCCESSES),
            *hints(
                "保证|确保|承诺|担保|绝对不|百分百|百分之百|零风险|稳赚|不是梦|无效退款|轻松|一夜|立竿见影"
                "|必定|必然|必爆|必火|必赚|必上热门|必出单|必涨粉|必成交|必大卖|秒上热门|秒变|天见效|天爆单|天起号|天回本"
                "|翻|涨|暴增|猛增|飙升|破万|上热门|%|倍|不爆单|不出单|不涨粉|不见效|不成功|不有效|不上热门"
            ),
        ),
        re.compile(
            rf"(?:保证|确保|承诺|担保){GAP}{_SUCCESS}(?!率|数据|后|时|提醒|状态)"
            rf"|(?<![小红打面钱皮荷邮承])包(?:你)?{_SUCCESS}(?!率|数)"
            r"|必(?:定|然)?(?:爆|火|赚|上热门|出单|涨粉|成交|大卖)|稳赚不赔|(?:百分百|百分之百"
            rf"|100%){GAP}{_SUCCESS}|零风险"
            r"|(?:销量|流量|粉丝|转化率?|gmv|业绩|收入|利润|收益|营业额|播放量|订单量?"
            r"|成交额?)[^,。;!?\n]{0,6}?(?:翻倍|翻番"
            r"|翻(?:\d{1,3}|[两二三四五六七八九十百几数]{1,2})倍|暴涨|暴增|猛增|飙升)"
            r"|(?:销量|流量|粉丝|转化率?|gmv|业绩|收入|利润|成交额?)[^,。;!?\n]{0,6}?(?:提升|提高|增长"
            r"|增加)\s?(?:了)?\s?\d{1,4}\s?(?:%|倍)"
            r"|一夜(?:爆单|爆红|暴富|成名)|立竿见影|轻松(?:月入|日入|爆单|上热门|赚钱|涨粉)|秒(?:上热门|变大v"
            r"|变网红)|[一二三四五六七八九十\d]{1,3}天(?:见效|爆单|起号|回本)"
            r"|无效退款|不(?:爆单|出单|涨粉|见效|成功|有效|上热门)(?:就|则|可)?(?:全额|包|免费|无条件)?退(?:款|钱|费)"
            r"|(?:保证|百分百|100%|绝对)不(?:封号|违规|限流|扣分|掉粉|降权)"
            r"|(?:一夜|一天|一周|一个月|[\d三五七十]{1,2}天)(?:之?内)?(?:就|即可|能)?(?:涨粉|涨\s?(?:\d"
            r"|[一二三四五六七八九十百千万])|破万"
            r"|暴涨|上热门)|[日月](?:销|入|赚)[^,。;!?\n]{0,4}不是梦"
        ),
        _WHY,
        _ADVICE,
    ),
    Pattern(
        "overpromise",
        "6.1.2(1)",
        Severity.WARNS,
        hints("guarantee|double your|triple your|10x|risk-free|risk free|instant results|success|overnight|get rich"),
        re.compile(
            r"(?<![a-z])guarantee[sd]?\s(?:[a-z\d,]{1,10}\s){0,2}(?:sales|results?|profits?|growth|success|orders"
            r"|traffic|followers|fans|views|revenue)"
            r"|(?:sales|results?|profits?|growth|success)\sguaranteed|(?:double|triple|10x)\s(?:your\s)?(?:sales"
            r"|orders|traffic|revenue|profits?|followers)"
            r"|risk[\s-]free|instant\sresults|100\s?%\ssuccess|overnight\s(?:success|hit)|get\srich"
        ),
        _WHY,
        _ADVICE,
    ),
)
