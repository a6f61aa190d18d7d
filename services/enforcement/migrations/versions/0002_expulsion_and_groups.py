"""expulsion cases, interim measures, groups of accounts and what spreads over them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


# The defaults stay: a replica of the release before still writes rows while this one is being rolled out.
def upgrade() -> None:
    _cases_and_decisions()
    _penalties()
    op.create_table(
        "account_group",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("state", postgresql.JSONB(), nullable=False),
        sa.Column(
            "member_ids",
            postgresql.JSONB(),
            sa.Computed('jsonb_path_query_array(state, \'$."members"[*]."provider_id"\'::jsonpath)', persisted=True),
        ),
        sa.PrimaryKeyConstraint("key", name="pk_account_group"),
    )
    op.create_index("ix_account_group_member_ids", "account_group", ["member_ids"], postgresql_using="gin")


def _cases_and_decisions() -> None:
    op.add_column("case_file", sa.Column("kind", sa.String(32), nullable=False, server_default="violation"))
    op.execute("UPDATE case_file SET kind = 'complaint' WHERE origin = 'report'")
    op.add_column("case_file", sa.Column("recommended_by", sa.Text(), nullable=False, server_default=""))
    op.add_column("case_file", sa.Column("recommendation_id", sa.Uuid()))
    op.add_column("decision", sa.Column("measures", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}"))
    op.add_column("violation", sa.Column("accounts", postgresql.ARRAY(sa.Uuid()), nullable=False, server_default="{}"))
    op.execute("UPDATE violation SET accounts = ARRAY[provider_id]")
    op.add_column("violation", sa.Column("group_id", sa.Uuid()))
    op.add_column("violation", sa.Column("group_version", sa.Integer()))


def _penalties() -> None:
    op.alter_column("penalty", "violation_id", nullable=True)
    op.add_column("penalty", sa.Column("ended_by", sa.String(32)))
    op.add_column("penalty", sa.Column("spreads", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("penalty", sa.Column("extended_from", sa.Uuid()))
    op.add_column("penalty", sa.Column("through_group", sa.Uuid()))
    op.add_column("penalty", sa.Column("interim", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("penalty", sa.Column("ordered_by", sa.Text(), nullable=False, server_default=""))
    op.add_column("penalty", sa.Column("told_sequence", sa.BigInteger()))
    op.create_foreign_key("fk_penalty_extended_from_penalty", "penalty", "penalty", ["extended_from"], ["penalty_id"])
    op.create_check_constraint(op.f("ck_penalty_has_a_ground"), "penalty", "violation_id IS NOT NULL OR interim")
    op.create_index("ix_penalty_case_id", "penalty", ["case_id"])
    op.create_index(
        "uq_penalty_extended",
        "penalty",
        ["extended_from", "target_key"],
        unique=True,
        postgresql_where=sa.text("extended_from IS NOT NULL AND status = 'applied'"),
    )
    op.create_index(
        "ix_penalty_through_group",
        "penalty",
        ["through_group"],
        postgresql_where=sa.text("through_group IS NOT NULL"),
    )


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: expand first, contract in a later release")
