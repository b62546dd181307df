"""What the receivers of messages say became of them: the outcome that stands, of each message."""

import sqlalchemy as sa
from alembic import op

from wissel.server.store.columns import NAME

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "delivery_outcome",
        sa.Column("sender_oin", NAME, nullable=False),
        sa.Column("message_id", NAME, nullable=False),
        sa.Column("result", NAME, nullable=False),
        sa.Column("rules", NAME, nullable=False),
        sa.Column("told", sa.BigInteger(), nullable=False),
        sa.Column("payload_sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("signed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sender_oin", "message_id", name="pk_delivery_outcome"),
    )
