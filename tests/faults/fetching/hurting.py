"""What can happen to a wave of fetches, beside what happens to hub and database in any wave."""

import signal

from faults.fetching.rules import swept
from faults.fetching.stage import FetchStage
from faults.fetching.story import remembered_by
from faults.fetching.waves import FetchWave
from faults.hurting import release_until_one_more
from faults.story import delivery_states
from wissel.routing.exchange.delivery import State


def source_killed(wave: FetchWave) -> None:
    """Kill the source; what it has given still arrives."""
    wave.stage.source.kill()
    wave.release()
    wave.stage.source.start()


def source_killed_and_cut(wave: FetchWave) -> None:
    """Kill the source; what it has given last is lost."""
    wave.stage.source.kill()
    wave.cut()
    wave.stage.source.start()


def source_stopped(wave: FetchWave) -> None:
    """Stop the source past every deadline."""
    wave.stage.source.send(signal.SIGSTOP)
    wave.release()
    wave.senders_ended()
    wave.stage.source.send(signal.SIGCONT)


def requesters_killed_in_ends(wave: FetchWave) -> None:
    """Kill the requesters as soon as one of them has accepted its dossier."""
    release_until_one_more(wave, _accepted, "a dossier has been accepted")
    wave.signal_senders(signal.SIGKILL)


def hub_killed_in_receipts(wave: FetchWave) -> None:
    """Kill the hub as soon as it has recorded one of many receipts."""
    release_until_one_more(wave, _delivered, "a delivery has been recorded")
    wave.stage.hub.kill()
    wave.stage.hub.start()


def nobody_comes_back(wave: FetchWave) -> None:
    """Kill requesters and hub, and let the new hub's sweeper find out what was fetched.

    The requester's LAS, which is asked for receipts, was away meanwhile.
    """
    wave.signal_senders(signal.SIGKILL)
    wave.stage.las.kill()
    wave.stage.hub.kill()
    wave.release()
    wave.stage.hub.start()
    wave.stage.las.start()
    swept(wave.stage)


def _accepted(stage: FetchStage) -> int:
    return sum(1 for state, _ in remembered_by(stage).values() if state == "RECEIVED")


def _delivered(stage: FetchStage) -> int:
    return list(delivery_states(stage).values()).count(State.DELIVERED)
