"""providers, agreements, qualifications, restrictions and audit anchors"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.migrations.plumbing import create_plumbing

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_plumbing(op)
    _create_providers()
    _create_agreements()
    _create_qualifications()
    _create_what_others_tell()


def _create_providers() -> None:
    op.create_table(
        "provider",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("unified_social_credit_code", sa.Text(), nullable=False),
        sa.Column("legal_name", sa.Text(), nullable=False),
        sa.Column("legal_representative", sa.Text(), nullable=False),
        sa.Column("contact_email", sa.Text(), nullable=False),
        sa.Column("contact_phone", sa.Text(), nullable=False),
        sa.Column("website", sa.Text(), nullable=False),
        sa.Column("standing", sa.String(32), nullable=False),
        sa.Column("applied_at", INSTANT, nullable=False),
        sa.Column("verified_at", INSTANT),
        sa.Column("verified_by", sa.Text(), nullable=False),
        sa.Column("admitted_at", INSTANT),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("provider_id", name="pk_provider"),
        sa.UniqueConstraint("account_id", name="uq_provider_account_id"),
    )
    op.create_index("ix_provider_unified_social_credit_code", "provider", ["unified_social_credit_code"])
    op.create_index("ix_provider_queue", "provider", ["standing", "applied_at", "provider_id"])


def _create_agreements() -> None:
    op.create_table(
        "agreement",
        sa.Column("agreement", sa.String(32), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("announced_at", INSTANT, nullable=False),
        sa.Column("in_force_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("agreement", "version", name="pk_agreement"),
    )
    op.create_table(
        "signature",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("agreement", sa.String(32), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("signed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("provider_id", "agreement", "version", name="pk_signature"),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.provider_id"], name="fk_signature_provider_id_provider"),
    )


def _create_qualifications() -> None:
    op.create_table(
        "qualification",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("granted_at", INSTANT, nullable=False),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("expires_at", INSTANT),
        sa.PrimaryKeyConstraint("provider_id", "category", name="pk_qualification"),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["provider.provider_id"], name="fk_qualification_provider_id_provider"
        ),
    )


def _create_what_others_tell() -> None:
    op.create_table(
        "restriction",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("state", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_restriction"),
    )
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
