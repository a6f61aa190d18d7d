"""admission: applications, documents, and persons whose details are sealed

What the provider table kept of persons in plain text is removed, for it cannot be sealed without the keys: an applicant
states it again. Providers that were admitted stay so; a draft application without details belongs to every other one.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSONB = postgresql.JSONB(astext_type=sa.Text())
ROLES = ("representative", "support_contact", "security_contact", "settlement_account")


def upgrade() -> None:
    _change_providers()
    _create_persons()
    _create_applications()
    _create_documents()


def _change_providers() -> None:
    for name in ("legal_representative", "contact_email", "contact_phone", "verified_at", "verified_by"):
        op.drop_column("provider", name)
    op.add_column("provider", sa.Column("registered_address", sa.Text(), nullable=False, server_default=""))
    op.alter_column("provider", "registered_address", server_default=None)


def _create_persons() -> None:
    op.create_table(
        "person",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("stated", JSONB, nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.provider_id"], name=op.f("fk_person_provider_id_provider")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person")),
        sa.UniqueConstraint("provider_id", "role", name=op.f("uq_person_provider_id")),
    )
    for role in ROLES:
        op.execute(
            "INSERT INTO person (person_id, provider_id, role, stated) "
            f"SELECT gen_random_uuid(), provider_id, '{role}', '[]' FROM provider"
        )


def _create_applications() -> None:
    op.create_table(
        "application",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("submitted_at", INSTANT),
        sa.Column("due_business_days", sa.Integer(), nullable=False),
        sa.Column("due_at", INSTANT),
        sa.Column("due_is_provisional", sa.Boolean(), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=False),
        sa.Column("claimed_until", INSTANT),
        sa.Column("checks", JSONB, nullable=False),
        sa.Column("objections", JSONB, nullable=False),
        sa.Column("decided_at", INSTANT),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["provider.provider_id"], name=op.f("fk_application_provider_id_provider")
        ),
        sa.PrimaryKeyConstraint("provider_id", name=op.f("pk_application")),
    )
    op.create_index(
        "ix_application_queue", "application", ["due_at", "provider_id"], postgresql_where=sa.text("due_at IS NOT NULL")
    )
    op.execute(
        "INSERT INTO application (provider_id, account_id, state, round, due_business_days, due_is_provisional, "
        "claimed_by, checks, objections, decided_at, decided_by, reason) "
        "SELECT provider_id, account_id, CASE WHEN admitted_at IS NULL THEN 'draft' ELSE 'admitted' END, 0, 0, false, "
        "'', '{}', '[]', admitted_at, '', '' FROM provider"
    )


def _create_documents() -> None:
    op.create_table(
        "document",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date()),
        sa.Column("valid_until", sa.Date()),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("uploaded_at", INSTANT, nullable=False),
        sa.Column("replaced_at", INSTANT),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name=op.f("fk_document_person_id_person")),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["provider.provider_id"], name=op.f("fk_document_provider_id_provider")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document")),
    )
    op.create_index(op.f("ix_document_provider_id"), "document", ["provider_id"])
