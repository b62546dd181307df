"""What sources announce to requesters, and the links that this makes."""

import sqlalchemy as sa
from alembic import op

from wissel.server.store.columns import NAME

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "transfer_notification",
        sa.Column("source_oin", NAME, nullable=False),
        sa.Column("notification_id", NAME, nullable=False),
        sa.Column("source", NAME, nullable=False),
        sa.Column("source_routing_key", NAME, nullable=False),
        sa.Column("requester_oin", NAME, nullable=False),
        sa.Column("requester", NAME, nullable=False),
        sa.Column("requester_routing_key", NAME, nullable=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("initiator", NAME, nullable=False),
        sa.Column("session_id", NAME, nullable=False),
        sa.Column("state", NAME, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("owner", NAME, nullable=False),
        sa.Column("announced", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=False),
        sa.Column("link_sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("link_key", NAME, nullable=False),
        sa.PrimaryKeyConstraint("source_oin", "notification_id", name="pk_transfer_notification"),
    )
    for columns in (
        ["source_oin", "requester", "announced"],
        ["state", "due"],
        ["announced"],
    ):
        name = "_".join(["ix_transfer_notification", *columns])
        op.create_index(name, "transfer_notification", columns)
    op.create_table(
        "transfer_link",
        sa.Column("link_sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("source_oin", NAME, nullable=False),
        sa.Column("source", NAME, nullable=False),
        sa.Column("source_routing_key", NAME, nullable=False),
        sa.Column("requester_oin", NAME, nullable=False),
        sa.Column("requester", NAME, nullable=False),
        sa.Column("requester_routing_key", NAME, nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("link_sha256", name="pk_transfer_link"),
    )
    op.create_index("ix_transfer_link_expires", "transfer_link", ["expires"])
