"""The journal: where each message stands, and every move it made."""

import sqlalchemy as sa
from alembic import op

from wissel.server.store.columns import NAME

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "delivery",
        sa.Column("number", _NUMBER, nullable=False),
        sa.Column("sender_oin", NAME, nullable=False),
        sa.Column("message_id", NAME, nullable=False),
        sa.Column("header_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("receiver_oin", NAME, nullable=False),
        sa.Column("sender", NAME, nullable=False),
        sa.Column("receiver", NAME, nullable=False),
        sa.Column("sender_organisation", NAME, nullable=False),
        sa.Column("receiver_organisation", NAME, nullable=False),
        sa.Column("service", NAME, nullable=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("routing_key", NAME, nullable=False),
        sa.Column("endpoint_id", NAME, nullable=False),
        sa.Column("sender_mandate_id", NAME, nullable=False),
        sa.Column("receiver_mandate_id", NAME, nullable=False),
        sa.Column("registry_revision", sa.BigInteger(), nullable=False),
        sa.Column("payload_size", sa.BigInteger(), nullable=False),
        sa.Column("owner", NAME, nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("state", NAME, nullable=False),
        sa.Column("bound", sa.Boolean(), nullable=False),
        sa.Column("reason", NAME, nullable=False),
        sa.Column("detail", NAME, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("hub_receipt", sa.LargeBinary(), nullable=False),
        sa.Column("receiver_receipt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_delivery"),
        sa.UniqueConstraint("sender_oin", "message_id", name="uq_delivery_sender_oin_message_id"),
    )
    for columns in (
        ["receiver_oin", "number"],
        ["sender_organisation", "number"],
        ["receiver_organisation", "number"],
        ["state", "lease_until"],
    ):
        op.create_index(f"ix_delivery_{'_'.join(columns)}", "delivery", columns)
    op.create_table(
        "delivery_entry",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("sender_oin", NAME, nullable=False),
        sa.Column("message_id", NAME, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("state", NAME, nullable=False),
        sa.Column("reason", NAME, nullable=False),
        sa.Column("receiver_oin", NAME, nullable=False),
        sa.Column("endpoint_id", NAME, nullable=False),
        sa.Column("registry_revision", sa.BigInteger(), nullable=False),
        sa.Column("owner", NAME, nullable=False),
        sa.Column("recorded", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_delivery_entry"),
    )
    op.create_index(
        "ix_delivery_entry_sender_oin_message_id", "delivery_entry", ["sender_oin", "message_id"]
    )
