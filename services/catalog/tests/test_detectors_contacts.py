"""Ways out of the market: what must be found however it is written, and what only looks like it."""

import pytest

from services.catalog.domain.screening.finding import Severity
from services.catalog.tests.builders import a_content
from services.catalog.tests.detecting import findings_of, found_in, told

PHONES = [
    ("请拨13812345678", "13812345678"),
    ("电话138-1234-5678", "138-1234-5678"),
    ("手机 138 1234 5678 找小王", "138 1234 5678"),
    ("138.1234.5678", "138.1234.5678"),
    ("１３８１２３４５６７８", "１３８１２３４５６７８"),
    ("13\u200b812345678", "13\u200b812345678"),
    ("+86 13812345678", "+86 13812345678"),
    ("+8613812345678", "+8613812345678"),
    ("0086-138-1234-5678", "0086-138-1234-5678"),
    ("1 3 8 1 2 3 4 5 6 7 8", "1 3 8 1 2 3 4 5 6 7 8"),
    ("1-3-8-1-2-3-4-5-6-7-8", "1-3-8-1-2-3-4-5-6-7-8"),
    ("一三八零零一三八零零零", "一三八零零一三八零零零"),
    ("幺三八一二三四五六七八", "幺三八一二三四五六七八"),
    ("壹叁捌壹贰叁肆伍陆柒捌", "壹叁捌壹贰叁肆伍陆柒捌"),
    ("138一二三四5678", "138一二三四5678"),
    ("统一13812345678服务", "13812345678"),
    ("①③⑧①②③④⑤⑥⑦⑧", "①③⑧①②③④⑤⑥⑦⑧"),
    ("1️⃣3️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣", "1️⃣3️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8"),
    ("❶❸❽❶❷❸❹❺❻❼❽", "❶❸❽❶❷❸❹❺❻❼❽"),
    ("致电 13-81-23-45-67-8", "13-81-23-45-67-8"),
    ("座机0571-88888888", "0571-88888888"),
    ("座机(0571)8888 8888", "(0571)8888 8888"),
    ("热线400-800-1234", "400-800-1234"),
    ("热线4008001234", "4008001234"),
    ("call +1 415 555 2671", "+1 415 555 2671"),
    ("香港 +852 9123 4567", None),
]


@pytest.mark.parametrize(("text", "matched"), PHONES)
def test_a_number_that_can_be_called_is_found_in_every_writing(text, matched):
    found = [where for detector, where in told(text) if detector == "contact-phone"]
    assert found == [matched or found[0]]


PEOPLE = [
    ("contact-wechat", "微信号：abc_12345"),
    ("contact-wechat", "微信：kuaidayin"),
    ("contact-wechat", "薇信 kdy88888"),
    ("contact-wechat", "V信: kuaidayin"),
    ("contact-wechat", "vx abc12345"),
    ("contact-wechat", "VX：kuaidayin"),
    ("contact-wechat", "wx88886666"),
    ("contact-wechat", "weixin: kuai_dan"),
    ("contact-wechat", "WeChat ID: kuai_dan"),
    ("contact-wechat", "加V咨询"),
    ("contact-wechat", "加薇 kdy88888"),
    ("contact-wechat", "+V：kdy_8888"),
    ("contact-wechat", "加微领取资料"),
    ("contact-wechat", "微信同号"),
    ("contact-wechat", "手机同微信"),
    ("contact-wechat", "添加客服微信"),
    ("contact-wechat", "联系我们的微信"),
    ("contact-wechat", "扫码进群"),
    ("contact-wechat", "绿泡泡：kuaidan88"),
    ("contact-wechat", "微 信：abc12345"),
    ("contact-wechat", "微-信号 a b c 1 2 3 4 5"),
    ("contact-wechat", "v.x：abc12345"),
    ("contact-wechat", "v×：abc12345"),
    ("contact-wechat", "🆅🆇：abc12345"),
    ("contact-wechat", "🇻🇽：abc12345"),
    ("contact-wechat", "w e c h a t: abc12345"),
    ("contact-wechat", "微：abc12345"),
    ("contact-wechat", "加一下老板的微信"),
    ("contact-wechat", "加个微信"),
    ("contact-wechat", "➕微信"),
    ("contact-qq", "扣 扣 123456789"),
    ("contact-qq", "Q：123456789"),
    ("contact-messenger", "TG @kuaidan"),
    ("contact-phone", "l38l2345678"),
    ("contact-qq", "QQ：123456789"),
    ("contact-qq", "扣扣群 12345678"),
    ("contact-qq", "Q群：12345678"),
    ("contact-qq", "加Q 12345678"),
    ("contact-qq", "q q 123 456 789"),
    ("contact-qq", "企鹅号12345678"),
    ("contact-messenger", "Telegram: @kuaidan"),
    ("contact-messenger", "钉钉群号：12345678"),
    ("contact-messenger", "WhatsApp us"),
    ("contact-email", "sales@example.com"),
    ("contact-email", "sales @ example . com"),
    ("contact-email", "sales(at)example.com"),
    ("contact-email", "sales [at] example [dot] com"),
    ("contact-email", "sales at example dot com"),
    ("contact-email", "sales艾特example点com"),
    ("contact-email", "12345678@qq.com"),
    ("contact-email", "ｓａｌｅｓ＠example．com"),
]


@pytest.mark.parametrize(("detector", "text"), PEOPLE)
def test_people_cannot_be_reached_by_any_messenger(detector, text):
    assert [found for found, _ in told(f"，{text}，")] == [detector]


ADDRESSES = [
    "https://shop.example.com/a?b=1",
    "www.example.cn",
    "example.com",
    "kuaidan.top/abc",
    "t.cn/A6abc",
    "m.tb.cn/h.5abc",
    "HTTPS：//EXAMPLE.COM",
    "taobao://item/1",
    "http://1.2.3.4/a",
    "1.2.3.4:8080",
    "taobao点com",
    "淘宝点com",
    "taobao dot com",
    "taobao[.]com",
    "taobao。com",
    "taobao . com",
    "淘宝.com",
    "快单.中国",
    "xn--fiqs8s.cn",
    "https://evilkuaishou.com/x",
    "https://kuaishou.com.evil.cn",
    "https://kuaishou.com@evil.cn/",
    "https://evil.cn\\.kuaishou.com",
    "https://open.kuaishou.com/go?to=https://evil.cn",
    "kuaish\u043eu.com",
    "¥AbC1234567¥",
    "复制这段话打开淘宝",
]


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_off_the_platform_is_found_in_every_writing(text):
    [finding] = found_in(f"，见{text}")
    assert finding.detector == ("contact-email" if "@" in text else "foreign-address")


PAYMENTS = [
    "银行卡号：6222 0212 3456 7890 123",
    "收款账户 6222021234567890123",
    "6222 0212 3456 7890",
    "站外下单更便宜",
    "可以私下直接付款",
    "绕过平台续费",
    "平台外购买",
    "打款到我司",
    "转账给如下",
    "个人收款",
    "USDT支付",
    "pay us via PayPal",
    "PayPal: sales_kuai",
    "you may order directly outside the platform",
    "pay off-platform",
]


@pytest.mark.parametrize("text", PAYMENTS)
def test_ways_to_pay_outside_are_found(text):
    found = found_in(f"，{text}，")
    assert {(f.detector, f.clause, f.severity) for f in found} == {("off-platform-payment", "6.4", Severity.BLOCKS)}


HARMLESS = [
    "接口示例含 node.js 与 ASP.NET",
    "支持快手+微信小程序+抖音多渠道订单",
    "尺寸：W×H：800x600",
    "the new v. x12345 driver",
    "二维码添加到包裹面单",
    "检测“加微信”“线下付款”等话术",
    "订单号 20261102138123456789",
    "运单号6212345678901234567",
    "时间戳 1700000000000",
    "支持13、14、15、16、17、18位单号",
    "2026-11-02 12:30:45",
    "价格区间 1,380,013,800 元",
    "版本 1.2.3，准确率 99.9%",
    "版本 1.2.3.4 起",
    "一二三线城市",
    "三五七八月促销",
    "支持微信支付与支付宝",
    "添加微信支付方式",
    "微信小程序订单同步",
    "a WeChat integration",
    "QQ浏览器10以上",
    "兼容QQ浏览器与Chrome",
    "主播加V认证提醒",
    "增加微调参数",
    "每加微克计量",
    "vx2.0 接口",
    "扫码枪录入",
    "扫码登记入库",
    "详见 https://open.kuaishou.com/docs",
    "详见 kwaixiaodian.com",
    "e.g. orders, i.e. parcels",
    "node.js 与 vue.js",
    "available at any time, dot matrix printers too",
    "提供API。Com口打印机可用",
    "时间精确到0.5秒，误差1.5%",
    "快照点对点传输",
    "导出.com域名列表",
    "线下付款订单的登记与对账",
    "私下沟通记录不在范围内",
    "禁止站外下单",
    "银行转账记录对账",
    "退款金额原路退回买家账户",
    "对公账户余额提醒",
    "支付宝账单对账",
    "¥99 每月",
    "售价¥1980，原价¥2980",
    "打印机型号 HP1020、LQ-630K",
    "400个模板可选",
    "10:30-18:00 在线",
    "13800件商品同时上架",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_a_way_out_is_left_alone(text):
    assert told(f"，{text}。") == []


def test_a_link_of_the_rich_text_is_found_by_where_it_leads():
    details = '<p>功能说明</p><p><a href="https://evil.example.com/a">这里</a></p><a href="https://open.kuaishou.com">文档</a>'
    [finding] = [f for f in findings_of(a_content(details=details)) if f.detector == "foreign-address"]
    assert details[finding.start : finding.end] == "https://evil.example.com/a"


def test_a_contact_split_by_tags_is_found_where_it_stands():
    details = "<p>电话<b>138</b>1234<i>5678</i></p>"
    [finding] = [f for f in findings_of(a_content(details=details)) if f.detector == "contact-phone"]
    assert details[finding.start : finding.end].startswith("138</b>1234<i>5678")


@pytest.mark.parametrize("url", ["https://qm.qq.com/q/abc", "https://wa.me/123", "https://shop1.taobao.com/"])
def test_a_help_page_is_no_chat_and_no_other_shop(url):
    [finding] = findings_of(a_content(support_url=url))
    assert (finding.detector, finding.field, finding.matched) == ("foreign-address", "support_url", url)


def test_a_mail_address_is_one_finding():
    assert [detector for detector, _ in told("a@www.example.com")] == ["contact-email"]
