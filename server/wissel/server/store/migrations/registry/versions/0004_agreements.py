"""Texts with their documents, what was signed about acceptances, and who signed until when."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "agreement_document",
        sa.Column("sha256", NAME, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_agreement_document"),
    )
    op.create_table(
        "agreement_acceptance",
        sa.Column("agreement_id", NAME, nullable=False),
        sa.Column("person_id", NAME, nullable=False),
        sa.Column("signed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("agreement_id", name="pk_agreement_acceptance"),
    )
    op.create_index("ix_agreement_acceptance_person_id", "agreement_acceptance", ["person_id"])
    op.create_table(
        "agreement_text",
        sa.Column("key", NAME, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_revision", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_agreement_text"),
    )
    # Agreements of before have no signer, so nobody is kept for them.
    for name in ("signer", "last_day"):
        op.add_column("agreement", sa.Column(name, NAME, nullable=False, server_default=""))
        op.create_index(f"ix_agreement_{name}", "agreement", [name])
