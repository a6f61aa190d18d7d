"""notices and the calendar of business days"""

from alembic import op

from shared.business_days.tables import create_calendar
from shared.notices import create_notices

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_notices(op)
    create_calendar(op)


def downgrade() -> None:
    raise NotImplementedError("migrations only go forward: expand first, contract in a later release")
