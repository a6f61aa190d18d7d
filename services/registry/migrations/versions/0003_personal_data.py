"""keys of persons"""

from alembic import op

from shared.personal.tables import create_personal_data

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_personal_data(op)
