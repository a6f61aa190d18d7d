"""Keywords that are heaped up, and words that a text about its subject simply needs."""

import pytest

from services.catalog.domain.screening.finding import Severity
from services.catalog.tests.builders import CLEAN
from services.catalog.tests.detecting import found_in, told

HEAPS = [
    ("name", "打单打单打单"),
    ("name", "打单 发货 物流 快递 批量 ERP"),
    ("name", "打单/发货/物流/快递/面单"),
    ("name", "快手打单快手发货快手物流"),
    ("summary", "打单软件打单软件打单软件"),
    ("summary", "快递单打印、快递单软件、打印快递单、快递单工具、快递单助手、打印软件"),
    ("details", "打单 打单 打单 打单"),
    ("details", "快手打单、快手打单软件、快手打单工具、快手批量打单、快手打单发货、快手打单助手"),
    ("details", "打单软件，打单工具，打单助手，打单神器，打单软件，打单工具，打单助手"),
    ("details", "关键词：打单 发货 快递 面单 物流 ERP"),
    ("details", "关键字:打单、发货、快递、面单、"),
    ("details", "热搜词：打单,发货,快递,面单,"),
    ("details", "打单打单真打单，要打单就打单，打单找打单，打单快打单"),
    ("details", "订单打印订单打印订单打印"),
    ("details", "快手店铺 快手店铺 快手店铺"),
    ("details", "优惠券，优惠券，优惠券，优惠券"),
    ("details", "order printing order printing order printing"),
    ("details", "keywords: order, shipping, waybill, label, print,"),
    ("details", "tags: order shipping waybill label"),
    ("details", "shipping shipping shipping"),
    ("name", " print print print"),
]
NATURAL = [
    ("name", "打单发货助手"),
    ("name", "快递单·发货单批量打印"),
    ("name", "订单合并与订单拆分"),
    ("name", " Order Printing and Shipping for Small Shops"),
    ("summary", "订单导入、合并、拆分、导出。"),
    ("details", "支持中通、圆通、申通、韵达、顺丰、邮政、京东、德邦、极兔、百世等快递。"),
    ("details", "订单导入、订单合并、订单拆分、订单导出、订单备注、订单打印、订单筛选。"),
    ("details", "支持商品管理、库存管理、采购管理、仓库管理、财务管理、客户管理。"),
    ("details", "第一步导入订单，第二步选择快递，第三步打印面单，第四步扫描发货。"),
    ("details", "订单进来后自动合并订单，异常订单提醒，导出订单可按店铺筛选，打印后的订单自动标记。"),
    ("details", "打印快递单时可选模板；打印发货单时可加备注；打印完成后自动回传运单号。"),
    ("details", "红色、蓝色、绿色、黄色、黑色、白色标签可选。"),
    ("details", "周一、周二、周三、周四、周五、周六、周日均可排班。"),
    ("details", "商品标题检查，商品主图检查，商品类目检查，商品价格检查。"),
    ("details", "非常非常快。"),
    ("details", "一件一件核对，一步一步引导。"),
    ("details", "客服：快捷回复；售后：工单；数据：报表。"),
    ("details", "标签：打印机尺寸可选。"),
    ("details", "可以设置店铺标签、客户标签和订单标签。"),
    ("details", "The order list shows every order; an order can be merged with another order of the same buyer."),
    ("details", "Print waybills, print packing slips, and print labels."),
    ("details", "库存不足提醒。库存同步。库存盘点。"),
]


@pytest.mark.parametrize(("field", "text"), HEAPS)
def test_a_heap_of_keywords_goes_to_the_reviewer(field, text):
    found = [f for f in found_in(text, field) if f.detector == "keyword-stuffing"]
    assert found
    assert {(f.clause, f.severity, f.field) for f in found} == {("6.1.3(4)", Severity.WARNS, field)}


@pytest.mark.parametrize(("field", "text"), NATURAL)
def test_words_that_the_subject_needs_are_no_heap(field, text):
    assert [what for what in told(text, field) if what[0] == "keyword-stuffing"] == []


def test_a_long_text_about_orders_is_no_heap():
    text = (
        CLEAN.details
        + "按店铺查看订单，订单状态实时更新，支持备注、筛选与导出。遇到退款的订单会暂停打印，处理完毕后继续。"
    ) * 5
    assert told(text) == []
