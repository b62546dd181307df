"""Persons: events hold an id for them, answers are theirs, and KvK numbers are found.

The accounts that events name so far become persons too, each a random id. The
answers of before keep an empty id, which is that of everybody whom no token showed.
"""

import json
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)
EVENT = sa.table(
    "registry_event", sa.column("actor"), sa.column("person"), sa.column("recorded_time", INSTANT)
)
PERSON = sa.table(
    "person", sa.column("person_id"), sa.column("subject"), sa.column("last_act", INSTANT)
)
WITH_KVK = ("board", "samenwerkingsverband")


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("person_id", NAME, nullable=False),
        sa.Column("subject", NAME, nullable=False),
        sa.Column("last_act", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_person"),
    )
    op.create_index("ix_person_subject", "person", ["subject"], unique=True)
    op.create_index("ix_person_last_act", "person", ["last_act"])
    _name_persons()
    with op.batch_alter_table("request_answer") as batch:
        batch.add_column(sa.Column("person_id", NAME, nullable=False, server_default=""))
        batch.drop_constraint("pk_request_answer", type_="primary")
        batch.create_primary_key(
            "pk_request_answer", ["caller_oin", "person_id", "method", "request_id"]
        )
    for name in WITH_KVK:
        op.add_column(name, sa.Column("kvk", NAME, nullable=False, server_default=""))
        _fill_kvk(name)
        op.create_index(f"ix_{name}_kvk", name, ["kvk"])


def _name_persons() -> None:
    bind = op.get_bind()
    found = sa.select(EVENT.c.actor, EVENT.c.person, sa.func.max(EVENT.c.recorded_time))
    named = found.where(EVENT.c.person != "").group_by(EVENT.c.actor, EVENT.c.person)
    for actor, account, last_act in bind.execute(named).all():
        person_id = str(uuid4())
        row = {"person_id": person_id, "subject": f"{actor}:{account}", "last_act": last_act}
        bind.execute(sa.insert(PERSON).values(row))
        same = (EVENT.c.actor == actor, EVENT.c.person == account)
        bind.execute(sa.update(EVENT).where(*same).values(person=person_id))


def _fill_kvk(name: str) -> None:
    bind = op.get_bind()
    table = sa.table(name, sa.column("key"), sa.column("kvk"), sa.column("body"))
    for key, body in bind.execute(sa.select(table.c.key, table.c.body)).all():
        if kvk := json.loads(body).get("kvk"):
            bind.execute(sa.update(table).where(table.c.key == key).values(kvk=kvk))
