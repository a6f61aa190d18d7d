"""What is typed finds what was written, in Chinese and English, and nothing typed breaks the question."""

import random

import pytest

from services.catalog.domain.lexemes import All, Either, Lexeme, Shares
from services.catalog.domain.search import lexemes, wanted


def test_the_signs_that_html_writes_as_names_are_no_words():
    assert not {"wamp", "wnbsp"} & set(kept("x", details="<p>a &amp; b&nbsp;c</p>"))


def kept(name, *lead, details=""):
    return lexemes(name, lead, details)


async def fits(db, typed, *texts):
    """The kind of match of each text: 4 whole name, 3 in the name, 2 leading, 1 anywhere, -1 near, 0 none."""
    asked = wanted(typed)
    if asked is None:
        return [0] * len(texts)
    kinds = [(len(asked.tiers) - at, tier.text()) for at, tier in enumerate(asked.tiers)]
    kinds += [(-1, asked.near.text())] if asked.near else []
    async with db.transaction() as tx:
        found = []
        for text in texts:
            matches = [
                kind
                for kind, query in kinds
                if await tx.driver.fetchval("SELECT array_to_tsvector($1::text[]) @@ $2::text::tsquery", text, query)
            ]
            found.append(matches[0] if matches else 0)
        return found


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("快打单", 4),
        ("快打单 Pro", 0),
        ("快打", 3),
        ("打单", 3),
        ("快", 3),
        ("訂單", 2),
        ("批量", 2),
        ("物流异常", 1),
        ("物流 批量", 1),
        ("printing", 1),
        ("PRINTING", 1),
        ("ｐｒｉｎｔｉｎｇ", 1),
        ("prin", 1),
        ("快打箪", -1),
        ("快单", -1),
        ("快大打单", -1),
        ("快递费用", 0),
        ("无关", 0),
    ],
)
async def test_each_kind_of_match_is_told_from_the_others(db, typed, kind):
    text = kept("快打单", "批量打印快递单，自动合并订单", details="<p>物流异常及时提醒<b>printing</b></p>")
    assert await fits(db, typed, text) == [kind]


async def test_the_whole_name_stands_before_a_name_that_goes_on(db):
    assert await fits(db, "Label Printer", kept("Label Printer"), kept("Label Printer Pro"), kept("Printer")) == [
        4,
        3,
        0,
    ]


async def test_markup_is_no_text(db):
    text = kept("甲", details='<a href="https://example.com/strong" title="x">物流</a><strong>订单</strong>')
    assert await fits(db, "strong", text) == [0]
    assert await fits(db, "订单", text) == [1]


async def test_a_name_with_any_one_slip_is_near(db):
    rng = random.Random(1)
    for name, others in (("labelprinter", "qxzj"), ("智能订单管家", "龙凤")):
        slips = [name[:at] + name[at + 1 :] for at in range(1, len(name) - 1)]
        slips += [name[:at] + rng.choice(others) + name[at + 1 :] for at in range(1, len(name) - 1)]
        slips += [name[:at] + rng.choice(others) + name[at:] for at in range(1, len(name))]
        text = kept(name)
        wrong = [slip for slip in slips if await fits(db, slip, text) not in ([-1], [3])]
        assert wrong == []


async def test_nothing_that_is_typed_breaks_the_question(db):
    quoting = ["'", "\\", "a'b", "!& | ( :*", "'; DROP TABLE offer; --", "10:*"]
    unusual = ["\u200b", "\x01", "🙂", "𠮷野家", "e\u0301té", "İ", "ﬁ ½", "a" * 100, "订" * 100]
    for typed in quoting + unusual:
        await fits(db, typed, kept(typed))


def test_what_cannot_be_looked_for_asks_nothing():
    assert wanted("") is None
    assert wanted("%_!?") is None


def test_a_long_text_stays_within_bounds():
    many = " ".join(f"word{number}" for number in range(10_000))
    assert len(kept("名", details=many)) < 5_000
    asked = wanted(many)
    assert asked is not None
    assert len(asked.tiers[0].text()) < 500


def test_shares_are_taken_as_by_chance():
    shares = Shares({"wred": 0.5, "wreed": 0.25, "wblue": 0.1})
    assert Lexeme("wred").share(shares) == 0.5
    assert Lexeme("wre", begins=True).share(shares) == 0.75
    assert Lexeme("wnever").share(shares) == 0
    assert All((Lexeme("wred"), Lexeme("wblue"))).share(shares) == pytest.approx(0.05)
    assert Either((Lexeme("wred"), Lexeme("wre", begins=True))).share(shares) == 1
