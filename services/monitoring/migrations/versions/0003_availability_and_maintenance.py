"""what is told of availability, and announced maintenances"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


# The default stays: a replica of the release before still adds targets while this one is being rolled out.
def upgrade() -> None:
    op.add_column(
        "target",
        sa.Column("availability_due_at", INSTANT, nullable=False, server_default=sa.text("to_timestamp(0)")),
    )
    op.create_index("ix_target_availability_due_at", "target", ["availability_due_at"])
    op.create_table(
        "availability",
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("per_mille", sa.Integer()),
        sa.Column("from_at", INSTANT, nullable=False),
        sa.Column("measured_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("listing_id", name="pk_availability"),
        sa.CheckConstraint("per_mille BETWEEN 0 AND 1000", name=op.f("ck_availability_share")),
    )
    op.create_table(
        "maintenance",
        sa.Column("maintenance_id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("announced_at", INSTANT, nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("correlation_id", sa.Text(), nullable=False),
        sa.Column("cancelled_at", INSTANT),
        sa.Column("cancel_reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("maintenance_id", name="pk_maintenance"),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_maintenance_half_open")),
    )
    op.create_index("ix_maintenance_listing_id", "maintenance", ["listing_id", "maintenance_id"])


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: expand first, contract in a later release")
