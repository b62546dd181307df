"""What an operator mistypes is named, each in a sentence with the setting and what to write."""

import re
from pathlib import Path

import pytest

from wissel.server.setting_rules import host_and_port, log_level, misspelt, name_server, read_toml
from wissel.server.settings import Settings, SettingsError

FILES = ("TLS_CERTIFICATE", "TLS_KEY", "TRUST_ROOTS", "SIGNING_CERTIFICATE", "SIGNING_KEY")
NUMBERS = [
    "WORKERS",
    "MAX_PAYLOAD_BYTES",
    "MAX_TRANSFERS",
    "MAX_TRANSFERS_PER_OIN",
    "MAX_CONNECTIONS",
    "MAX_CONNECTIONS_PER_OIN",
    "MAX_CONNECTIONS_PER_ADDRESS",
    "RESOLVE_QUOTA_PER_MINUTE",
    "LOOKUP_QUOTA_PER_MINUTE",
    "MAX_CLOSED_SHARE",
    "GRACE_SECONDS",
    "SWEEP_SECONDS",
    "TRACE_SHARE",
]


@pytest.fixture(autouse=True)
def environ(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that are complete, and nothing else of ours."""
    for name in FILES:
        monkeypatch.setenv(f"WISSEL_{name}", "some.pem")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("127.0.0.1:7443", ("127.0.0.1", 7443)),
        ("localhost:0", ("localhost", 0)),
        (":65535", ("", 65535)),
        ("[::1]:7443", ("[::1]", 7443)),
        ("hub.example:443", ("hub.example", 443)),
    ],
)
def test_a_host_and_a_port(text: str, read: tuple[str, int]) -> None:
    assert read == host_and_port(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "has no port"),
        ("localhost", "has no port; write host:port, such as 127.0.0.1:7443"),
        ("7443", "has no port"),
        ("localhost:", "has no port"),
        ("localhost:x", "'x' is no port"),
        ("localhost:-1", "'-1' is no port"),
        ("localhost:7443 ", "'7443 ' is no port"),
        ("localhost:\u0667", "is no port"),
        ("localhost:65536", "port 65536 is too high; the highest is 65535"),
        ("::1:7443", "an IPv6 address stands in brackets: [::1]:7443"),
        ("https://hub:7443", "is no host"),
        ("hub example:7443", "is no host"),
    ],
)
def test_an_address_that_is_none_says_why(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as caught:
        host_and_port(text)

    assert told in str(caught.value)


@pytest.mark.parametrize("text", ["192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[::1]:53"])
def test_a_name_server_is_an_address_with_or_without_a_port(text: str) -> None:
    assert text == name_server(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ns.example", "'ns.example' is no IP address; write one, such as 192.0.2.53"),
        ("ns.example:53", "is no IP address"),
        ("", "is no IP address"),
        (":53", "is no IP address"),
        ("192.0.2.53:0", "has a port from 1 to 65535"),
        ("192.0.2.53:65536", "port 65536 is too high"),
        ("[::1]", "'1]' is no port"),
    ],
)
def test_what_is_no_name_server_is_told(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        name_server(text)


@pytest.mark.parametrize("text", ["info", "INFO", " Debug "])
def test_a_log_level_is_read_in_any_case(text: str) -> None:
    assert log_level(text) == text.strip().lower()


WRONG = [
    *((name, value) for name in NUMBERS for value in ("", "many", "-1", "1,5", "0x10", "nan")),
    *(("LISTEN", value) for value in ("", "localhost", "a:b", "a:70000", "::1:7443")),
    *(("PROXY_ADDRESSES", value) for value in ("proxy", "192.0.2.1/24", "192.0.2.", "::1,x")),
    *(("METRICS_LISTEN", value) for value in ("localhost", "a:b", "a:70000", "::1:9090")),
    *(("NAME_SERVERS", value) for value in ("ns.example", "1.2.3", "1.2.3.4:0", "1.2.3.4:dns")),
    *(("LOG_LEVEL", value) for value in ("", "loud", "0", "information")),
    *(("OPERATORS", value) for value in ("12345", "0000000399990000000O1", "x")),
    *(("PRIVATE_ADDRESSES", value) for value in ("", "perhaps", "2")),
    *(("DATABASE_URL", value) for value in ("mysql://x", "postgres://x", "registry.db")),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_each_wrong_value_of_each_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"WISSEL_{name}", value)

    with pytest.raises(SettingsError) as caught:
        Settings.read()

    told = str(caught.value)
    assert told.startswith(f"WISSEL_{name}: ")
    assert "\n" not in told


def test_a_variable_that_looks_like_a_setting_is_named_with_the_nearest() -> None:
    found = misspelt(
        ["WISSEL_LISTN", "WISSEL_LISTEN", "WISSEL_SERVER", "WISSEL_XYZZY", "PATH"], ["listen"]
    )

    assert found == [
        "WISSEL_LISTN is no setting; did you mean WISSEL_LISTEN?",
        "WISSEL_XYZZY is no setting",
    ]


def test_a_misspelt_variable_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WISSEL_DATABSE_URL", "sqlite:///x")

    with pytest.raises(SettingsError, match="did you mean WISSEL_DATABASE_URL"):
        Settings.read()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"listen = ", "not TOML: "),
        (b'listen = "a:1"\nlisten = "b:1"\n', "not TOML: Cannot overwrite a value"),
        (b'lisen = "a:1"\n', "lisen is no setting; did you mean listen?"),
        (b'[hub]\nlisten = "a:1"\n', "hub is no setting"),
        (b"\n# caf\xe9\n", "line 2 is not UTF-8; save the file as UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "wissel.toml"
    file.write_bytes(content)

    with pytest.raises(ValueError, match=r"wissel\.toml: ") as caught:
        read_toml(file, ["listen"])

    assert told in str(caught.value)


def test_a_byte_order_mark_before_a_file_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "wissel.toml"
    file.write_bytes(b'\xef\xbb\xbflisten = "a:1"\n')

    assert read_toml(file, ["listen"]) == {"listen": "a:1"}


def test_wrong_types_in_a_file_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "wissel.toml"
    file.write_text("workers = [1]\nlisten = 7443\n")
    monkeypatch.setenv("WISSEL_CONFIG", str(file))

    with pytest.raises(SettingsError) as caught:
        Settings.read()

    assert "WISSEL_WORKERS: " in str(caught.value)
    assert "WISSEL_LISTEN: " in str(caught.value)
