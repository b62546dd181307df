"""What is known of receivers: since when and why they do not answer, and who leads a round."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "ping_round",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("holder", NAME, nullable=False),
        sa.Column("lease", INSTANT, nullable=False),
        sa.Column("started", INSTANT, nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_ping_round_single_row"),
        sa.PrimaryKeyConstraint("id", name="pk_ping_round"),
    )
    op.create_table(
        "receiver",
        sa.Column("host", NAME, nullable=False),
        sa.Column("port", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("oin", NAME, nullable=False),
        sa.Column("checked", INSTANT, nullable=False),
        sa.Column("cause", NAME, nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("since", INSTANT, nullable=True),
        sa.Column("counted_seconds", sa.BigInteger(), nullable=False),
        sa.Column("warned", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("host", "port", "oin", name="pk_receiver"),
    )
