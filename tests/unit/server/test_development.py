from wissel.clients.testing import cast
from wissel.clients.testing.issuer import CLIENT, DevelopmentIssuer
from wissel.server.development import PLAYERS, issuer_settings


def test_a_development_hub_has_the_parties_of_the_demo_and_the_tests() -> None:
    """The server cannot import them from the clients."""
    players = (*cast.PLAYERS, cast.TEST_LAS)

    assert {player.name: player.oin for player in players} == PLAYERS


def test_a_development_hub_trusts_a_login_broker_as_that_of_the_tests_is_trusted() -> None:
    address = "http://127.0.0.1:9400"
    issuer = DevelopmentIssuer(url=address, clients={CLIENT: PLAYERS["portal"]})

    assert issuer.settings() == issuer_settings(address)
