"""The platform's name used for one's own praise, and endorsements that cannot be (6.1.2(1))."""

import re

from services.catalog.domain.screening.finding import Said, Severity
from services.catalog.domain.screening.patterns import Pattern, hints

_CLAUSE = "6.1.2(1)"
_WHY = Said("未经允许以官方或其工作人员名义宣传。", "It claims the platform's or its staff's approval.")
_ADVICE = Said(
    "删除官方认证、推荐等表述；使用开放接口可写“基于快手开放平台接口”。",
    "Remove the claim; that you use the open platform's interfaces may be said.",
)
_THEIRS = r"(?:快手|kuaishou|磁力金牛|磁力引擎|小店)"
_PRAISE = (
    r"(?:认证|推荐|指定|出品|自营|直营|背书|战略合作|深度合作|独家|力荐|优选|金牌|嘉奖|授权(?:服务商|合作|代理"
    r"|产品|工具|软件|团队|渠道))"
)

PATTERNS = (
    Pattern(
        "false-endorsement",
        _CLAUSE,
        Severity.BLOCKS,
        hints("官方|快手|kuaishou|磁力|平台"),
        re.compile(
            rf"{_THEIRS}(?:电商|小店|平台|官方){{0,2}}(?:唯一|独家)?{_PRAISE}(?!位|页|流|商品|算法|管理|主播|类目"
            r"|机制|状态|信息)"
            rf"|官方(?:唯一|独家)?{_PRAISE}(?!位|页|流|商品|算法|类目|机制|状态|信息)"
            rf"|官方合作(?:伙伴|商|方|品牌|产品)|(?:快手|平台)(?:官方)?(?:唯一|金牌|钻石|战略|核心)(?:合作|服务商|伙伴)"
            rf"|(?:与|和|同){_THEIRS}(?:官方|平台)?(?:达成|建立|签订|签署|有|是)?[^,。;!?\n]{{0,4}}?合作(?!商|社)"
            rf"|官方授权(?:正版|品牌|店|版)|{_THEIRS}官方(?:版|工具|软件|应用|插件|助手|产品|服务商|团队|打造"
            r"|开发|正版)"
            rf"|(?:荣获|获得?|通过){_THEIRS}(?:电商|平台|官方)?[^,。;!?\n]{{0,6}}?(?:认证|推荐|奖|背书)"
        ),
        _WHY,
        _ADVICE,
    ),
    Pattern(
        "false-endorsement",
        _CLAUSE,
        Severity.BLOCKS,
        hints("小二|内部|员工|工作人员|官方运营|平台运营"),
        re.compile(
            r"(?:快手|平台|官方)(?:官方)?(?:的)?(?:小二|内部人员|内部渠道|内部员工|员工|工作人员|运营)"
            r"[^,。;!?\n]{0,3}?(?:推荐|指定|对接|一对一|1对1|亲自|直招|力荐|扶持|带队|授课|坐镇)|(?:有|走"
            r"|通过)(?:快手|平台)?内部(?:渠道|关系|资源|人员)|内部(?:渠道|关系),?[^,。;!?\n]{0,4}?(?:快速|上热门"
            r"|报名|过审|直通)|快手(?:的)?内部(?:团队|渠道|资源|关系|研发|工具)"
        ),
        _WHY,
        _ADVICE,
    ),
    Pattern(
        "false-endorsement",
        _CLAUSE,
        Severity.BLOCKS,
        hints("kuaishou|official|by the platform|by platform"),
        re.compile(
            r"(?:certified|recommended|endorsed|approved|authori[sz]ed|backed)\sby\s(?:the\s)?(?:kuaishou|platform)"
            r"|official(?:ly)?\s(?:certified|recommended|endorsed|approved|authori[sz]ed|partner)"
            r"|kuaishou(?:'s)?\s(?:official\s)?(?:recommended|certified|partner|endorsed|preferred)"
            r"|official\skuaishou\s(?:app|tool|product|partner|software|plugin|version)"
            r"|kuaishou(?:'s)?\sofficial\s(?:app|tool|product|partner|software|plugin|version)"
        ),
        _WHY,
        _ADVICE,
    ),
    Pattern(
        "official-campaign",
        _CLAUSE,
        Severity.WARNS,
        hints("616|116|818|双11|双十一|双12|双十二|年货节|官方活动|官方大促|官方会场|超级品牌日"),
        re.compile(
            r"(?:20\d{2}\s?年?\s?)(?:快手)?(?:616|116|818|双\s?(?:11|12|十一|十二)|年货节|超级品牌日)"
            r"|(?:快手)?(?:616|116|818|双\s?(?:11|12|十一|十二)|年货节|超级品牌日|官方活动|官方大促)(?:官方|主)?"
            r"(?:会场|指定|合作|推荐|主推|直通|绿色通道|报名入口|专用)"
            r"|官方(?:活动|大促|会场)(?:报名)?(?:直通|绿色通道|包过|名额|内推)"
        ),
        Said("使用了官方活动名义。", "It uses the name of a campaign of the platform's."),
        Said(
            "确认活动仍然有效且获准使用其名称，否则删除。",
            "Make sure that it still runs and may be named, or remove it.",
        ),
    ),
    Pattern(
        "false-endorsement",
        _CLAUSE,
        Severity.WARNS,
        hints("央视|cctv|人民日报|新华社|工信部|国家|政府|公安部|商务部|网信办|明星|代言|专利"),
        re.compile(
            r"(?:央视|cctv|人民日报|新华社|工信部|国家机关|政府|公安部|商务部|网信办|国家)(?:[^,。;!?\n的]{0,3})"
            r"(?:推荐|认证|指定|背书|上榜|报道|力荐|合作品牌)|(?:明星|名人|网红|专家)(?:代言|推荐|背书|力荐)"
            r"|(?:国家|发明)专利(?:认证|保护技术|技术)"
        ),
        Said("声称的背书须有证明。", "An endorsement needs proof."),
        Said("提供证明材料，或删除该表述。", "Hand in proof, or remove it."),
    ),
)
