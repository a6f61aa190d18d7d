"""Advertisements that have nothing to do with the market (6.1.3(5)), and functions of other trades (6.1.3(3))."""

import re

from services.catalog.domain.screening.finding import Said, Severity
from services.catalog.domain.screening.patterns import Pattern, hints

_AD = Said("含有与服务市场无关的广告信息。", "It advertises something that has nothing to do with the market.")
_AD_ADVICE = Said("删除与本服务无关的广告。", "Remove the advertisement.")
_STRANGE = Said("该功能与平台业务似不相关。", "This function seems to have nothing to do with the platform's business.")
_STRANGE_ADVICE = Said("说明它如何服务于店铺经营，或删除。", "Say how it serves a shop, or remove it.")

PATTERNS = (
    Pattern(
        "foreign-advertisement",
        "6.1.3(5)",
        Severity.WARNS,
        hints(
            "诚邀|代办|招|兼职|聘|加盟|合伙人|贷|信用卡|日入|月入|日赚|月赚|躺|网赚|广告位|承接|代开|股票|理财"
            "|彩票|博彩|减肥"
            "|商务合作|旗下"
        ),
        re.compile(
            r"(?:诚|火热|全国|长期)?招(?:募|收|聘)?(?:城市|区域|各级|各地|全国|省级|市级|县级)?(?:代理商?|加盟商?"
            r"|合伙人|兼职|学徒"
            r"|分销商|经销商|主播)(?!管理|数据|合同|报表)"
            r"|(?:加盟|代理)(?:热线|咨询|费用|政策|条件)|兼职(?:招聘|赚钱|日结|副业|在家)|在家兼职|诚邀(?:代理"
            r"|加盟|合作|渠道)|代办(?:营业执照|贷款|资质|社保)|(?:高薪|急"
            r"|诚)(?:招)?聘"
            r"|(?:小额|信用|抵押|网络|低息|无抵押|极速|快速|秒批)(?:信用)?贷款?|贷款(?:请|找|办理|秒批|到账|额度)"
            r"|信用卡(?:代办|办理|套现|提额)|[日月](?:入|赚)(?:过|上)?(?:\d{3,8}"
            r"|[一二三四五六七八九几数]?[百千万])|躺(?:着|平)?(?:赚|赢|挣)"
            r"|网赚(?:项目|平台)"
            r"|广告位?(?:招租|出租|招商)|(?:专业|另|同时)?承接(?:各类)?(?:网站|小程序|软件|app|系统|装修"
            r"|设计)(?:建设|开发|定制|制作|业务)"
            r"|代开(?:发票|证明)|(?:荐股|股票(?:推荐|内幕|配资))|理财产品(?:推荐|收益)|彩票(?:预测|计划|投注)"
            r"|博彩|减肥(?:药|茶|产品)"
            r"|商务合作(?:请|:|联系)|(?:我司|本公司|公司)旗下(?:还有|其他)"
        ),
        _AD,
        _AD_ADVICE,
    ),
    Pattern(
        "foreign-advertisement",
        "6.1.3(5)",
        Severity.WARNS,
        hints("hiring|reseller|affiliate|loan|casino|earn|ad space|agents|franchise|gambling|lottery"),
        re.compile(
            r"we(?:'re|\sare)\shiring|(?:become|join|looking\sfor)\s(?:[a-z]{1,12}\s){0,3}(?:resellers?"
            r"|affiliates?|agents?|franchisees?)"
            r"|(?:payday|quick|instant|cheap|low-interest)\sloans?|online\s(?:casino|gambling|lottery)|casino\sbonus"
            r"|earn\s[$¥]?\d{2,6}\s(?:a|per|every)\s(?:day|week|month)|ad\sspace\s(?:for\s(?:rent|sale)|available)"
        ),
        _AD,
        _AD_ADVICE,
    ),
    Pattern(
        "unrelated-function",
        "6.1.3(3)",
        Severity.ADVISES,
        hints(
            "天气|星座|算命|占卜|塔罗|小说|交友|相亲|外卖|打车|机票|酒店|股票|翻墙|挖矿|电影|追剧|起名|听歌|麻将|棋牌"
        ),
        re.compile(
            r"天气(?:预报|查询)|星座(?:运势|配对)|算命|占卜|塔罗|(?:免费|热门|在线)小说|小说(?:阅读|下载)|(?:在线"
            r"|同城)?交友|相亲(?:平台|匹配)"
            r"|(?:订|点)外卖|打车(?:软件|服务)|(?:机票|酒店)(?:预订|查询|比价)|股票(?:行情|交易|软件)|翻墙|挖矿"
            r"|(?:看|免费)电影|追剧"
            r"|宝宝起名|起名(?:大师|打分)|在线听歌|麻将(?:游戏)?|棋牌"
        ),
        _STRANGE,
        _STRANGE_ADVICE,
    ),
    Pattern(
        "unrelated-function",
        "6.1.3(3)",
        Severity.ADVISES,
        hints("weather|horoscope|tarot|dating|flight|hotel|stock price|crypto|mining|movie|vpn"),
        re.compile(
            r"(?<![a-z])(?:weather\sforecasts?|horoscopes?|tarot|online\sdating|dating\sapp|(?:flight"
            r"|hotel)\sbooking|stock\sprices?"
            r"|crypto(?:currency)?\s(?:mining|trading)|(?:watch|free|stream)\smovies?|free\svpn|vpn\s(?:app"
            r"|service|proxy))(?![a-z])"
        ),
        _STRANGE,
        _STRANGE_ADVICE,
    ),
)
