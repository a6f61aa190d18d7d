"""A registration or login of one's own (4.4.2), and ways to use the service on other platforms (6.1.6(4))."""

import re

from services.catalog.domain.screening.finding import Said, Severity
from services.catalog.domain.screening.patterns import Pattern, hints

_OWN = Said("应用自带注册或登录功能。", "The application brings its own registration or login.")
_OWN_ADVICE = Said(
    "删除注册与登录，使用平台授权登录。", "Remove it; merchants come in by the platform's authorisation."
)
_AWAY = Said(
    "告知或诱导商家至其他平台登录、注册或使用服务。",
    "It leads merchants to another platform to register, log in or use it.",
)
_AWAY_ADVICE = Said("删除引导，服务应在授权后直接使用。", "Remove it; the service is used after authorisation here.")
_OTHERS = (
    r"(?:淘宝|天猫|京东|拼多多|抖音|抖店|小红书|视频号|1688|阿里巴巴|闲鱼|虾皮|亚马逊|有赞|微店|微信小程序|微盟|快团团)"
)
_OURS = r"(?:我们的?|我司的?|本公司的?|本站的?|自己的|独立的?|公司的?)"
_GO = r"(?:请?(?:前往|转到|跳转到?|移步|进入|打开|访问|登录|登陆|到|去|在|上))"

PATTERNS = (
    Pattern(
        "own-login",
        "4.4.2",
        Severity.BLOCKS,
        hints("注册|登录|登陆|账号体系|会员体系|自有|自建|自带"),
        re.compile(
            rf"(?:注册|登录|登陆){_OURS}?(?:软件|官网|官方网站|网页版|网站|独立站|网址|自有平台|我司平台"
            r"|第三方)(?:的?(?:账号|账户|平台|系统|后台|会员))?"
            rf"|(?:注册|登录|登陆){_OURS}(?:账号|账户|平台|系统|后台|会员)"
            r"|(?:自有|自带|自建)(?:的)?(?:账号|账户|注册|登录|会员|用户)(?:与?(?:登录|注册))?(?:体系|系统|功能"
            r"|入口|界面)|自带(?:注册|登录)"
            r"|(?:手机号|邮箱|用户名)[^,。;!?\n]{0,6}注册(?!地|时间|量|数|信息|日期)"
            r"|(?:单独|另行|额外)(?:注册|登录)|(?:独立|专属|单独)(?:的)?(?:账号|账户|注册"
            r"|登录)(?:与?登录)?(?:体系|系统|功能|入口|界面|登录)"
            r"|(?:手机号?码?|邮箱|微信|qq|短信验证码)(?:一键|快捷|扫码)?(?:注册|登录)(?!日志|记录|提醒|统计)"
            r"|(?:先|需|须|请|首次使用|自行)(?:要|先)?(?:在线)?(?:注册|开通)(?:一?个|新|您的|成为)?(?:账号|账户"
            r"|会员|用户)"
            r"|(?:用户名|账号)(?:和|与|及|、|\+|/)?密码(?:进行)?(?:登录|登陆)"
        ),
        _OWN,
        _OWN_ADVICE,
    ),
    Pattern(
        "own-login",
        "4.4.2",
        Severity.BLOCKS,
        hints(
            "sign up|register|create an account|create your account|own account|own login|own registration|log in"
            "|sign in|login with"
        ),
        re.compile(
            r"(?<![a-z])(?:sign\sup|register|log\sin|sign\sin)\s(?:[a-z]{1,8}\s){0,2}(?:on|at|in|through|via|with"
            r"|for)\s"
            r"(?:our|your\semail|an?\semail|our\sown|e-?mail)(?:\s(?:own|official|web))?(?:\s?(?:site|website|app"
            r"|portal|platform|account|system))?"
            r"|create\s(?:an|your)\saccount\s(?:on|at|in|with)\s(?:our|us)|(?:our|its|your)\sown\s(?:login"
            r"|registration|accounts?)"
        ),
        _OWN,
        _OWN_ADVICE,
    ),
    Pattern(
        "outside-platform",
        "6.1.6(4)",
        Severity.BLOCKS,
        hints(
            "官网|网站|公众号|淘宝|天猫|京东|拼多多|抖音|抖店|小红书|视频号|1688|阿里巴巴|闲鱼|虾皮|亚马逊|有赞"
            "|微店|小程序|微盟|快团团|app"
        ),
        re.compile(
            rf"{_GO}{_OURS}?(?:官网|官方网站|网站|公众号|小程序|app|独立站|{_OTHERS})(?:店铺?|小店|旗舰店|专卖店"
            r"|平台|网站|后台"
            r"|首页)?(?:上|中|里|内)?"
            r"(?:搜索?[^,。;!?\n]{0,10}?)?(?:去|来|进行|直接|即可|后)?(?:注册|登录|登陆|使用|操作|购买|开通|下单"
            r"|订购|拍下|充值)(?!权限|记录|数据|日志)"
            rf"|官网(?:下载|注册|使用|登录|登陆|购买|订购)|(?:百度|谷歌|浏览器|google)(?:上|中|里)?搜"
            rf"|{_OTHERS}(?:上)?(?:搜索?|搜一搜)[^,。;!?\n]{{1,12}}|关注{_OURS}?(?:官方|微信)?公众号"
        ),
        _AWAY,
        _AWAY_ADVICE,
    ),
    Pattern(
        "outside-platform",
        "6.1.6(4)",
        Severity.WARNS,
        hints("下载|安装包|download"),
        re.compile(
            rf"下载(?:并安装)?{_OURS}?(?:专用|独立|桌面|电脑|手机|pc)?(?:版|端)?(?:客户端|app|安装包|软件|exe"
            r"|apk)(?![a-z])"
            r"|download\s(?:and\sinstall\s)?(?:our|the)\s(?:[a-z]{1,10}\s)?(?:client|app|installer|apk"
            r"|software)(?![a-z])"
        ),
        Said(
            "须另行下载的客户端可能脱离平台使用。",
            "A client that is downloaded elsewhere may be used away from the platform.",
        ),
        Said("说明客户端由平台授权登录，并经平台分发。", "Say that it logs in by the platform and comes through it."),
    ),
    Pattern(
        "outside-platform",
        "6.1.6(4)",
        Severity.BLOCKS,
        hints("website|our site|our app|taobao|shopify|amazon|our store"),
        re.compile(
            r"(?<![a-z])(?:visit|go\sto|use|order|buy|continue|available)\s(?:[a-z]{1,8}\s){0,3}?(?:on|at|from"
            r"|through|via)?\s?"
            r"(?:our\s(?:own\s|official\s)?(?:website|site|app|store|web\sshop)|taobao|our\samazon\sstore)(?![a-z])"
        ),
        _AWAY,
        _AWAY_ADVICE,
    ),
)
