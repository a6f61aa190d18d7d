"""images of listings"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "image",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("perceptual", sa.BigInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("sha256", "account_id", name=op.f("pk_image")),
    )
    op.create_index("ix_image_own", "image", ["account_id"])
    op.create_index("ix_image_used_at", "image", ["used_at"])
    op.create_table(
        "image_use",
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id", "number"],
            ["listing_version.listing_id", "listing_version.number"],
            name=op.f("fk_image_use_listing_id_listing_version"),
        ),
        sa.ForeignKeyConstraint(
            ["sha256", "account_id"],
            ["image.sha256", "image.account_id"],
            name=op.f("fk_image_use_sha256_image"),
        ),
        sa.PrimaryKeyConstraint("listing_id", "number", "sha256", name=op.f("pk_image_use")),
    )
    op.create_index("ix_image_use_image", "image_use", ["sha256", "account_id"])
    op.create_table(
        "abandoned_image",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_abandoned_image")),
    )
    op.create_index("ix_abandoned_image_due_at", "abandoned_image", ["due_at"])


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: expand first, contract in a later release")
