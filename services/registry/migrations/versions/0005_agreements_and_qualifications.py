"""agreements and qualifications: evidence of signatures, timers of versions, requests for qualifications, history"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSONB = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    _extend_signatures()
    _create_timers()
    _extend_qualifications()
    _create_steps()
    _create_requests()


def _extend_signatures() -> None:
    for name in ("address", "user_agent"):
        op.add_column("signature", sa.Column(name, sa.Text(), nullable=False, server_default=""))
        op.alter_column("signature", name, server_default=None)


def _create_timers() -> None:
    op.create_table(
        "agreement_timer",
        sa.Column("agreement", sa.String(32), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("stage", sa.String(32), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("reached", sa.Uuid()),
        sa.Column("done_at", INSTANT),
        sa.ForeignKeyConstraint(
            ["agreement", "version"],
            ["agreement.agreement", "agreement.version"],
            name=op.f("fk_agreement_timer_agreement_agreement"),
        ),
        sa.PrimaryKeyConstraint("agreement", "version", "stage", name=op.f("pk_agreement_timer")),
    )
    op.create_index(
        "ix_agreement_timer_due_at", "agreement_timer", ["due_at"], postgresql_where=sa.text("done_at IS NULL")
    )
    # Versions that were known before get their timers too; what is long past is dealt with at once.
    op.execute(
        "INSERT INTO agreement_timer (agreement, version, stage, due_at) "
        "SELECT agreement, version, 'announced', announced_at FROM agreement UNION ALL "
        "SELECT agreement, version, 'reminder', greatest(announced_at, in_force_at - interval '3 days') FROM agreement "
        "UNION ALL SELECT agreement, version, 'in_force', in_force_at FROM agreement"
    )


def _extend_qualifications() -> None:
    op.add_column("qualification", sa.Column("revoked_at", INSTANT))
    op.add_column("qualification", sa.Column("reminded_days", sa.Integer()))
    op.add_column("qualification", sa.Column("lapsed_at", INSTANT))
    op.create_index(
        "ix_qualification_expires_at",
        "qualification",
        ["expires_at"],
        postgresql_where=sa.text("expires_at IS NOT NULL AND revoked_at IS NULL AND lapsed_at IS NULL"),
    )


def _create_steps() -> None:
    op.create_table(
        "qualification_step",
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("expires_at", INSTANT),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Uuid()),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["provider.provider_id"], name=op.f("fk_qualification_step_provider_id_provider")
        ),
        sa.PrimaryKeyConstraint("step_id", name=op.f("pk_qualification_step")),
    )
    op.create_index("ix_qualification_step_provider_id", "qualification_step", ["provider_id", "step_id"])
    op.execute(
        'INSERT INTO qualification_step (step_id, provider_id, category, kind, at, "by", expires_at, reason) '
        "SELECT gen_random_uuid(), provider_id, category, 'granted', granted_at, granted_by, expires_at, '' "
        "FROM qualification"
    )


def _create_requests() -> None:
    op.create_table(
        "qualification_request",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("proofs", JSONB, nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("renews", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=False),
        sa.Column("claimed_until", INSTANT),
        sa.Column("decided_at", INSTANT),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("expires_at", INSTANT),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["provider.provider_id"], name=op.f("fk_qualification_request_provider_id_provider")
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_qualification_request")),
    )
    op.create_index("ix_qualification_request_provider_id", "qualification_request", ["provider_id", "request_id"])
    op.create_index(
        "uq_qualification_request_open",
        "qualification_request",
        ["provider_id", "category"],
        unique=True,
        postgresql_where=sa.text("state IN ('submitted', 'in_review', 'changes_requested')"),
    )
    op.create_index(
        "ix_qualification_request_queue",
        "qualification_request",
        ["requested_at", "request_id"],
        postgresql_where=sa.text("state IN ('submitted', 'in_review')"),
    )


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: expand first, contract in a later release")
