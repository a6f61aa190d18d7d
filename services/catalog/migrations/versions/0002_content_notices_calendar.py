"""more content of a listing, rules of a category, notices and the calendar of business days"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.business_days.tables import create_calendar
from shared.notices import create_notices
from shared.personal.tables import create_personal_data

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXTS = postgresql.ARRAY(sa.Text())


def upgrade() -> None:
    create_personal_data(op)
    create_notices(op)
    create_calendar(op)
    for column in (
        sa.Column("number", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("required_blocks", postgresql.JSONB(), nullable=False, server_default="[]"),
        sa.Column("forbidden_functions", postgresql.JSONB(), nullable=False, server_default="[]"),
        sa.Column("allowed_periods", postgresql.ARRAY(sa.Integer()), nullable=False, server_default="{}"),
        sa.Column("keywords", TEXTS, nullable=False, server_default="{}"),
    ):
        op.add_column("category", column)
    for column in (
        sa.Column("logo", sa.Text(), nullable=False, server_default=""),
        sa.Column("screenshots", TEXTS, nullable=False, server_default="{}"),
        sa.Column("help_url", sa.Text(), nullable=False, server_default=""),
        sa.Column("functions", TEXTS, nullable=False, server_default="{}"),
        sa.Column("scopes", TEXTS, nullable=False, server_default="{}"),
    ):
        op.add_column("listing_version", column)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: expand first, contract in a later release")
