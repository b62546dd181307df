"""Keeping a message as a file."""

from pathlib import Path

from support.builders import envelopes
from wissel.clients.las import IncomingMessage
from wissel.routing.values.identifiers import RoutingKey


def incoming(path: Path) -> IncomingMessage:
    path.write_bytes(envelopes.PAYLOAD)
    path.chmod(0o600)
    header = envelopes.header(envelopes.PAYLOAD)
    return IncomingMessage(
        routing_key=RoutingKey("0000000700099XC00001"),
        context=header.context,
        path=path,
        size=header.payload_size,
        sha256=header.payload_sha256.hex(),
    )


def test_what_is_kept_stays_where_accept_is_resumed_from(tmp_path: Path) -> None:
    message, target = incoming(tmp_path / "payload.part"), tmp_path / "kept.xml"

    kept = message.keep(target)

    assert kept == target
    assert target.read_bytes() == message.path.read_bytes() == envelopes.PAYLOAD
    assert target.stat().st_mode & 0o777 == 0o600


def test_what_a_crash_left_in_the_middle_is_replaced(tmp_path: Path) -> None:
    message, target = incoming(tmp_path / "payload.part"), tmp_path / "kept.xml"
    left = tmp_path / f"kept.xml.{message.context.message_id}.part"
    left.write_bytes(envelopes.PAYLOAD[:9])
    target.write_bytes(b"an earlier one")

    message.keep(target)

    assert target.read_bytes() == envelopes.PAYLOAD
    assert not left.exists()


def test_what_was_kept_before_is_kept_once(tmp_path: Path) -> None:
    message, target = incoming(tmp_path / "payload.part"), tmp_path / "kept.xml"
    message.keep(target)

    message.keep(target)

    assert sorted(tmp_path.iterdir()) == [target, message.path]
