"""Keys of systems, in their vendors' signed words."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "system_key",
        sa.Column("key", NAME, nullable=False),
        sa.Column("system_id", NAME, nullable=False),
        sa.Column("key_id", NAME, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_revision", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_system_key"),
    )
    for column in ("system_id", "key_id"):
        op.create_index(f"ix_system_key_{column}", "system_key", [column])
