"""lexicons and the patrol"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
STATES = ("running", "finished", "superseded")


def upgrade() -> None:
    _create_lexicons()
    _create_patrols()


def _create_lexicons() -> None:
    op.create_table(
        "lexicon",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", postgresql.JSONB(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("why", postgresql.JSONB(), nullable=False),
        sa.Column("advice", postgresql.JSONB(), nullable=False),
        sa.Column("entries", postgresql.JSONB(), nullable=False),
        sa.Column("judged_by", sa.Text(), nullable=False),
        sa.Column("deniable", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_lexicon"),
    )
    op.create_table(
        "lexicon_version",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("added", postgresql.JSONB(), nullable=False),
        sa.Column("removed", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("code", "number", name="pk_lexicon_version"),
        sa.ForeignKeyConstraint(["code"], ["lexicon.code"], name="fk_lexicon_version_code_lexicon"),
    )


def _create_patrols() -> None:
    op.create_table(
        "patrol",
        sa.Column("patrol_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("state", sa.Enum(*STATES, native_enum=False, length=32), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("last_listing_id", sa.Uuid()),
        sa.Column("ended_at", INSTANT),
        sa.PrimaryKeyConstraint("patrol_id", name="pk_patrol"),
    )
    op.create_index(
        "uq_patrol_running", "patrol", ["state"], unique=True, postgresql_where=sa.text("state = 'running'")
    )
    op.create_table(
        "patrol_finding",
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("patrol_id", sa.Uuid(), nullable=False),
        sa.Column("finding", postgresql.JSONB(), nullable=False),
        sa.Column("reported", sa.Boolean(), nullable=False),
        sa.Column("found_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("listing_id", "number", "fingerprint", name="pk_patrol_finding"),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.listing_id"], name="fk_patrol_finding_listing_id_listing"),
        sa.ForeignKeyConstraint(["patrol_id"], ["patrol.patrol_id"], name="fk_patrol_finding_patrol_id_patrol"),
    )
    op.create_index("ix_patrol_finding_patrol", "patrol_finding", ["patrol_id", "listing_id", "fingerprint"])


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: expand first, contract in a later release")
