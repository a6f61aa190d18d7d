"""Reviews of submitted versions, and the samples of approved ones that are looked at once more."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, SmallInteger, Table, Text, Uuid, text

from services.catalog.domain.review import Decision, Review, ReviewState
from services.catalog.domain.risk import Lane, RiskReason
from services.catalog.domain.sample import Sample, SampleState
from services.catalog.tables.columns import Texts, named, rows_of
from services.catalog.tables.metadata import mapper, metadata
from shared.db.tables import INSTANT

_QUEUED = text("state IN ('open', 'awaiting_second')")

review = Table(
    "review",
    metadata,
    Column("review_id", Uuid, primary_key=True),
    Column("listing_id", Uuid, ForeignKey("listing.listing_id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("provider_id", Uuid, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("lane", named(Lane), nullable=False),
    Column("risk", SmallInteger, nullable=False),
    Column("reasons", rows_of(RiskReason), nullable=False),
    Column("marks", Texts, nullable=False),
    Column("needs_second", Boolean, nullable=False),
    Column("opened_at", INSTANT, nullable=False),
    Column("due_business_days", Integer, nullable=False),
    Column("due_at", INSTANT, nullable=False),
    Column("due_is_provisional", Boolean, nullable=False),
    Column("state", named(ReviewState), nullable=False),
    Column("claimed_by", Text, nullable=False),
    Column("claimed_until", INSTANT),
    Column("first_by", Text, nullable=False),
    Column("first_at", INSTANT),
    Column("first_reason", Text, nullable=False),
    Column("decision", named(Decision)),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", INSTANT),
    Column("reason", Text, nullable=False),
    Column("clauses", Texts, nullable=False),
    Column("is_overruled", Boolean, nullable=False),
    Index("ix_review_listing", "listing_id", "number"),
    Index("uq_review_queued", "listing_id", unique=True, postgresql_where=_QUEUED),
    Index("ix_review_queue", "due_at", "review_id", postgresql_where=_QUEUED),
    Index("ix_review_provisional", "review_id", postgresql_where=text("due_is_provisional")),
    Index("ix_review_decided", "decided_at", postgresql_where=text("state = 'decided'")),
    Index("ix_review_decided_by", "decided_by", "decided_at", postgresql_where=text("state = 'decided'")),
    Index("ix_review_decided_in", "category", "decided_at", postgresql_where=text("state = 'decided'")),
    Index("ix_review_decided_of", "provider_id", "decided_at", postgresql_where=text("state = 'decided'")),
    Index("ix_review_first", "first_at", postgresql_where=text("first_at IS NOT NULL")),
)

sample = Table(
    "review_sample",
    metadata,
    Column("sample_id", Uuid, primary_key=True),
    Column("review_id", Uuid, ForeignKey("review.review_id"), nullable=False, unique=True),
    Column("listing_id", Uuid, nullable=False),
    Column("number", Integer, nullable=False),
    Column("provider_id", Uuid, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("deciders", Texts, nullable=False),
    Column("opened_at", INSTANT, nullable=False),
    Column("state", named(SampleState), nullable=False),
    Column("reason", Text, nullable=False),
    Column("clauses", Texts, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", INSTANT),
    Column("version", Integer, nullable=False),
    Index("ix_review_sample_open", "sample_id", postgresql_where=text("state = 'open'")),
    Index("ix_review_sample_decided", "decided_at", postgresql_where=text("state <> 'open'")),
)

mapper.map_imperatively(Review, review)
mapper.map_imperatively(Sample, sample)
