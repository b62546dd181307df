"""When the first of the certificates ends that a receiver showed."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("receiver", sa.Column("certificate_ends", sa.DateTime(timezone=True)))
