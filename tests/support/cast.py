"""Whom only the tests need beside `wissel.clients.testing.cast`."""

from typing import Final

from wissel.clients.testing.cast import Player
from wissel.routing.values.identifiers import Oin

STRANGER: Final = Player(
    name="stranger", oin=Oin("00000003990000080000"), title="Stranger", role="VENDOR"
)
"""A vendor with a certificate of the same roots, whom nobody registered."""
