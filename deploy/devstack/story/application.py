"""What the enterprises of stories write about their applications: each in its own words, and with its own logo."""

from io import BytesIO
from random import Random
from typing import Any

from PIL import Image, ImageDraw

from deploy.devstack.story.admission import CATEGORY
from deploy.devstack.story.enterprise import Enterprise

YEARLY = {"plan_id": "yearly", "title": "年付版", "period_days": 365, "price_fen": 99900}

# Two enterprises that said the same would be taken for one that copied the other.
_FUNCTIONS = (
    ("多店铺订单汇总", "把各个店铺的订单汇总到一张表里，按状态、仓库与买家备注筛选，合并同一收件地址的包裹"),
    ("库存同步", "任何一处卖出或退回，其余店铺的可售数量随之更新，预留与在途分开显示"),
    ("采购入库", "按安全库存给出采购建议，到货扫码入库，差异当场登记并通知采购人员"),
    ("仓储盘点", "支持分区轮盘与手持设备盘点，盘盈盘亏自动生成调整单，由主管复核后生效"),
    ("财务对账", "逐单核对平台结算与实际收款，佣金、运费和退款分列，月底一键导出凭证"),
    ("批次与保质期", "食品与美妆按批次管理，临期商品提前提醒，出库时先进先出"),
    ("岗位权限", "客服、仓管与财务各看各的数据，重要操作需要第二个人确认，全程留有日志"),
    ("物流异常提醒", "揽收超时、中转停滞与拒收的包裹单独列出，附处理建议和催件记录"),
    ("组合商品", "套装拆成单品扣减库存，赠品随主品出库，成本按比例分摊"),
    ("供应商管理", "记录每家供应商的报价、交期与质检结果，比较之后再下单"),
    ("退货质检", "退回的商品先质检再决定上架、维修或报损，每一步都有照片为证"),
    ("经营报表", "按店铺、商品与日期查看销售、毛利和周转天数，数据每日凌晨更新"),
    ("调拨管理", "各仓之间的调拨先申请后发出，途中数量单独计数，收货有差异时双方确认"),
    ("成本核算", "移动加权与分批计价任选其一，运费和加工费可以摊入，关账之后不再变动"),
    ("序列号追踪", "贵重商品逐件登记序列号，从采购到售后的每一次经手都能查到"),
    ("智能补货", "参考近期销量、季节与到货天数算出建议数量，由采购人员修改之后生成单据"),
    ("加工组装", "物料清单支持多层，领料、完工与报废分别入账，短缺的物料提前列出"),
    ("应收应付", "客户欠款与供应商货款按账期排列，到期之前提醒，核销之后自动平账"),
)
_LETTERS = "BCDFGHJKLMNPRST"
_CELLS, _CELL, _MARGIN = 8, 27, 20


def written_application(enterprise: Enterprise, callback_url: str) -> dict[str, Any]:
    """Everything but the logo, which has to be uploaded first."""
    random = Random(enterprise.mark)
    chosen = random.sample(_FUNCTIONS, 5)
    names = [name for name, _ in chosen]
    modules = "".join(f"<li>{''.join(random.choices(_LETTERS, k=8))}</li>" for _ in range(15))
    described = "".join(f"<h3>{name}</h3><p>{said}。</p>" for name, said in chosen)
    return {
        "kind": "application",
        "category": CATEGORY,
        "name": f"晴川进销存{enterprise.mark}",
        "summary": f"面向多店铺商家的进销存管理，{'、'.join(names[:3])}在同一处完成。",
        "details": f"<h2>功能介绍</h2>{described}<h2>使用说明</h2><ol><li>订购后按提示完成授权。</li>"
        f"<li>为员工分配岗位，再录入期初库存。</li></ol><h2>模块清单</h2><ul>{modules}</ul>",
        "callback_url": callback_url,
        "support_url": f"https://www.{enterprise.domain}/support",
        "help_url": f"https://www.{enterprise.domain}/help",
        "plans": [YEARLY],
        "functions": names,
        "scopes": ["order.read", "item.read", "stock.write"],
    }


def drawn_logo(mark: str) -> bytes:
    """A pattern in a colour of its own, as PNG."""
    random = Random(mark)
    colour = tuple(random.randrange(48, 200) for _ in range(3))
    size = 2 * _MARGIN + _CELLS * _CELL
    picture = Image.new("RGB", (size, size), "white")
    drawing = ImageDraw.Draw(picture)
    for cell in random.sample(range(_CELLS * _CELLS), _CELLS * _CELLS // 2):
        left, top = (_MARGIN + place * _CELL for place in divmod(cell, _CELLS))
        drawing.rectangle((left, top, left + _CELL - 1, top + _CELL - 1), fill=colour)
    written = BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()
