"""Every field of every request, spoiled one at a time.

    for path, request in spoiled(lambda: filled(kind, values)): ...

The descriptors of the contract say which fields there are, so a method that
is added later is spoiled as well.
"""

import base64
import importlib
import json
from collections.abc import Callable, Iterator
from typing import Any, Final, cast

from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

MODULES: Final = (
    "agreement.v1.agreement_service",
    "catalog.v1.catalog_service",
    "endpoint.v1.endpoint_service",
    "mandate.v1.mandate_service",
    "party.v1.party_service",
    "school.v1.school_service",
    "traffic.v1.route_service",
    "traffic.v1.traffic_service",
)
"""Where the services of the hub are; `las.v1` is served by vendors."""


def _token(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).rstrip(b"=").decode()


TEXTS: Final = (
    "\0",
    "99XA\0",
    "a\r\nwissel-user: root",
    "\x1b[31m\u202e\ufeff\uffff",
    "\U0010ffff" * 50,
    "x" * 200_000,
    "1" * 5_000,
    "٩" * 40,
    "' OR 1=1 --",
    "%_\\",
    "{0.__class__}%s${jndi}",
    " ",
    "0001-01-01",
    "9999-12-31",
    "0000-00-00",
    "00000000-0000-0000-0000-000000000000",
    "https://user@las.example:8443",
    "https://[::1]:99999",
    _token(2**64 - 1, "", "0" * 16),
    "PO9999",
    "00ZZ",
    "true",
)
"""Texts that are nothing, too much, or something else than they seem."""

VALUES: Final = {
    FieldDescriptor.TYPE_INT32: (-(2**31), -1, 2**31 - 1),
    FieldDescriptor.TYPE_INT64: (-(2**63), -1, 2**63 - 1),
    FieldDescriptor.TYPE_UINT32: (2**32 - 1,),
    FieldDescriptor.TYPE_UINT64: (2**63, 2**64 - 1),
    FieldDescriptor.TYPE_DOUBLE: (float("nan"), float("inf"), -1.0, 1e308),
    FieldDescriptor.TYPE_FLOAT: (float("nan"), float("inf"), -1.0),
    FieldDescriptor.TYPE_BYTES: (b"", b"\0", b"\xff" * 70_000),
    FieldDescriptor.TYPE_BOOL: (True,),
    FieldDescriptor.TYPE_STRING: TEXTS,
}


def services() -> list[ServiceDescriptor]:
    """Return the descriptors of the services that the hub serves."""
    modules = [importlib.import_module(f"wissel.{name}_pb2") for name in MODULES]
    return [each for one in modules for each in one.DESCRIPTOR.services_by_name.values()]


def request_type(method: MethodDescriptor) -> type[Message]:
    """Return the class of a method's requests."""
    return GetMessageClass(method.input_type)


def filled(kind: type[Message], values: dict[str, Any]) -> Message:
    """Return a message with the values that are known for its fields, by name.

    Of a oneof the first member that has a value is set.
    """
    message: Any = kind()
    for field in message.DESCRIPTOR.fields:
        taken = field.containing_oneof and message.WhichOneof(field.containing_oneof.name)
        # A name may be that of a text in one message and of a message in another.
        if field.message_type and isinstance(values.get(field.name), str | None):
            if not taken and not field.message_type.full_name.startswith("google."):
                _fill(message, field, values)
        elif field.name in values and not taken:
            _set(message, field, values[field.name])
    return cast(Message, message)


def spoiled(make: Callable[[], Message]) -> Iterator[tuple[str, Message]]:
    """Yield, for each field and each bad value for it, its path with a spoiled request.

    `make` returns a good request, another one each time.
    """
    for path, field in _paths(make().DESCRIPTOR):
        for value in VALUES.get(field.type, ()):
            message = make()
            _put(message, path, field, value)
            yield ".".join(path), message


def _fill(message: Any, field: FieldDescriptor, values: dict[str, Any]) -> None:
    assert field.message_type is not None
    inner = filled(GetMessageClass(field.message_type), values)
    if field.is_repeated:
        getattr(message, field.name).append(inner)
    else:
        getattr(message, field.name).CopyFrom(inner)


def _set(message: Any, field: FieldDescriptor, value: Any) -> None:
    if field.is_repeated:
        getattr(message, field.name).append(value)
    else:
        setattr(message, field.name, value)


def _paths(kind: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for field in kind.fields:
        path = (*above, field.name)
        if field.message_type:
            yield from _paths(field.message_type, path)
        else:
            yield path, field


def _put(message: Any, path: tuple[str, ...], field: FieldDescriptor, value: Any) -> None:
    for name in path[:-1]:
        inner = getattr(message, name)
        repeated = message.DESCRIPTOR.fields_by_name[name].is_repeated
        message = (inner[0] if inner else inner.add()) if repeated else inner
        message.SetInParent()
    if field.is_repeated:
        del getattr(message, field.name)[:]
    _set(message, field, value)
