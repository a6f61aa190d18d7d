"""files of forgotten persons wait for their deletion; the documents that count are found by themselves"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "abandoned_file",
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("blob", name=op.f("pk_abandoned_file")),
    )
    op.create_index("ix_abandoned_file_due_at", "abandoned_file", ["due_at"])
    op.create_index("ix_document_current", "document", ["provider_id"], postgresql_where=sa.text("replaced_at IS NULL"))
    # Whoever was forgotten before this table was there.
    op.execute(
        """INSERT INTO abandoned_file (blob, due_at)
        SELECT d.blob, now() FROM document d JOIN person_key k USING (person_id) WHERE k.wrapped IS NULL
        ON CONFLICT DO NOTHING"""
    )


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: expand first, contract in a later release")
