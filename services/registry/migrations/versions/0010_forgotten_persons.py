"""a document keeps the id whose key sealed it when that person is forgotten"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("fk_document_person_id_person"), "document", type_="foreignkey")
