"""Which key a session used at a delivery point, by its digest, until the session has ended."""

import sqlalchemy as sa
from alembic import op

from wissel.server.store.columns import NAME

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "transfer_key",
        sa.Column("session_id", NAME, nullable=False),
        sa.Column("source_routing_key", NAME, nullable=False),
        sa.Column("key_sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", "source_routing_key", name="pk_transfer_key"),
    )
    op.create_index("ix_transfer_key_expires", "transfer_key", ["expires"])
