"""A lexicon: the words that one clause forbids, kept in versions and changed by staff."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from services.catalog.domain.screening.finding import Said, Severity
from services.catalog.domain.screening.text import normalise
from shared.errors import Invalid

WORDS_MOST = 20_000
"""So many words all lexicons hold together at the most."""
WORD_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """`unless` are harmless words that contain this one: a match inside of them does not count."""

    word: str
    severity: Severity
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One version of it. `judged_by` is the detector that judges each match by what stands around it; if it is empty,
    every match is a finding. Where words are `deniable`, one that is plainly denied or warned of ("no payment offline")
    is none, and one that may be only warns.
    """

    code: str
    title: Said
    clause: str
    why: Said
    advice: Said
    entries: tuple[Entry, ...]
    judged_by: str = ""
    deniable: bool = False
    number: int = 1

    @property
    def digest(self) -> str:
        """The same for the same words and sentences, whichever version they are."""
        told = json.dumps(asdict(replace(self, number=0)), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class LexiconVersion:
    """What one version changed, who did it and why. `changed_by` is empty for what came with the platform."""

    code: str
    number: int
    digest: str
    changed_by: str
    changed_at: datetime
    reason: str
    added: tuple[Entry, ...]
    removed: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Words that leave a lexicon and words that come into it. A word in both gets another severity or `unless`."""

    add: tuple[Entry, ...] = ()
    remove: tuple[str, ...] = ()


def changed(lexicon: Lexicon, change: Change, others: int) -> Lexicon:
    """Its next version; `others` words stand in the other lexicons. Raises Invalid with each place that is wrong."""
    known = {normalise(entry.word).text: entry for entry in lexicon.entries}
    wrong = []
    for index, word in enumerate(change.remove):
        if known.pop(normalise(word).text, None) is None:
            wrong.append((f"/remove/{index}", "is not in the lexicon, or is removed twice"))
    for index, entry in enumerate(change.add):
        faults = [(f"/add/{index}{place}", why) for place, why in _faults(entry, known.__contains__)]
        wrong += faults
        if not faults:
            known[normalise(entry.word).text] = entry
    if not change.add and not change.remove:
        wrong.append(("/add", "must name at least one word, here or in remove"))
    if others + len(known) > WORDS_MOST:
        wrong.append(("/add", f"would make more than {WORDS_MOST} words in all lexicons together"))
    if wrong:
        raise Invalid(
            "The lexicon cannot be changed so",
            errors=[{"pointer": pointer, "in": "body", "message": why} for pointer, why in wrong],
        )
    return replace(lexicon, entries=tuple(known.values()), number=lexicon.number + 1)


def _faults(entry: Entry, is_known: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    word = normalise(entry.word).text
    if len(entry.word) > WORD_LONGEST or len(word) > WORD_LONGEST:
        yield "/word", f"has more than {WORD_LONGEST} characters"
    elif not any(char.isalnum() for char in word):
        yield "/word", "shows no letter or digit"
    elif len(word.strip()) < 2:
        yield "/word", "is a single character, which would be found everywhere"
    elif word != word.strip():
        yield "/word", "begins or ends with a space"
    elif is_known(word):
        yield "/word", "is in the lexicon already, perhaps in another writing"
    for index, harmless in enumerate(entry.unless):
        seen = normalise(harmless).text
        if len(harmless) > WORD_LONGEST or word not in seen or len(seen) <= len(word):
            yield f"/unless/{index}", "must be a longer word that contains this one"


def differences(old: Lexicon | None, new: Lexicon) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """(added, removed): an entry that is written otherwise is in both."""
    before = set(old.entries) if old else set()
    now = set(new.entries)
    added = tuple(entry for entry in new.entries if entry not in before)
    return added, tuple(entry for entry in (old.entries if old else ()) if entry not in now)
