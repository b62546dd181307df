"""The register: head, events with their subjects, answers, and the tables of facts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)
FACTS = {
    "board": (),
    "school": ("board",),
    "samenwerkingsverband": ("oin",),
    "agreement": ("signatory",),
    "party": ("role",),
    "system": ("party", "oin"),
    "qualification": ("system_id", "service"),
    "service": (),
    "mandate": ("organisation", "service", "system_id"),
    "endpoint": ("mandate_id", "organisation", "service", "system_id", "routing_key"),
    "revocation": (),
    "source_report": (),
}


def upgrade() -> None:
    op.create_table(
        "head",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("recorded_time", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_head"),
        sa.CheckConstraint("id = 1", name="ck_head_single_row"),
    )
    op.execute("INSERT INTO head VALUES (1, 0, '1970-01-01 00:00:00.000000')")
    op.create_table(
        "registry_event",
        sa.Column("revision", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("recorded_time", INSTANT, nullable=False),
        sa.Column("actor", NAME, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("method", NAME, nullable=False),
        sa.Column("entity", NAME, nullable=False),
        sa.Column("entity_id", NAME, nullable=False),
        sa.Column("before", sa.Text),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("request_id", NAME, nullable=False),
        sa.PrimaryKeyConstraint("revision", "seq", name="pk_registry_event"),
    )
    op.create_index(
        "ix_registry_event_entity_entity_id_revision",
        "registry_event",
        ["entity", "entity_id", "revision"],
    )
    op.create_table(
        "event_subject",
        sa.Column("subject", NAME, nullable=False),
        sa.Column("revision", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("subject", "revision", "seq", name="pk_event_subject"),
    )
    op.create_table(
        "request_answer",
        sa.Column("caller_oin", NAME, nullable=False),
        sa.Column("method", NAME, nullable=False),
        sa.Column("request_id", NAME, nullable=False),
        sa.Column("body_sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("response", sa.LargeBinary, nullable=False),
        sa.Column("recorded_time", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("caller_oin", "method", "request_id", name="pk_request_answer"),
    )
    op.create_index("ix_request_answer_recorded_time", "request_answer", ["recorded_time"])
    for name, indexed in FACTS.items():
        op.create_table(
            name,
            sa.Column("key", NAME, nullable=False),
            *(sa.Column(column, NAME, nullable=False) for column in indexed),
            sa.Column("revision", sa.BigInteger, nullable=False),
            sa.Column("created_revision", sa.BigInteger, nullable=False),
            sa.Column("body", sa.Text, nullable=False),
            sa.PrimaryKeyConstraint("key", name=f"pk_{name}"),
        )
        for column in indexed:
            op.create_index(f"ix_{name}_{column}", name, [column])
