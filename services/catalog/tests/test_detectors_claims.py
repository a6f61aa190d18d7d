"""What a listing says of itself: praise that is paid for, borrowed names, promises, logins, harassment, advertising."""

import pytest

from services.catalog.domain.screening.finding import Severity
from services.catalog.tests.detecting import found_in, told

CLAUSES = {
    "rebate-for-praise": {"4.4.5"},
    "false-endorsement": {"6.1.2(1)"},
    "official-campaign": {"6.1.2(1)"},
    "overpromise": {"6.1.2(1)"},
    "own-login": {"4.4.2"},
    "outside-platform": {"6.1.6(4)"},
    "harassment": {"4.4.3"},
    "foreign-advertisement": {"6.1.3(5)"},
    "unrelated-function": {"6.1.3(3)"},
}
FOUND = {
    "rebate-for-praise": [
        "好评返现3元", "五星好评送红包", "晒图返5元", "晒单有奖", "好评有礼", "返现换好评", "红包要好评",
        "好评卡设计", "自动发送好评返利信息",
        "支持刷单", "刷好评服务", "刷销量", "代写好评", "帮您删差评", "快速改差评", "评价有礼", "追评送券",
        "五星奖励设置", "带图评价返红包",
        "cashback for positive reviews", "gift for 5-star reviews", "five-star review rewards",
        "we write fake reviews", "order brushing",
    ],
    "false-endorsement": [
        "快手官方认证", "快手官方推荐工具", "官方指定软件", "官方合作伙伴", "快手官方版", "快手官方出品",
        "快手战略合作", "获得快手推荐", "平台金牌服务商",
        "快手认证服务商", "小店官方团队", "快手小二推荐", "官方运营一对一指导", "有内部渠道", "平台工作人员对接",
        "央视推荐品牌", "明星代言", "人民日报报道",
        "certified by Kuaishou", "officially recommended", "Kuaishou's official partner",
        "the official Kuaishou app", "recommended by the platform",
    ],
    "official-campaign": ["2023年快手616大促", "双11主会场直通", "官方活动报名直通", "快手年货节指定", "616专用"],
    "overpromise": [
        "保证爆单", "承诺三天出单", "包上热门", "包你爆单", "必爆款", "百分百有效", "稳赚不赔", "零风险",
        "销量翻倍", "流量暴涨", "转化率提升300%",
        "GMV增长5倍", "一夜爆单", "立竿见影", "轻松月入", "7天见效", "无效退款", "确保上热门", "业绩翻番",
        "guaranteed sales", "results guaranteed", "double your orders", "risk-free", "100% success",
    ],
    "own-login": [
        "手机号注册", "微信登录", "使用账号密码登录", "需先注册账号", "请注册一个账号", "登录我们的平台",
        "注册我司账号", "自有账号体系", "独立的登录系统",
        "登录官网", "邮箱注册", "首次使用需注册会员", "登陆网页版", "qq一键登录", "自建会员系统", "登录独立站使用",
        "sign up on our website", "register with your email", "create an account on our site",
        "comes with its own login", "log in at our portal",
    ],
    "outside-platform": [
        "请前往官网使用", "到淘宝店铺下单", "打开公众号操作", "去拼多多搜索同款购买", "关注我们的公众号",
        "在抖音开通", "访问网站购买", "小红书搜索快打单",
        "下载我们的客户端", "下载并安装软件", "在1688订购", "visit our website", "order from our own website",
        "download our app",
    ],
    "harassment": [
        "短信轰炸", "呼死你", "强制弹窗", "强制关注", "流量劫持", "自动加好友", "爆粉神器", "恶意差评同行",
        "直播间截流", "群发私信", "批量私信", "自动关注",
        "弹幕刷屏", "弹窗广告", "采集用户手机号", "关不掉的广告", "循环发私信", "mass messaging", "SMS bombing",
        "forced pop-ups", "robocalls",
    ],
    "foreign-advertisement": [
        "诚招代理", "招募城市合伙人", "全国招加盟商", "兼职日结", "高薪诚聘", "小额贷款", "贷款秒批", "信用卡套现",
        "日入500", "月入过万", "躺赚", "广告位招租",
        "承接网站建设", "代开发票", "股票推荐", "商务合作请留言", "加盟热线", "减肥产品", "we are hiring",
        "become our reseller", "payday loans",
        "earn $500 per day", "online casino",
    ],
    "unrelated-function": [
        "天气预报", "星座运势", "在线算命", "免费小说", "同城交友", "订外卖", "机票预订", "股票行情", "翻墙",
        "追剧", "塔罗", "棋牌",
        "weather forecasts", "horoscopes", "flight booking", "crypto mining", "watch movies", "dating app",
    ],
}  # fmt: skip
HARMLESS = [
    "好评率统计与差评预警", "邀请买家客观评价", "识别好评返现卡片", "禁止好评返现", "不支持刷单", "防刷单检测",
    "分销返利计算", "收藏有礼", "红包营销活动",
    "评价管理与回复", "五星级酒店类目", "差评原因分析", "刷单风险识别", "拒绝刷评",
    "never offers cashback for positive reviews",
    "基于快手官方开放平台接口", "快手授权后即可使用", "使用快手官方API", "详见官方文档", "遵守官方规则",
    "快手小店授权登录", "平台推荐流量分析", "推荐位管理",
    "联系官方客服", "授权流程由平台提供", "uses the official Kuaishou API", "双11订单高峰不卡顿", "大促期间订单激增",
    "保证数据安全", "确保订单不漏发", "提升打单效率", "爆单也能从容处理", "爆单时自动扩容", "不保证出单",
    "不承诺销量翻倍", "包裹称重", "必填项检查", "保证金提醒",
    "成交数据看板", "包装材料管理", "翻倍券核销", "专属会员权益", "独立账号权限分配", "提升发货效率30%",
    "增加20%库存", "转化率分析", "we cannot guarantee sales", "满200元包邮", "红包成功发放记录",
    "无需注册", "使用快手账号登录", "登录日志查询", "登录失败提醒", "商标注册进度", "免登录查看",
    "会员注册数据统计", "授权登录快手小店后台", "商家注册地址",
    "同步淘宝、拼多多、抖店订单", "多平台订单统一管理", "官网装修模板", "小程序订单导入", "下载报表",
    "下载电子面单", "公众号素材管理", "download reports",
    "短信通知发货", "分批群发货单", "弹窗提醒新订单", "拦截恶意点击", "防骚扰设置", "讲解弹窗卡片", "自动评论回复",
    "屏蔽弹窗广告", "关注列表导出",
    "批量发货", "自动回复", "blocks spam", "spam filter",
    "代理商管理", "广告投放效果分析", "招聘助手不在内", "保险费用对账", "兼职主播排班", "供应商贷款余额字段",
    "加盟店订单归集", "合作商户对账", "加盟商管理",
    "直播间背景音乐", "游戏类目商品", "酒店用品订单", "小说类图书发货", "电影周边商品", "天气延误物流提醒",
    "外卖包装袋",
]  # fmt: skip


@pytest.mark.parametrize(("detector", "text"), [(name, text) for name, texts in FOUND.items() for text in texts])
def test_it_is_found_with_its_clause(detector, text):
    found = [f for f in found_in(f"，{text}。") if f.detector == detector]
    assert found, told(f"，{text}。")
    assert {f.clause for f in found} <= CLAUSES[detector]
    assert all(f.matched and f.matched in text and f.why.zh and f.why.en and f.advice.zh and f.advice.en for f in found)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_sounds_like_it_is_left_alone(text):
    assert told(f"，{text}。") == []


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("好评返现", Severity.BLOCKS),
        ("快手官方认证", Severity.BLOCKS),
        ("短信轰炸", Severity.BLOCKS),
        ("前往官网使用", Severity.BLOCKS),
        ("保证爆单", Severity.WARNS),
        ("诚招代理", Severity.WARNS),
        ("双11主会场直通", Severity.WARNS),
        ("天气预报", Severity.ADVISES),
    ],
)
def test_what_is_plain_blocks_and_what_needs_judgement_goes_to_people(text, severity):
    assert {f.severity for f in found_in(f"，{text}。")} == {severity}


def test_a_phrase_that_is_hidden_by_width_script_or_tags_is_found():
    assert [d for d, _ in told("，好評返現。")] == ["rebate-for-praise"]
    assert [d for d, _ in told("<p>好<b>评</b>返现</p>")] == ["rebate-for-praise"]
    assert [d for d, _ in told("，Ｇuaranteed ＳＡＬＥＳ.")] == ["overpromise"]
