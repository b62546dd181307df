"""What can happen to a wave. Each of these ends with everything repaired."""

import os
import signal
from collections.abc import Callable
from typing import Final, TypeVar

from faults.hub_stage import HubStage
from faults.parts import Part
from faults.stage import Stage
from faults.story import delivery_states, inbox_states
from faults.waves import Wave
from support.eventually import eventually
from wissel.routing.exchange.delivery import State

StageT = TypeVar("StageT", bound=HubStage)

_SWEPT: Final = 120.0  # seconds: leases end, and the sweeper asks at its own pace


def hub_killed(wave: Wave[HubStage]) -> None:
    """Kill the hub; what is on the wires still arrives."""
    wave.stage.hub.kill()
    wave.release()
    wave.stage.hub.start()


def hub_killed_and_cut(wave: Wave[HubStage]) -> None:
    """Kill the hub; what is on the wires is lost."""
    wave.stage.hub.kill()
    wave.cut()
    wave.stage.hub.start()


def worker_killed(wave: Wave[HubStage]) -> None:
    """Kill one of the workers; its parent starts another."""
    before = wave.stage.hub.children()
    os.kill(before[0], signal.SIGKILL)
    wave.release()
    eventually(
        wave.stage.hub.children,
        "the worker has been replaced",
        until=lambda workers: len(set(workers) - {before[0]}) == len(before),
    )


def hub_stopped(wave: Wave[HubStage]) -> None:
    """Stop the hub past every deadline."""
    wave.stage.hub.send(signal.SIGSTOP)
    wave.release()
    wave.senders_ended()
    wave.stage.hub.send(signal.SIGCONT)


def worker_stopped(wave: Wave[HubStage]) -> None:
    """Stop one of the workers past every deadline."""
    worker = wave.stage.hub.children()[0]
    os.kill(worker, signal.SIGSTOP)
    wave.release()
    wave.senders_ended()
    os.kill(worker, signal.SIGCONT)


def receiver_killed(wave: Wave[Stage]) -> None:
    """Kill the receiver."""
    wave.stage.receiver.kill()
    wave.release()
    wave.stage.receiver.start()


def receiver_killed_and_cut(wave: Wave[Stage]) -> None:
    """Kill the receiver; what it has said last is lost."""
    wave.stage.receiver.kill()
    wave.cut()
    wave.stage.receiver.start()


def receiver_killed_in_imports(wave: Wave[Stage]) -> None:
    """Kill the receiver as soon as it has imported one of many, in whatever it does with others."""
    release_until_one_more(wave, _imported, "a message has been imported")
    wave.stage.receiver.kill()
    wave.stage.receiver.start()


def hub_killed_in_ends(wave: Wave[Stage]) -> None:
    """Kill the hub as soon as it has recorded the end of one of many."""
    release_until_one_more(wave, _delivered, "a delivery has been recorded")
    wave.stage.hub.kill()
    wave.stage.hub.start()


def senders_killed_in_ends(wave: Wave[Stage]) -> None:
    """Kill the senders as soon as one of them has its receipt."""
    release_until_one_more(wave, _sent, "a sender has its receipt")
    wave.signal_senders(signal.SIGKILL)


def receiver_stopped(wave: Wave[Stage]) -> None:
    """Stop the receiver past every deadline."""
    wave.stage.receiver.send(signal.SIGSTOP)
    wave.release()
    wave.senders_ended()
    wave.stage.receiver.send(signal.SIGCONT)


def senders_killed(wave: Wave[HubStage]) -> None:
    """Kill all senders; what they sent still arrives."""
    wave.signal_senders(signal.SIGKILL)
    wave.release()


def senders_stopped(wave: Wave[HubStage]) -> None:
    """Stop all senders until the hub has done with them."""
    wave.signal_senders(signal.SIGSTOP)
    wave.release()
    eventually(
        lambda: delivery_states(wave.stage),
        "the hub has ended each attempt",
        until=lambda states: State.ACCEPTED not in states.values(),
    )
    wave.signal_senders(signal.SIGCONT)


def wires_cut(wave: Wave[HubStage]) -> None:
    """Cut each message off where it is held."""
    for message in wave.messages:
        message.leg.cut()


def wires_slow(wave: Wave[HubStage]) -> None:
    """Hold everything past every deadline, then let it arrive."""
    wave.senders_ended()
    wave.release()


def nobody_comes_back(wave: Wave[Stage]) -> None:
    """Kill senders and hub, and let the new hub's sweeper find out what was delivered."""
    wave.signal_senders(signal.SIGKILL)
    wave.stage.hub.kill()
    wave.release()
    wave.stage.hub.start()
    eventually(lambda: _swept(wave.stage), "the sweeper knows what was delivered", seconds=_SWEPT)


def first_hub_stopped(wave: Wave[HubStage]) -> None:
    """Stop the hub until another one has done its work; then its results come too late."""
    hub = wave.stage.hub
    with wave.stage.second_hub() as port:
        hub.send(signal.SIGSTOP)
        wave.release()
        wave.settle(port=port)
        finish_late(hub)


def finish_late(hub: Part) -> None:
    """Let a stopped hub go on and finish what it believes to be under way; then start another."""
    hub.send(signal.SIGCONT)
    hub.send_first(signal.SIGTERM)
    assert hub.ended() == 0, hub.output()
    hub.start()


def release_until_one_more(wave: Wave[StageT], count: Callable[[StageT], int], what: str) -> None:
    """Let all go on until there is one more of what is counted."""
    before = count(wave.stage)
    wave.release()
    eventually(lambda: count(wave.stage), what, until=lambda now: now > before)


def _imported(stage: Stage) -> int:
    return sum(1 for each in stage.received.rglob("*") if each.is_file())


def _delivered(stage: Stage) -> int:
    return list(delivery_states(stage).values()).count(State.DELIVERED)


def _sent(stage: Stage) -> int:
    return sum(1 for _ in (stage.outbox / "sent").glob("*.json"))


def _swept(stage: Stage) -> bool:
    """Whether no attempt is without an owner, and the hub knows all that the receiver has."""
    known = delivery_states(stage)
    has = [each for each, state in inbox_states(stage).items() if state == "RECEIVED"]
    return State.ACCEPTED not in known.values() and all(
        known[each] is State.DELIVERED for each in has
    )
