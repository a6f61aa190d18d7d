"""traits, links, groups and their memberships"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_traits()
    _create_links()
    _create_groups()


def _create_traits() -> None:
    op.create_table(
        "trait",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.provider_id"], name=op.f("fk_trait_provider_id_provider")),
        sa.PrimaryKeyConstraint("provider_id", "kind", "digest", name=op.f("pk_trait")),
    )
    op.create_index("ix_trait_digest", "trait", ["kind", "digest", "provider_id"])


def _create_links() -> None:
    op.create_table(
        "link",
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("grounds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("judged", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_link_ordered")),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_link")),
    )
    op.create_index("uq_link_pair", "link", ["first_id", "second_id"], unique=True)
    op.create_index("ix_link_second_id", "link", ["second_id"])
    op.create_index("ix_link_confidence", "link", ["status", sa.text("confidence DESC"), "link_id"])
    op.create_index("ix_link_age", "link", ["status", "proposed_at", "link_id"])


def _create_groups() -> None:
    op.create_table(
        "account_group",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("founded_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("merged_into", sa.Uuid()),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_account_group")),
    )
    op.create_table(
        "membership",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["account_group.group_id"], name=op.f("fk_membership_group_id_account_group")
        ),
        sa.PrimaryKeyConstraint("group_id", "provider_id", "since", name=op.f("pk_membership")),
    )
    op.create_index(
        "uq_membership_current", "membership", ["provider_id"], unique=True, postgresql_where=sa.text("until IS NULL")
    )
    op.create_index("ix_membership_provider_id", "membership", ["provider_id", "since"])
