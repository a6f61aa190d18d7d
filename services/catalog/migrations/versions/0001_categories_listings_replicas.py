"""categories, listings and their versions, replicas of restrictions and standings"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.migrations.plumbing import create_plumbing

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
SEARCHED = "to_tsvector('simple'::regconfig, ((((name || ' '::text) || summary) || ' '::text) || details))"


def upgrade() -> None:
    create_plumbing(op)
    op.create_table(
        "category",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("core_functions", sa.Text(), nullable=False),
        sa.Column("requires_qualification", sa.Boolean(), nullable=False),
        sa.Column("special", sa.Boolean(), nullable=False),
        sa.Column("takes_listings", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_category"),
    )
    _create_listings()
    op.create_table(
        "restriction",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("state", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_restriction"),
    )
    op.create_table(
        "provider_standing",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("state", postgresql.JSONB(), nullable=False),
        sa.Column("account_id", sa.Text(), sa.Computed("(state ->> 'account_id'::text)", persisted=True)),
        sa.PrimaryKeyConstraint("key", name="pk_provider_standing"),
    )
    op.create_index("ix_provider_standing_account_id", "provider_standing", ["account_id"])


def _create_listings() -> None:
    op.create_table(
        "listing",
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("lifecycle", sa.String(32), nullable=False),
        sa.Column("newest_number", sa.Integer(), nullable=False),
        sa.Column("live_number", sa.Integer(), nullable=False),
        sa.Column("first_published_at", INSTANT),
        sa.Column("published_at", INSTANT),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("listing_id", name="pk_listing"),
    )
    op.create_index("ix_listing_provider_id", "listing", ["provider_id"])
    op.create_index("ix_listing_own", "listing", ["account_id", "listing_id"])
    op.create_index(
        "ix_listing_market",
        "listing",
        ["first_published_at", "listing_id"],
        postgresql_where=sa.text("lifecycle = 'live'"),
    )
    op.create_table(
        "listing_version",
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("callback_url", sa.Text(), nullable=False),
        sa.Column("support_url", sa.Text(), nullable=False),
        sa.Column("plans", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("findings", postgresql.JSONB(), nullable=False),
        sa.Column("submitted_at", INSTANT),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("claimed_until", INSTANT),
        sa.Column("decided_at", INSTANT),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("clauses", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), sa.Computed(SEARCHED, persisted=True)),
        sa.PrimaryKeyConstraint("listing_id", "number", name="pk_listing_version"),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.listing_id"], name="fk_listing_version_listing_id_listing"),
    )
    op.create_index("ix_listing_version_search", "listing_version", ["search"], postgresql_using="gin")
    op.create_index(
        "ix_listing_version_queue",
        "listing_version",
        ["submitted_at", "listing_id"],
        postgresql_where=sa.text("state IN ('submitted', 'in_review')"),
    )


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: expand first, contract in a later release")
