"""`screening`: whole screenings of product texts of 600 characters by every detector, with 20 000 words to look for.

The words are the market's own lexicons, filled up to 20 000 with made ones of two to six everyday characters. The texts
are made of sentences of product prose, as the kept HTML of a detail page, each another one; every third says something
that is forbidden, one in ten spells it out with separators. Each text is screened together with the name, the summary,
the functions and the plans of a listing; the clock runs over detectors alone, without a database. The reference is the
bare automaton over the same texts: one search for the same words, without normalising, spans, or any other detector. It
is the floor of what a screening by words can cost, not a rival; nobody else's library does the whole.
"""

import random
import resource
import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import process_time
from typing import Any

from ahocorasick_rs import AhoCorasick

from services.catalog import rules
from services.catalog.domain.content import Content
from services.catalog.domain.screening import Rules, screen
from services.catalog.domain.screening.finding import Severity
from services.catalog.domain.screening.lexicon import WORDS_MOST, Entry, Lexicon
from services.catalog.domain.screening.subject import Subject
from services.catalog.domain.screening.text import normalise
from shared.contracts.catalog import ListingKind, Plan
from shared.run import settle_memory

TEXTS, ROUNDS, LENGTH = 1_000, 5, 600
GOAL, MOST_MEMORY_MB = 2_000, 300
# The characters of everyday writing, as the first level of GB 2312 lists them.
_COMMON = bytes(byte for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF) for byte in (high, low)).decode(
    "gb2312", "ignore"
)
_SENTENCES = (
    "支持批量打印快递单与发货单，自动合并同一买家的订单。",
    "物流异常及时提醒，揽收超时、派件失败与退回件分别统计。",
    "安装授权后即可使用，并附有图文教程与视频讲解。",
    "子账号可以按角色分配权限，操作日志保留一百八十天。",
    "对接主流电子面单（顺丰、中通、圆通、韵达等），余额不足时自动提醒。",
    "库存低于安全值时发送通知，可设置多仓库与调拨规则。",
    "报表按日、周、月汇总销售额、退款率与客单价，支持导出 Excel。",
    "客服工作台汇总待回复消息，常用话术一键发送。",
    "直播间商品讲解时间自动记录，复盘时按时段查看成交。",
    "售后单按原因归类，超时前两小时提醒处理。",
    "The plug-in syncs orders every 5 minutes and retries when the API limit is reached.",
    "数据只保存在授权范围内，到期后三十天删除。",
    "选品榜单每日更新，可按类目、价格带与佣金比例筛选。",
    "价格修改前给出影响预览，支持定时生效与一键回滚。",
    "商品标题优化建议依据类目热词给出，由商家自行决定是否采用。",
)
_FORBIDDEN = (
    "全网第一的打单工具。",
    "好评返现五元。",
    "支持线下付款。",
    "效果最佳。",
    "联系电话13812345678。",
    "the best tool. ",
)
_SPELLED = ("加 微 信 咨询。", "加*微*信。", "全·网·第·一。")


def _texts(rng: random.Random) -> list[str]:
    return [_text(rng, number) for number in range(TEXTS)]


def _text(rng: random.Random, number: int) -> str:
    parts: list[str] = []
    while sum(map(len, parts)) < LENGTH:
        parts.append(rng.choice(_SENTENCES))
    if number % 3 == 0:
        parts.insert(rng.randrange(len(parts)), rng.choice(_FORBIDDEN))
    if number % 10 == 0:
        parts.insert(rng.randrange(len(parts)), rng.choice(_SPELLED))
    text = "".join(parts)[:LENGTH]
    cuts = sorted(rng.sample(range(50, LENGTH - 50), 3))
    blocks = (text[since:until] for since, until in zip([0, *cuts], [*cuts, LENGTH], strict=True))
    return "".join(f"<p>{block}</p>" for block in blocks)


def _content(text: str, number: int) -> Content:
    plans = (
        Plan(plan_id="monthly", title="月付版", period_days=30, price_fen=9_900),
        Plan(plan_id="yearly", title="年付版", period_days=365, price_fen=99_900),
    )
    return Content(
        category="order-processing",
        name=f"快打单{number}",
        summary="批量打印快递单，自动合并订单。",
        details=text,
        callback_url="https://app.example.com/callback",
        support_url="https://app.example.com/help",
        plans=plans,
        help_url="https://app.example.com/help",
        functions=("批量打印快递单", "订单合并"),
    )


def _lexicons(rng: random.Random) -> tuple[Lexicon, ...]:
    """Those of the market, the first of them filled up to the most there may be."""
    own = rules.lexicons()
    known = {normalise(entry.word).text for lexicon in own for entry in lexicon.entries}
    made: list[Entry] = []
    while len(made) + sum(len(lexicon.entries) for lexicon in own) < WORDS_MOST:
        word = "".join(rng.choice(_COMMON) for _ in range(rng.choice((2, 3, 3, 4, 4, 5, 6))))
        if normalise(word).text not in known:
            known.add(normalise(word).text)
            made.append(Entry(word, Severity.WARNS))
    return (replace(own[0], entries=(*own[0].entries, *made)), *own[1:])


def _rate(step: Callable[[Any], object], items: Sequence[Any]) -> float:
    """By the time that the core gave to this process, whoever else was given some."""
    began = process_time()
    for item in items:
        step(item)
    return len(items) / (process_time() - began)


def run() -> dict[str, Any]:
    rng = random.Random(5)
    lexicons = _lexicons(rng)
    known = Rules(lexicons, rules.allowed_hosts(), "bench")
    places = [place for place in rules.category_tree() if place.takes_listings]
    place = next(place for place in places if place.code == "order-processing")
    texts = _texts(rng)
    contents = [_content(text, number) for number, text in enumerate(texts)]
    bare = AhoCorasick([normalise(entry.word).text for lexicon in lexicons for entry in lexicon.entries])

    def whole(content: Content) -> object:
        return screen(Subject(content, ListingKind.APPLICATION, place, places), known)

    found = [len(screen(Subject(c, ListingKind.APPLICATION, place, places), known)) for c in contents]
    settle_memory()
    rates = [_rate(whole, contents) for _ in range(ROUNDS)]
    floors = [_rate(bare.find_matches_as_indexes, texts) for _ in range(ROUNDS)]
    value, reference = statistics.median(rates), statistics.median(floors)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "name": "screening",
        "value": round(value),
        "unit": "texts per core second",
        "reference": "ahocorasick_rs alone over the same texts: the floor",
        "reference_value": round(reference),
        "ratio": round(value / reference, 4),
        "goal": f">= {GOAL}",
        "pass": value >= GOAL and memory <= MOST_MEMORY_MB,
        "memory_mb": round(memory),
        "conditions": f"{TEXTS} texts of {LENGTH} characters in four paragraphs, {WORDS_MOST} words, all detectors, "
        f"{statistics.mean(found):.1f} findings each; median of {ROUNDS} rounds; without a database; "
        f"the process had at most {memory:.0f} MB",
    }
