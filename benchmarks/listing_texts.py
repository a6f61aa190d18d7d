"""A generated market of listing texts in which it is known which text was copied from which.

Chinese texts are made of words of two or three characters, English ones of one to three syllables, both chosen by
Zipf's law: half of the words belong to the category, half to the whole market. Between a fifth and seven tenths of
a text's sentences are templates that thousands of listings share: those of its category (required blocks, how to
install) and those of the market (support, refunds). A seventh of the texts are English.

A copy has each character of its original edited with the stated probability: a third of the edits replace it by another
one of the same script, a third insert one beside it, a third delete it; they fall anywhere, in templates too. It
gets a name of its own.
"""

import random
from dataclasses import dataclass
from itertools import accumulate

CATEGORIES = 12
_HAN = [chr(code) for code in range(0x4E00, 0x4E00 + 2_400)]
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_SYLLABLES = [a + b + c for a in ("", *"bcdfglmnprst", "st", "pr", "ch") for b in "aeio" for c in ("", "n", "r", "ct")]


@dataclass(frozen=True, slots=True)
class Text:
    """`original` numbers the text that it is, or is a copy of."""

    original: int
    category: int
    name: str
    summary: str
    details: str


class _Words:
    """Words of one language, the frequent ones first."""

    def __init__(self, rng: random.Random, count: int, *, english: bool) -> None:
        self.english = english
        self.words = [self._word(rng) for _ in range(count)]
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(count)))

    def _word(self, rng: random.Random) -> str:
        if self.english:
            return "".join(rng.choices(_SYLLABLES, k=rng.choice((1, 1, 2, 2, 3))))
        return "".join(rng.choices(_HAN, k=rng.choice((2, 2, 2, 3))))

    def some(self, rng: random.Random, count: int) -> list[str]:
        return rng.choices(self.words, cum_weights=self._weights, k=count)


class Market:
    """Draws listings; the same seed draws the same ones."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self._drawn = 0
        self._words, self._topics, self._templates = {}, {}, {}
        for english in (False, True):
            self._words[english] = _Words(self.rng, 3_000, english=english)
            everywhere = [self._sentence(english, None) for _ in range(15)]
            for category in range(CATEGORIES):
                self._topics[english, category] = _Words(self.rng, 300, english=english)
                own = [self._sentence(english, category) for _ in range(15)]
                self._templates[english, category] = everywhere + own

    def listing(self) -> Text:
        """One that copies nobody."""
        self._drawn += 1
        rng = self.rng
        english, category = rng.random() < 1 / 7, rng.randrange(CATEGORIES)
        size, shared = rng.randint(150, 900) * (2 if english else 1), rng.uniform(0.2, 0.7)
        sentences: list[str] = []
        while sum(map(len, sentences)) < size:
            template = rng.random() < shared
            sentences.append(
                rng.choice(self._templates[english, category]) if template else self._sentence(english, category)
            )
        summary = self._sentence(english, category)
        return Text(self._drawn, category, self._name(english, category), summary, "".join(sentences))

    def copy(self, text: Text, edited: float) -> Text:
        name = self._name(text.details.isascii(), text.category)
        summary, details = (self._edit(part, edited) for part in (text.summary, text.details))
        return Text(text.original, text.category, name, summary, details)

    def _name(self, english: bool, category: int) -> str:
        return (" " if english else "").join(self._topics[english, category].some(self.rng, 2))

    def _sentence(self, english: bool, category: int | None) -> str:
        count = self.rng.randint(5, 12)
        words = self._words[english].some(self.rng, count)
        if category is not None:
            words[::2] = self._topics[english, category].some(self.rng, len(words[::2]))
        return " ".join(words).capitalize() + ". " if english else "".join(words) + "。"

    def _edit(self, text: str, edited: float) -> str:
        letters, made = (_LATIN if text.isascii() else _HAN), []
        for char in text:
            if self.rng.random() >= edited:
                made.append(char)
                continue
            made.append(self.rng.choice(("", self.rng.choice(letters), char + self.rng.choice(letters))))
        return "".join(made)
