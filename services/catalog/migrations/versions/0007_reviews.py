"""reviews of versions, and samples of approved ones"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TEXTS = postgresql.ARRAY(sa.Text())
QUEUED = sa.text("state IN ('open', 'awaiting_second')")
DECIDED = sa.text("state = 'decided'")

# What was submitted before has a review too. Its provisional due date is computed anew by the hourly job.
BEFORE = """
INSERT INTO review
SELECT gen_random_uuid(), v.listing_id, v.number, l.provider_id, l.account_id, v.category, 'heavy', 0, '[]', '{}',
       false, v.submitted_at, 3, v.submitted_at + interval '3 days', v.decided_at IS NULL,
       CASE WHEN v.decided_at IS NOT NULL THEN 'decided' WHEN l.lifecycle = 'retired' THEN 'void' ELSE 'open' END,
       CASE WHEN v.decided_at IS NULL THEN v.reviewer ELSE '' END,
       CASE WHEN v.decided_at IS NULL THEN v.claimed_until END, '', NULL, '',
       CASE WHEN v.decided_at IS NULL THEN NULL WHEN v.state = 'rejected' THEN 'reject'
            WHEN v.state = 'changes_requested' THEN 'request_changes' ELSE 'approve' END,
       CASE WHEN v.decided_at IS NULL THEN '' ELSE v.reviewer END, v.decided_at, v.reason, v.clauses, false
FROM listing_version v JOIN listing l USING (listing_id) WHERE v.submitted_at IS NOT NULL
"""


def upgrade() -> None:
    _create_reviews()
    _create_samples()
    op.execute(BEFORE)
    op.drop_index("ix_listing_version_queue", table_name="listing_version")
    for name in ("reviewer", "claimed_until"):
        op.drop_column("listing_version", name)


def _create_reviews() -> None:
    op.create_table(
        "review",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("lane", sa.String(32), nullable=False),
        sa.Column("risk", sa.SmallInteger(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(), nullable=False),
        sa.Column("marks", TEXTS, nullable=False),
        sa.Column("needs_second", sa.Boolean(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("due_business_days", sa.Integer(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("due_is_provisional", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=False),
        sa.Column("claimed_until", INSTANT),
        sa.Column("first_by", sa.Text(), nullable=False),
        sa.Column("first_at", INSTANT),
        sa.Column("first_reason", sa.Text(), nullable=False),
        sa.Column("decision", sa.String(32)),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", INSTANT),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("clauses", TEXTS, nullable=False),
        sa.Column("is_overruled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("review_id", name="pk_review"),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.listing_id"], name="fk_review_listing_id_listing"),
    )
    op.create_index("ix_review_listing", "review", ["listing_id", "number"])
    op.create_index("uq_review_queued", "review", ["listing_id"], unique=True, postgresql_where=QUEUED)
    op.create_index("ix_review_queue", "review", ["due_at", "review_id"], postgresql_where=QUEUED)
    op.create_index("ix_review_provisional", "review", ["review_id"], postgresql_where=sa.text("due_is_provisional"))
    op.create_index("ix_review_decided", "review", ["decided_at"], postgresql_where=DECIDED)
    op.create_index("ix_review_decided_by", "review", ["decided_by", "decided_at"], postgresql_where=DECIDED)
    op.create_index("ix_review_decided_in", "review", ["category", "decided_at"], postgresql_where=DECIDED)
    op.create_index("ix_review_decided_of", "review", ["provider_id", "decided_at"], postgresql_where=DECIDED)
    op.create_index("ix_review_first", "review", ["first_at"], postgresql_where=sa.text("first_at IS NOT NULL"))


def _create_samples() -> None:
    op.create_table(
        "review_sample",
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("deciders", TEXTS, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("clauses", TEXTS, nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", INSTANT),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sample_id", name="pk_review_sample"),
        sa.ForeignKeyConstraint(["review_id"], ["review.review_id"], name="fk_review_sample_review_id_review"),
        sa.UniqueConstraint("review_id", name="uq_review_sample_review_id"),
    )
    op.create_index("ix_review_sample_open", "review_sample", ["sample_id"], postgresql_where=sa.text("state = 'open'"))
    op.create_index(
        "ix_review_sample_decided", "review_sample", ["decided_at"], postgresql_where=sa.text("state <> 'open'")
    )


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: expand first, contract in a later release")
