"""applications on the open platform: listings, keys, access"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "listing",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("state", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_listing")),
    )
    op.create_table(
        "app_key",
        sa.Column("app_key", sa.Text(), nullable=False),
        sa.Column("app_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("valid_until", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=False),
        sa.Column("revoked_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("app_key", name=op.f("pk_app_key")),
    )
    op.create_index(op.f("ix_app_key_app_id"), "app_key", ["app_id"])
    op.create_table(
        "app_access",
        sa.Column("app_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("told", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("app_id", name=op.f("pk_app_access")),
    )
    op.create_index(op.f("ix_app_access_provider_id"), "app_access", ["provider_id"])
    op.create_index(
        op.f("ix_app_access_due_at"), "app_access", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL")
    )
