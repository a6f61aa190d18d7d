"""balances of providers, summed up from the ledger; how long a listing's users are served"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "balance_change",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "provider_id", name=op.f("pk_balance_change")),
    )
    op.create_table(
        "balance",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider_id", name=op.f("pk_balance")),
    )
    op.create_index("ix_subscription_listing_id", "subscription", ["listing_id", "ends_at"])
    # What was booked before is summed up, and told, by the job's first run.
    op.execute(
        """
        INSERT INTO balance_change (entry_id, provider_id, amount_fen)
        SELECT entry_id, split_part(account, ':', 2)::uuid, sum(amount_fen) FROM posting
        WHERE account LIKE 'provider:%' GROUP BY entry_id, account
        """
    )
