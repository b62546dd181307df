"""What a receiver signs for is compared with what was sent, also when it is asked later.

Deliveries of before have an empty digest: no receipt proves them any more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    # The same empty bytes, in the words of each database.
    empty = "x''" if op.get_bind().dialect.name == "sqlite" else "''"
    op.add_column(
        "delivery",
        sa.Column(
            "payload_sha256", sa.LargeBinary(32), nullable=False, server_default=sa.text(empty)
        ),
    )
