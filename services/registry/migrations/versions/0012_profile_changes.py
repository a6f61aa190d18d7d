"""changes of what was verified for an admission"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSONB = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    op.create_table(
        "profile_change",
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("legal_name", sa.Text(), nullable=False),
        sa.Column("registered_address", sa.Text(), nullable=False),
        sa.Column("representative", sa.LargeBinary()),
        sa.Column("settlement_account", sa.LargeBinary()),
        sa.Column("items", JSONB, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("submitted_at", INSTANT),
        sa.Column("due_business_days", sa.Integer(), nullable=False),
        sa.Column("due_at", INSTANT),
        sa.Column("due_is_provisional", sa.Boolean(), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=False),
        sa.Column("claimed_until", INSTANT),
        sa.Column("objections", JSONB, nullable=False),
        sa.Column("decided_at", INSTANT),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["provider.provider_id"], name=op.f("fk_profile_change_provider_id_provider")
        ),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_profile_change")),
    )
    op.create_index("ix_profile_change_provider_id", "profile_change", ["provider_id", "change_id"])
    op.create_index(
        "uq_profile_change_open",
        "profile_change",
        ["provider_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('submitted', 'in_review', 'changes_requested')"),
    )
    op.create_index(
        "ix_profile_change_queue",
        "profile_change",
        ["due_at", "change_id"],
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
