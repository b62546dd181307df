"""What native libraries write becomes events, so many a minute at most."""

from structlog.testing import capture_logs

from wissel.server.logs.native import PER_MINUTE, NativeLines


def test_a_line_is_an_event_without_what_could_steer_a_terminal() -> None:
    with capture_logs() as events:
        NativeLines().take(b"E0000 handshake \x1b[31mfailed\xff\n")

    assert [event["text"] for event in events] == ["E0000 handshake ?[31mfailed\ufffd"]


def test_a_flood_is_counted_and_told() -> None:
    moment = [0.0]
    lines = NativeLines(lambda: moment[0])

    with capture_logs() as events:
        for _ in range(PER_MINUTE + 7):
            lines.take(b"handshake failed\n")
        moment[0] = 61.0
        lines.take(b"once more\n")

    assert PER_MINUTE + 1 == len(events)
    assert events[-1]["passed_over"] == 7
