"""offers as the storefront reads them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "offer",
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("form", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("least_price_fen", sa.BigInteger()),
        sa.Column("has_trial", sa.Boolean(), nullable=False),
        sa.Column("first_published_at", INSTANT, nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.Column("rating", sa.Double(), nullable=False, server_default="0"),
        sa.Column("rating_count", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("availability", sa.Double(), nullable=False, server_default="-1"),
        sa.Column("hidden", postgresql.TSTZMULTIRANGE(), nullable=False),
        sa.Column("unorderable", postgresql.TSTZMULTIRANGE(), nullable=False),
        sa.Column("unrenewable", postgresql.TSTZMULTIRANGE(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("provider_name", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("badge", sa.Text()),
        sa.Column("maintenances", sa.Text(), nullable=False, server_default="[]"),
        sa.PrimaryKeyConstraint("listing_id", name="pk_offer"),
    )
    op.create_index("ix_offer_words", "offer", ["words"], postgresql_using="gin", postgresql_with={"fastupdate": "off"})
    for name, columns in {
        "ix_offer_newest": ["first_published_at", "listing_id"],
        "ix_offer_rating": ["rating", "listing_id"],
        "ix_offer_availability": ["availability", "listing_id"],
        "ix_offer_price": ["least_price_fen"],
        "ix_offer_provider_id": ["provider_id", "category"],
    }.items():
        op.create_index(name, "offer", columns)
    # The words stay in the row, where walking through the newest offers looks at them; the pages are kept aside as
    # they are. The statistics tell which lexemes are common.
    op.execute("ALTER TABLE offer ALTER COLUMN words SET STORAGE MAIN, ALTER COLUMN page SET STORAGE EXTERNAL")
    op.execute("ALTER TABLE offer ALTER COLUMN words SET STATISTICS 200")
    _create_replicas()
    # What the market was read by before there were offers.
    op.drop_column("listing_version", "search")
    op.drop_index("ix_listing_market", "listing")


def _create_replicas() -> None:
    for name in ("rating", "availability", "maintenance"):
        more = [_listing_id()] if name == "maintenance" else []
        op.create_table(
            name,
            sa.Column("key", sa.Text(), nullable=False),
            sa.Column("sequence", sa.BigInteger(), nullable=False),
            sa.Column("state", postgresql.JSONB(), nullable=False),
            *more,
            sa.PrimaryKeyConstraint("key", name=f"pk_{name}"),
        )
    op.create_index("ix_maintenance_listing_id", "maintenance", ["listing_id"])


def _listing_id() -> sa.Column[str]:
    return sa.Column("listing_id", sa.Text(), sa.Computed("(state ->> 'listing_id'::text)", persisted=True))


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: expand first, contract in a later release")
