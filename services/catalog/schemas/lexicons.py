"""The HTTP shapes of lexicons: words, versions, changes and what a change would find."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from services.catalog.domain.screening.finding import Severity
from services.catalog.domain.screening.lexicon import WORD_LONGEST, Change, Entry, Lexicon, LexiconVersion
from services.catalog.queries.lexicons import Preview
from services.catalog.schemas.listings import SaidItem
from shared.http.fields import Reason

_Word = Annotated[
    str, StringConstraints(min_length=1, max_length=WORD_LONGEST, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$")
]
_EXAMPLE: JsonDict = {
    "add": [{"word": "最佳", "severity": "blocks", "unless": ["最佳实践"]}],
    "remove": ["首选"],
    "reason": "广告法解释更新",
}


class EntryItem(BaseModel):
    """A word, however it is written. `unless` are longer harmless words: a match inside of them does not count."""

    model_config = ConfigDict(extra="forbid")
    word: _Word
    severity: Severity
    unless: Annotated[list[_Word], Field(max_length=50)] = []

    @classmethod
    def of(cls, entry: Entry) -> Self:
        return cls(word=entry.word, severity=entry.severity, unless=list(entry.unless))

    def entry(self) -> Entry:
        return Entry(self.word, self.severity, tuple(self.unless))


class LexiconChangeRequest(BaseModel):
    """Words that come and words that go. One that is in both gets another severity or `unless`."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": _EXAMPLE})
    add: Annotated[list[EntryItem], Field(max_length=5_000)] = []
    remove: Annotated[list[_Word], Field(max_length=5_000)] = []
    reason: Reason

    def change(self) -> Change:
        return Change(tuple(item.entry() for item in self.add), tuple(self.remove))


class LexiconItem(BaseModel):
    code: str
    number: int = Field(description="Counts its versions; it is the ETag's too.")
    title: SaidItem
    clause: str
    why: SaidItem
    advice: SaidItem
    judged_by: str = Field(description="The detector that judges each match by its context; empty: each is a finding.")
    deniable: bool = Field(description="What is plainly denied is no finding, what may be denied only warns.")
    words: int

    @classmethod
    def of(cls, lexicon: Lexicon) -> Self:
        return cls(
            code=lexicon.code,
            number=lexicon.number,
            title=SaidItem.of(lexicon.title),
            clause=lexicon.clause,
            why=SaidItem.of(lexicon.why),
            advice=SaidItem.of(lexicon.advice),
            judged_by=lexicon.judged_by,
            deniable=lexicon.deniable,
            words=len(lexicon.entries),
        )


class LexiconsResponse(BaseModel):
    rules_digest: str = Field(description="Names all words and detectors that listings are screened by now.")
    items: list[LexiconItem]


class LexiconResponse(BaseModel):
    """The lexicon with one page of its words, in the order of their code points."""

    lexicon: LexiconItem
    items: list[EntryItem]
    next: str | None = None


class LexiconVersionItem(BaseModel):
    number: int
    digest: str
    changed_by: str = Field(description="Empty for what came with the platform.")
    changed_at: datetime
    reason: str
    added: list[EntryItem]
    removed: list[EntryItem]

    @classmethod
    def of(cls, version: LexiconVersion) -> Self:
        return cls(
            number=version.number,
            digest=version.digest,
            changed_by=version.changed_by,
            changed_at=version.changed_at,
            reason=version.reason,
            added=[EntryItem.of(entry) for entry in version.added],
            removed=[EntryItem.of(entry) for entry in version.removed],
        )


class SightingItem(BaseModel):
    listing_id: UUID
    name: str
    word: str
    field: str
    start: int
    end: int
    matched: str


class PreviewResponse(BaseModel):
    """What a change would newly find in live listings. `is_complete`: all of them were looked at."""

    looked_at: int
    is_complete: bool
    listings: int
    words: int
    sample: list[SightingItem]

    @classmethod
    def of(cls, preview: Preview) -> Self:
        names = SightingItem.model_fields
        return cls(
            looked_at=preview.looked_at,
            is_complete=preview.is_complete,
            listings=preview.listings,
            words=preview.words,
            sample=[SightingItem(**{name: getattr(seen, name) for name in names}) for seen in preview.sample],
        )
