"""rulebooks, cases, decisions, violations, penalties, restrictions, appeals and what others told"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.migrations.plumbing import create_plumbing

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSONB = postgresql.JSONB()


def upgrade() -> None:
    create_plumbing(op)
    _rules_and_cases()
    _reports_and_decisions()
    _violations_and_appeals()
    _penalties_and_restrictions()
    _what_others_told()


def _rules_and_cases() -> None:
    op.create_table(
        "rulebook",
        sa.Column("rulebook", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("announced_at", INSTANT, nullable=False),
        sa.Column("in_force_at", INSTANT, nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("document", JSONB, nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("rulebook", "version", name="pk_rulebook"),
        sa.UniqueConstraint("rulebook", "in_force_at", name="uq_rulebook_rulebook"),
    )
    op.create_table(
        "case_file",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("rulebook", sa.Text(), nullable=False),
        sa.Column("rulebook_version", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid()),
        sa.Column("origin", sa.String(32), nullable=False),
        sa.Column("origin_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("happened_at", INSTANT, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("correlation_id", sa.Text(), nullable=False),
        sa.Column("facts", JSONB, nullable=False),
        sa.Column("trace", JSONB, nullable=False),
        sa.Column("decision_id", sa.Uuid()),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", INSTANT),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_case_file"),
        sa.UniqueConstraint("origin_id", "act", name="uq_case_file_origin_id"),
    )
    op.create_index("ix_case_file_listing_id", "case_file", ["listing_id", "case_id"])
    op.create_index("ix_case_file_provider_id", "case_file", ["provider_id", "act"])
    op.create_index("ix_case_file_status", "case_file", ["status", "case_id"])
    op.create_table(
        "timer",
        sa.Column("outage_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("correlation_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("outage_id", "due_at", name="pk_timer"),
    )
    op.create_index("ix_timer_due_at", "timer", ["due_at"])


def _reports_and_decisions() -> None:
    op.create_table(
        "report",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("reporter", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("happened_at", INSTANT, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("reported_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.case_id"], name="fk_report_case_id_case_file"),
        sa.PrimaryKeyConstraint("report_id", name="pk_report"),
    )
    op.create_index("ix_report_case_id", "report", ["case_id"])
    op.create_index("ix_report_reporter", "report", ["reporter"])
    op.create_table(
        "decision",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("rulebook", sa.Text(), nullable=False),
        sa.Column("rulebook_version", sa.Text(), nullable=False),
        sa.Column("rulebook_hash", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("facts", JSONB, nullable=False),
        sa.Column("trace", JSONB, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.case_id"], name="fk_decision_case_id_case_file"),
        sa.PrimaryKeyConstraint("decision_id", name="pk_decision"),
    )
    op.create_index("ix_decision_case_id", "decision", ["case_id"])


def _violations_and_appeals() -> None:
    op.create_table(
        "violation",
        sa.Column("violation_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid()),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("rulebook", sa.Text(), nullable=False),
        sa.Column("rulebook_version", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=False),
        sa.Column("happened_at", INSTANT, nullable=False),
        sa.Column("appeal_until", INSTANT, nullable=False),
        sa.Column("earlier", sa.Integer(), nullable=False),
        sa.Column("correlation_id", sa.Text(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.case_id"], name="fk_violation_case_id_case_file"),
        sa.PrimaryKeyConstraint("violation_id", name="pk_violation"),
        sa.UniqueConstraint("case_id", name="uq_violation_case_id"),
    )
    op.create_index("ix_violation_provider_id", "violation", ["provider_id", "violation_id"])
    op.create_table(
        "appeal",
        sa.Column("appeal_id", sa.Uuid(), nullable=False),
        sa.Column("violation_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=False),
        sa.Column("filed_by", sa.Text(), nullable=False),
        sa.Column("filed_at", INSTANT, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("correlation_id", sa.Text(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("decision_id", sa.Uuid()),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", INSTANT),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["violation_id"], ["violation.violation_id"], name="fk_appeal_violation_id_violation"),
        sa.PrimaryKeyConstraint("appeal_id", name="pk_appeal"),
        sa.UniqueConstraint("violation_id", name="uq_appeal_violation_id"),
    )
    op.create_index("ix_appeal_status", "appeal", ["status", "appeal_id"])


def _penalties_and_restrictions() -> None:
    op.create_table(
        "penalty",
        sa.Column("penalty_id", sa.Uuid(), nullable=False),
        sa.Column("violation_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("target", JSONB, nullable=False),
        sa.Column("target_key", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("measure_clause", sa.Text(), nullable=False),
        sa.Column("effects", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("ends", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("from_at", INSTANT, nullable=False),
        sa.Column("until", INSTANT),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("lifted_at", INSTANT),
        sa.Column("lift_decision_id", sa.Uuid()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("until IS NULL OR from_at < until", name="ck_penalty_half_open"),
        sa.ForeignKeyConstraint(["violation_id"], ["violation.violation_id"], name="fk_penalty_violation_id_violation"),
        sa.PrimaryKeyConstraint("penalty_id", name="pk_penalty"),
    )
    op.create_index("ix_penalty_provider_id", "penalty", ["provider_id", "penalty_id"])
    op.create_index("ix_penalty_standing", "penalty", ["target_key"], postgresql_where=sa.text("status = 'applied'"))
    op.create_index("ix_penalty_target_key", "penalty", ["target_key", "penalty_id"])
    op.create_index("ix_penalty_violation_id", "penalty", ["violation_id"])
    op.create_table(
        "restriction",
        sa.Column("target_key", sa.Text(), nullable=False),
        sa.Column("target", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("target_key", name="pk_restriction"),
    )


def _what_others_told() -> None:
    op.create_table(
        "listing",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("state", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_listing"),
    )
    op.create_table(
        "outage",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("state", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_outage"),
    )
    op.create_table(
        "provider",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("state", JSONB, nullable=False),
        sa.Column("account_id", sa.Text(), sa.Computed("(state ->> 'account_id'::text)", persisted=True)),
        sa.PrimaryKeyConstraint("key", name="pk_provider"),
    )
    op.create_index("ix_provider_account_id", "provider", ["account_id"])
    op.create_table(
        "audit_anchor",
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("head_hash", sa.Text(), nullable=False),
        sa.Column("sealed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("service", "count", "head_hash", name="pk_audit_anchor"),
    )


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: expand first, contract in a later release")
