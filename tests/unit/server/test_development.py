from wissel.clients.testing import cast
from wissel.server.development import PLAYERS


def test_a_development_hub_has_the_parties_of_the_demo_and_the_tests() -> None:
    """The server cannot import them from the clients."""
    assert {player.name: player.oin for player in cast.PLAYERS} == PLAYERS
