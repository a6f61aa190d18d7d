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


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: expand first, contract in a later release")
