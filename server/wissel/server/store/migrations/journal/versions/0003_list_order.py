"""Deliveries are listed by acceptance, sender and message id: an index in that order.

Earlier versions, which list by number, are served by this schema too.
"""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_index(
        "ix_delivery_accepted_sender_oin_message_id",
        "delivery",
        ["accepted", "sender_oin", "message_id"],
    )
