"""states of versions, versions of categories"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _keep_versions_of_categories()
    _tell_approved_from_live()
    _keep_moves()


def _keep_versions_of_categories() -> None:
    op.add_column("category", sa.Column("core_functions_en", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "category_version",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("definition", postgresql.JSONB(), nullable=False),
        sa.Column("in_force_from", INSTANT, nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("in_force_at", INSTANT),
        sa.PrimaryKeyConstraint("code", "number", name="pk_category_version"),
        sa.ForeignKeyConstraint(["code"], ["category.code"], name="fk_category_version_code_category"),
    )
    op.create_index(
        "ix_category_version_due",
        "category_version",
        ["in_force_from"],
        postgresql_where=sa.text("in_force_at IS NULL"),
    )
    # What is in force becomes the first version, so that none is without one.
    op.execute(
        """
        INSERT INTO category_version
               (code, number, definition, in_force_from, published_by, published_at, reason, in_force_at)
        SELECT code, number,
               to_jsonb(category) - '{code,parent,position,number}'::text[],
               now(), '', now(), 'The definition that the platform comes with', now()
        FROM category
        """
    )


def _tell_approved_from_live() -> None:
    op.add_column("listing", sa.Column("delisted_at", INSTANT))
    op.add_column("listing", sa.Column("settle_at", INSTANT))
    op.create_index("ix_listing_due", "listing", ["settle_at"], postgresql_where=sa.text("settle_at IS NOT NULL"))
    ids = postgresql.ARRAY(sa.Uuid())
    for column in (
        sa.Column("category_number", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("rules_digest", sa.Text(), nullable=False, server_default=""),
        sa.Column("answers", ids, nullable=False, server_default="{}"),
        sa.Column("restriction_sequence", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("went_live_at", INSTANT),
    ):
        op.add_column("listing_version", column)
    # Until now an approval was the moment at which a version went live.
    op.execute("UPDATE listing_version SET went_live_at = decided_at WHERE state IN ('live', 'superseded')")
    op.create_index(
        "ix_listing_version_approved",
        "listing_version",
        ["listing_id"],
        postgresql_where=sa.text("state = 'approved'"),
    )


def _keep_moves() -> None:
    op.create_table(
        "move",
        sa.Column("move_id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("from_category", sa.Text(), nullable=False),
        sa.Column("to_category", sa.Text(), nullable=False),
        sa.Column("is_misplacement", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", INSTANT),
        sa.Column("decision_reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("move_id", name="pk_move"),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.listing_id"], name="fk_move_listing_id_listing"),
    )
    proposed = sa.text("state = 'proposed'")
    op.create_index("ix_move_proposed", "move", ["listing_id"], unique=True, postgresql_where=proposed)
    op.create_index("ix_move_open", "move", ["move_id"], postgresql_where=proposed)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: expand first, contract in a later release")
