"""What a setting may be, as functions of values: each says in one sentence what is wrong."""

import difflib
import ipaddress
import json
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

PREFIX: Final = "WISSEL_"
"""How the variables of settings begin."""
MAX_PORT: Final = 65_535
# Read by the commands and tests of this project; a hub may share its environment with them.
_OF_OTHERS: Final = frozenset(
    {
        "WISSEL_CONFIG",
        "WISSEL_SERVER",
        "WISSEL_CERTIFICATE",
        "WISSEL_KEY",
        "WISSEL_HUB_OIN",
        "WISSEL_OUTBOX",
        "WISSEL_TOKEN_FILE",
        "WISSEL_LANGUAGE",
        "WISSEL_DEADLINE",
    }
)
_OF_TESTS: Final = "WISSEL_TEST_"
_LEVELS: Final = ("debug", "info", "warning", "error", "critical")


def host_and_port(text: str) -> tuple[str, int]:
    """Return the host, which may be empty, and the port of `host:port`; ValueError says why not.

    An IPv6 address stands in brackets, which stay.
    """
    host, colon, port = text.rpartition(":")
    if not colon or not port:
        problem = f"{text!r} has no port; write host:port, such as 127.0.0.1:7443"
        raise ValueError(problem)
    if not (port.isascii() and port.isdigit()):
        problem = f"{port!r} is no port; write a number from 0 to {MAX_PORT}"
        raise ValueError(problem)
    if int(port) > MAX_PORT:
        problem = f"port {port} is too high; the highest is {MAX_PORT}"
        raise ValueError(problem)
    if any(not each.isprintable() or each.isspace() or each in "/@" for each in host):
        problem = f"{host!r} is no host; write a name or an address, such as 127.0.0.1"
        raise ValueError(problem)
    if ":" in host and not (host.startswith("[") and host.endswith("]")):
        problem = f"an IPv6 address stands in brackets: [{host}]:{port}"
        raise ValueError(problem)
    return host, int(port)


def name_server(text: str) -> str:
    """Return the address of a name server, an IP address with or without `:port`.

    ValueError says what is wrong. An IPv6 address stands in brackets if it has a port.
    """
    address = text
    if text.startswith("[") or text.count(":") == 1:
        host, port = host_and_port(text)
        address = host.removeprefix("[").removesuffix("]")
        if not port:
            problem = f"{text!r}: a name server has a port from 1 to {MAX_PORT}"
            raise ValueError(problem)
    try:
        ipaddress.ip_address(address)
    except ValueError:
        problem = f"{text!r} is no IP address; write one, such as 192.0.2.53 or 192.0.2.53:5353"
        raise ValueError(problem) from None
    return text


def log_level(text: str) -> str:
    """Return the name of a log level in lower case; ValueError names those that there are."""
    level = text.strip().lower()
    if level not in _LEVELS:
        problem = f"{text!r} is no log level; write one of {', '.join(_LEVELS)}"
        raise ValueError(problem)
    return level


def network(text: str) -> Network:
    """Return an address as a network of one, or a network; ValueError says why it is neither."""
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        problem = f"{text!r} is no address or network; write 192.0.2.1 or 192.0.2.0/24"
        raise ValueError(problem) from None


def json_array(text: str) -> list[Any]:
    """Return the items of a JSON array; none for a blank text, ValueError for anything else."""
    if not text.strip():
        return []
    try:
        found = json.loads(text)
    except ValueError as error:
        problem = f"not JSON: {error}"
        raise ValueError(problem) from None
    if not isinstance(found, list):
        problem = "must be a JSON array, such as [{...}]"
        raise ValueError(problem)  # noqa: TRY004 - what pydantic turns into a problem of the setting
    return found


def misspelt(environ: Iterable[str], known: Iterable[str]) -> list[str]:
    """Return what is wrong with each variable that looks like a setting and is none.

    `known` are the settings' names in lower case without the prefix.
    """
    names = [f"{PREFIX}{name.upper()}" for name in known]
    return [
        _unknown(name, names)
        for name in sorted(environ)
        if name.startswith(PREFIX)
        and name not in names
        and name not in _OF_OTHERS
        and not name.startswith(_OF_TESTS)
    ]


def read_toml(path: Path, known: Iterable[str]) -> Mapping[str, Any]:
    """Return the settings of a TOML file; ValueError names the file and what is wrong in it."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        problem = f"{path}: {error.strerror}"
        raise ValueError(problem) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        problem = f"{path}: line {line} is not UTF-8; save the file as UTF-8"
        raise ValueError(problem) from None
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problem = f"{path}: not TOML: {error}"
        raise ValueError(problem) from None
    names = list(known)
    wrong = [_unknown(name, names) for name in found if name not in names]
    if wrong:
        problem = f"{path}: {'; '.join(wrong)}"
        raise ValueError(problem)
    return found


def _unknown(name: str, names: Iterable[str]) -> str:
    like = difflib.get_close_matches(name, list(names), n=1)
    meant = f"; did you mean {like[0]}?" if like else ""
    return f"{name} is no setting{meant}"
