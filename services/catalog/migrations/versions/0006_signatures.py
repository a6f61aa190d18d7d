"""signatures of texts and logos, groups of accounts"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BANDS = postgresql.ARRAY(sa.Integer())


def upgrade() -> None:
    _signatures("text_signature", _text_columns())
    _signatures("logo_signature", [sa.Column("looks", sa.BigInteger(), nullable=False)])
    # What is searched has a row of its own size; what is read of the few best lies apart, as it is.
    op.execute("ALTER TABLE text_signature SET (toast_tuple_target = 256)")
    for column, storage in (("windows", "external"), ("sketch", "main"), ("bands", "main")):
        op.execute(f"ALTER TABLE text_signature ALTER COLUMN {column} SET STORAGE {storage}")
    # Hardly any band is common, which a planner that knows a few of them does not believe.
    op.execute("ALTER TABLE text_signature ALTER COLUMN bands SET STATISTICS 0")
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
        sa.PrimaryKeyConstraint("key", name=op.f("pk_account_group")),
    )
    op.create_index("ix_account_group_member_ids", "account_group", ["member_ids"], postgresql_using="gin")


def _text_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("scheme", sa.Integer(), nullable=False),
        sa.Column("sketch", postgresql.BIT(1024), nullable=False),
        sa.Column("windows", sa.LargeBinary(), nullable=False),
    ]


def _signatures(table: str, columns: list[sa.Column[object]]) -> None:
    op.create_table(
        table,
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        *columns,
        sa.Column("bands", BANDS, nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id", "number"],
            ["listing_version.listing_id", "listing_version.number"],
            name=op.f(f"fk_{table}_listing_id_listing_version"),
        ),
        sa.PrimaryKeyConstraint("listing_id", "number", name=op.f(f"pk_{table}")),
    )
    index = f"ix_{table}_bands"
    op.create_index(index, table, ["bands"], postgresql_using="gin", postgresql_with={"fastupdate": "off"})


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: expand first, contract in a later release")
