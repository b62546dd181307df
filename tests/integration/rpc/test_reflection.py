"""By reflection a client sees the contract as protoc describes it, and prints what files print."""

import asyncio
import re
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from grpc_tools import protoc  # type: ignore[import-untyped]

from support.paths import ROOT
from support.worlds import small_world
from support.worlds.hub import Hub, running_hub
from wissel.routing.refusals.reasons import Reason

PROTOS: Final = ROOT / "protos"
FILES: Final = sorted(str(path.relative_to(PROTOS)) for path in PROTOS.rglob("*.proto"))
MOMENT: Final = re.compile(r"T[0-9:.]+Z")
NAME: Final = re.compile(r'^ *"(\w+)":', re.MULTILINE)
GRPCURL: Final = shutil.which("grpcurl", path=str(Path(sys.executable).parent))


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=small_world.small()) as started:
        yield started


def described_by_protoc(folder: Path) -> dict[str, FileDescriptorProto]:
    """Return each file of the contract as protoc describes it."""
    out = folder / "contract.bin"
    # protoc's own includes (google/protobuf) are found by its wrapper alone
    include = Path(protoc.__file__).parent / "_proto"
    arguments = ["protoc", f"-I{PROTOS}", f"-I{include}", f"--descriptor_set_out={out}"]
    assert protoc.main([*arguments, *FILES]) == 0
    return {each.name: each for each in FileDescriptorSet.FromString(out.read_bytes()).file}


async def reflected(hub: Hub, **question: str) -> dict[str, FileDescriptorProto]:
    """Return the files that answer a question."""
    stub: Any = hub.stub(reflection_pb2_grpc.ServerReflectionStub, "zuid")
    request = reflection_pb2.ServerReflectionRequest(**question)  # type: ignore[arg-type]
    answer = await stub.ServerReflectionInfo(iter([request])).read()
    found = map(
        FileDescriptorProto.FromString, answer.file_descriptor_response.file_descriptor_proto
    )
    return {each.name: each for each in found}


async def test_each_file_of_the_contract_is_served_as_protoc_describes_it(
    hub: Hub, tmp_path: Path
) -> None:
    expected = described_by_protoc(tmp_path)

    served = {name: (await reflected(hub, file_by_filename=name)).get(name) for name in FILES}

    assert expected == served


async def test_files_of_others_have_json_names_too(hub: Hub) -> None:
    found = await reflected(hub, file_containing_symbol="google.rpc.BadRequest")

    names = {
        field.json_name
        for file in found.values()
        for message in file.message_type
        for field in message.field
    }
    assert {"fieldViolations", "retryDelay"} <= names


async def grpcurl(hub: Hub, *arguments: str) -> str:
    """Return what grpcurl prints as Zuid; fail if it fails."""
    if not GRPCURL:
        pytest.skip("grpcurl is not installed; make setup installs it")
    who = hub.identity("zuid")
    process = await asyncio.create_subprocess_exec(
        GRPCURL,
        *("-cacert", str(who.roots)),
        *("-cert", str(who.certificate)),
        *("-key", str(who.key)),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said.decode()


async def test_grpcurl_describes_every_reason(hub: Hub) -> None:
    said = await grpcurl(hub, hub.address, "describe", "wissel.error.v1.ErrorReason")

    assert [] == [reason for reason in Reason if f"ERROR_REASON_{reason} =" not in said]


@pytest.mark.parametrize(
    ("file", "method", "data"),
    [
        ("party/v1/party_service.proto", "wissel.party.v1.PartyService/WhoAmI", "{}"),
        ("catalog/v1/catalog_service.proto", "wissel.catalog.v1.CatalogService/ListServices", "{}"),
        (
            "endpoint/v1/endpoint_service.proto",
            "wissel.endpoint.v1.EndpointService/ListEndpoints",
            '{"pageSize": 1, "include_ended": true}',
        ),
    ],
)
async def test_grpcurl_prints_the_same_by_reflection_as_from_the_files(
    hub: Hub, file: str, method: str, data: str
) -> None:
    from_files = ["-import-path", str(PROTOS), "-proto", f"wissel/{file}"]

    by_reflection = await grpcurl(hub, "-d", data, hub.address, method)
    by_files = await grpcurl(hub, *from_files, "-d", data, hub.address, method)

    assert MOMENT.sub("", by_files) == MOMENT.sub("", by_reflection)
    assert [] == [name for name in NAME.findall(by_reflection) if "_" in name]
