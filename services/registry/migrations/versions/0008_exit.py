"""exit"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
_RUNNING = "status IN ('requested', 'accepted', 'superseded', 'proceeding', 'effective')"


def upgrade() -> None:
    _create_exits()
    _create_receipts()
    _create_what_others_tell()


def _create_exits() -> None:
    op.create_table(
        "exit",
        sa.Column("exit_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("accepted_at", INSTANT),
        sa.Column("accepted_by", sa.Text(), nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("superseded_from", sa.String(32)),
        sa.Column("due_at", INSTANT),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.provider_id"], name=op.f("fk_exit_provider_id_provider")),
        sa.PrimaryKeyConstraint("exit_id", name=op.f("pk_exit")),
    )
    op.create_index("ix_exit_provider_id", "exit", ["provider_id", "exit_id"])
    op.create_index("uq_exit_running", "exit", ["provider_id", "kind"], unique=True, postgresql_where=sa.text(_RUNNING))
    op.create_index("ix_exit_queue", "exit", ["status", "requested_at", "exit_id"])
    op.create_index("ix_exit_due_at", "exit", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL"))


def _create_receipts() -> None:
    op.create_table(
        "exit_receipt",
        sa.Column("exit_id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Uuid()),
        sa.Column("claimed_at", INSTANT),
        sa.Column("settled_at", INSTANT),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.Column("told_at", INSTANT),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["exit_id"], ["exit.exit_id"], name=op.f("fk_exit_receipt_exit_id_exit")),
        sa.PrimaryKeyConstraint("exit_id", "listing_id", "merchant_id", name=op.f("pk_exit_receipt")),
    )
    op.create_index("ix_exit_receipt_untold", "exit_receipt", ["exit_id"], postgresql_where=sa.text("told_at IS NULL"))


def _create_what_others_tell() -> None:
    op.create_table(
        "obligation",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_obligation")),
    )
    op.create_index(
        "ix_obligation_open", "obligation", ["provider_id"], postgresql_where=sa.text("kinds <> '{}'::text[]")
    )
    op.create_table(
        "subscription",
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("subscription_id", name=op.f("pk_subscription")),
    )
    op.create_index("ix_subscription_provider_id", "subscription", ["provider_id", "ends_at"])
    op.create_table(
        "outage",
        sa.Column("outage_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("merchants_affected", sa.Integer(), nullable=False),
        sa.Column("evidence_hash", sa.Text(), nullable=False),
        sa.Column("reported_at", INSTANT),
        sa.PrimaryKeyConstraint("outage_id", name=op.f("pk_outage")),
    )
    op.create_index(
        "ix_outage_open",
        "outage",
        ["provider_id"],
        postgresql_where=sa.text("ended_at IS NULL AND reported_at IS NULL"),
    )
