"""Mandates are found by what the owner of their service did with them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
PROCESSING = ("AWAITING", "NOT_REQUIRED", "PROCESSED", "REJECTED")


def upgrade() -> None:
    # A hub of the version before, which may run beside, does not fill it: then what waits is not
    # missed, and the body tells what does not wait after all.
    op.add_column(
        "mandate", sa.Column("processing", NAME, nullable=False, server_default=PROCESSING[0])
    )
    # A body is JSON without blanks, and no mandate has a text of its own yet.
    for processing in PROCESSING[1:]:
        told = f'%"processing":"{processing}"%'
        change = sa.text("UPDATE mandate SET processing = :processing WHERE body LIKE :told")
        op.execute(change.bindparams(processing=processing, told=told))
    op.create_index("ix_mandate_processing", "mandate", ["processing"])
