"""Server reflection, with all that the contract has and as protoc describes it.

The library serves the descriptors of the generated Python modules, which lack the
JSON names of fields: a client such as grpcurl would print other names by
reflection than from the `.proto` files.
"""

from collections.abc import AsyncIterator, Iterable
from functools import lru_cache
from typing import Any, Final

from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorProto
from grpc_reflection.v1alpha import reflection, reflection_pb2

from wissel.error.v1 import error_reason_pb2
from wissel.las.v1 import las_service_pb2

UNUSED: Final = (error_reason_pb2.DESCRIPTOR, las_service_pb2.DESCRIPTOR)
"""Files that no service of the hub refers to; only what is imported is found."""

_FILES: Final = 128  # far more than there are


class ReflectionServicer(reflection.aio.ReflectionServicer):
    """Describes the services of the hub, and every message and enum of the contract."""

    async def ServerReflectionInfo(  # type: ignore[override]  # its stub is not of what it is
        self,
        request_iterator: AsyncIterator[reflection_pb2.ServerReflectionRequest],
        context: Any,
    ) -> AsyncIterator[reflection_pb2.ServerReflectionResponse]:
        """Answer each question, in order."""
        answers: Any = super().ServerReflectionInfo(request_iterator, context)
        async for answer in answers:
            files = answer.file_descriptor_response.file_descriptor_proto
            if files:
                files[:] = [with_json_names(each) for each in files]
            yield answer


@lru_cache(maxsize=_FILES)
def with_json_names(file: bytes) -> bytes:
    """Return a serialized FileDescriptorProto in which each field has its JSON name."""
    described = FileDescriptorProto.FromString(file)
    _name_fields(described.message_type)
    return described.SerializeToString()


def _name_fields(messages: Iterable[DescriptorProto]) -> None:
    for message in messages:
        for field in message.field:
            field.json_name = field.json_name or _json_name(field.name)
        _name_fields(message.nested_type)


def _json_name(name: str) -> str:
    """Return `page_size` as `pageSize`: without underscores, the letter behind each a capital.

    The first word stays as it is, as protoc does it.
    """
    first, *rest = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)
