"""Functions that harass people or take them off their way (4.4.3, 6.1.6(5))."""

import re

from services.catalog.domain.screening.finding import Said, Severity
from services.catalog.domain.screening.patterns import Pattern, hints

_WHY = Said("骚扰用户或影响浏览路径的功能。", "A function that harasses users or gets in their way.")
_ADVICE = Said("删除该功能；平台禁止此类功能。", "Remove the function; the market forbids it.")

PATTERNS = (
    Pattern(
        "harassment",
        "4.4.3",
        Severity.BLOCKS,
        hints("轰炸|呼死|强制|劫持|爆粉|加好友|加粉|加人|恶意|截流|关不掉|无法关闭|骚扰|云呼|引流脚本"),
        re.compile(
            r"(?:短信|电话|消息|邮件|信息|自动|循环|疯狂)轰炸(?!机)|呼死你|云呼|强制(?:用户|买家|粉丝"
            r"|观众)?(?:弹窗|跳转|关注|分享|安装|弹出|推送|观看)"
            r"|(?:流量|页面|浏览器|链接)劫持"
            r"|爆粉|(?:自动|批量|被动|一键|暴力)加(?:粉丝?|好友|人)(?!管理|数)|(?:自动|批量|一键|代|帮您?"
            r"|雇人)恶意(?:点击|差评|下单|举报|退款|拍下|拍单|占库存|投诉)"
            r"|恶意(?:点击|差评|下单|举报|退款|拍下|拍单|投诉)(?:同行|对手|竞争|他人|别人|别家|其他)|(?:同行"
            r"|直播间|精准)截流"
            r"|(?:关不掉|无法关闭)的?(?:弹窗|广告|窗口)|(?:电话|短信|消息)骚扰|引流脚本"
        ),
        _WHY,
        _ADVICE,
    ),
    Pattern(
        "harassment",
        "4.4.3",
        Severity.WARNS,
        hints("群发|私信|自动关注|批量关注|自动点赞|批量点赞|自动评论|批量评论|刷屏|弹窗广告|悬浮广告|弹出广告|采集"),
        re.compile(
            r"群发(?:私信|短信|消息|广告|好友|粉丝|信息)|(?:自动|批量|一键|循环)(?:私信|发私信|关注|点赞"
            r"|评论)(?!提醒|回复|管理|统计|导出|分析)"
            r"|(?:自动|循环|弹幕)刷屏|(?:弹窗|悬浮|弹出)广告|采集(?:用户|买家|粉丝|客户)(?:手机号?|电话|联系方式|隐私)"
        ),
        _WHY,
        Said("说明如何不打扰用户，或删除。", "Say how users are left in peace, or remove it."),
    ),
    Pattern(
        "harassment",
        "4.4.3",
        Severity.BLOCKS,
        hints("bomb|spam|pop-up|popup|hijack|force|robocall|mass"),
        re.compile(
            r"(?<![a-z])(?:sms|call|message|email)\sbomb(?:ing|er)?|(?:traffic|page|browser)\shijack(?:ing)?"
            r"|forced?\s(?:pop-?ups?|redirects?|follows?|sharing)|(?:sends?|sending)\sspam|spam\s(?:users|buyers"
            r"|customers|fans)"
            r"|robocalls?|mass[\s-](?:messag|dm|direct\smessag|follow)(?:e|es|ing|s)?(?![a-z])|pop-?up\sads"
        ),
        _WHY,
        _ADVICE,
    ),
)
