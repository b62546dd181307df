"""What changed, in words: `period.end: 2026-12-31 (was: 2027-07-31)`."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from google.protobuf import json_format

from wissel.audit.v1 import audit_service_pb2 as pb

_NONE: Final = "none"
_NAMES: Final = ("vestiging", "namespace", "start", "kind")
"""What tells the items of a list apart, in the order in which it is looked for."""


def changes(entry: pb.HistoryEntry) -> list[str]:
    """Return what changed, one text for each field; of what is new, all that it has."""
    before, after = _flat(entry.before), _flat(entry.after)
    names = sorted(before.keys() | after.keys())
    if entry.change == "CREATED":
        return [f"{name}: {after[name]}" for name in names]
    return [
        f"{name}: {after.get(name, _NONE)} (was: {before.get(name, _NONE)})"
        for name in names
        if before.get(name) != after.get(name)
    ]


def _flat(struct: Any) -> dict[str, str]:
    """Return the values of a fact by their way to them, such as `period.end`."""
    return dict(_leaves("", json_format.MessageToDict(struct)))


def _leaves(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key in value:
            yield from _leaves(f"{name}.{key}" if name else key, value[key])
    elif isinstance(value, list) and value and all(isinstance(each, Mapping) for each in value):
        for number, each in enumerate(value, start=1):
            yield from _leaves(f"{name} {_name_of(each) or number}", each)
    else:
        yield name, _text(value)


def _name_of(item: Mapping[str, Any]) -> str:
    return next((str(item[key]) for key in _NAMES if key in item), "")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list):
        return ", ".join(map(_text, value)) or _NONE
    return _NONE if value is None else str(value)
