"""A swv-dossier and its answer, with the installed commands alone.

`wissel prepare` and `wissel announce` announce, `wissel las serve` is told, `wissel fetch`
fetches with what it was told, and `wissel send` answers.
"""

import json
import os
import signal
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from support.dossiers.editing import dossier
from support.eventually import eventually
from support.processes.processes import Running, calling_as, run, spawn
from wissel.agreement.v1 import agreement_service_pb2 as agreement
from wissel.agreement.v1.agreement_service_pb2_grpc import AgreementServiceStub
from wissel.clients.processes import command
from wissel.clients.testing import TestingHub, Vendor, running_hub
from wissel.clients.testing.admission import admission
from wissel.clients.testing.cast import SWV, SWV_OIN
from wissel.endpoint.v1 import endpoint_service_pb2 as endpoint
from wissel.school.v1 import school_service_pb2 as school
from wissel.school.v1.school_service_pb2_grpc import SamenwerkingsverbandServiceStub

WHY = "testing"
AT_SWV = f"{SWV_OIN[:17]}001"
ANSWER = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<terugkoppeling '
    b'xmlns="http://www.edustandaard.nl/oso_gegevensset/2019/dossier"/>\n'
)


class Stage:
    """A hub; a school with its vendor, and a samenwerkingsverband with its own."""

    def __init__(self, hub: TestingHub, folder: Path) -> None:
        self.hub = hub
        self.folder = folder
        self.school = hub.vendor("onelas", oin="00000003990000770000")
        self.verband = hub.vendor("swvlas", oin="00000003990000780000", service="OSO_SWV")
        call = hub.desk.hub.call
        opened = admission(
            oin=self.school.oin,
            name=self.school.name,
            system_id=self.school.system_id,
            service="OSO_SWV",
            reason=WHY,
        )
        for method, request in list(opened)[-2:]:  # it is there already, for OSO_OV
            call(method, request)
        call(
            lambda c: SamenwerkingsverbandServiceStub(c).RegisterSamenwerkingsverband,
            school.RegisterSamenwerkingsverbandRequest(
                swv=SWV, name="Verband", oin=SWV_OIN, reason=WHY
            ),
        )
        for kind in ("KENNISNET_OSR", "OSO", "OSO_SWV_EXTENSION"):
            call(
                lambda c: AgreementServiceStub(c).RecordAgreement,
                agreement.RecordAgreementRequest(swv=SWV, kind=kind, reason=WHY),
            )
        self.said = ""

    def connect(self, vendor: Vendor, place: str, service: str, key: str, url: str) -> None:
        """Let a vendor's system take part for a place."""
        mandate = self.hub.desk.mandate(place, service, vendor.system_id)
        request = endpoint.RegisterEndpointRequest(mandate_id=mandate, routing_key=key, url=url)
        self.hub.open(vendor).register_endpoint(request)

    def environ(self, vendor: Vendor) -> dict[str, str]:
        """Return what the commands of a vendor are called with."""
        return {
            **{name: text for name, text in os.environ.items() if "WISSEL" not in name},
            **calling_as(self.hub, vendor.name),
            "WISSEL_HUB_OIN": self.hub.hub_oin,
            "XDG_STATE_HOME": str(self.home(vendor)),
        }

    def home(self, vendor: Vendor) -> Path:
        """Return the folder in which a vendor's commands run."""
        folder = self.folder / vendor.name
        folder.mkdir(exist_ok=True)
        return folder

    def wissel(self, vendor: Vendor, *arguments: str) -> str:
        """Run a command that must succeed; return what it says."""
        code, said = self.tried(vendor, *arguments)
        assert code == 0, said
        return said

    def tried(self, vendor: Vendor, *arguments: str) -> tuple[int, str]:
        """Run a command; return how it ends and what it says."""
        line = [command("wissel"), *arguments]
        code, said = run(line, environ=self.environ(vendor), cwd=self.home(vendor))
        self.said += said
        return code, said

    def serving(self, vendor: Vendor, stack: ExitStack, *more: str) -> tuple[Running, str]:
        """Serve the LAS of a vendor; return it with its URL."""
        line = [command("wissel"), "las", "serve", "--listen", "localhost:0", *more]
        las = stack.enter_context(spawn(line, environ=self.environ(vendor), cwd=self.home(vendor)))
        return las, f"https://{las.line_with('serving on ').split()[-1]}"

    def kept(self, vendor: Vendor, place: str) -> list[Path]:
        """Return the files that a vendor's LAS has kept somewhere."""
        return sorted((self.home(vendor) / "received").glob(place))


def test_a_swv_dossier_is_announced_fetched_and_answered(tmp_path: Path) -> None:
    with ExitStack() as stack:
        stage = Stage(stack.enter_context(running_hub()), tmp_path)
        at_school, one = stage.serving(stage.school, stack, "--provide")
        at_verband, other = stage.serving(stage.verband, stack)
        key = stage.hub.connect(stage.school, "99XA", url=one)
        stage.connect(stage.school, "99XA", "OSO_SWV", key, one)
        stage.connect(stage.verband, SWV, "OSO_SWV", AT_SWV, other)
        (stage.home(stage.school) / "dossier.xml").write_bytes(dossier("POSWV"))
        (stage.home(stage.verband) / "answer.xml").write_bytes(ANSWER)

        listed = json.loads(stage.wissel(stage.school, "delivery-points", SWV, "--json"))
        stage.wissel(stage.school, "prepare", "dossier.xml", "--receiver", SWV)
        (notice,) = eventually(
            lambda: stage.kept(stage.verband, "notifications/*.json"), "it is told", until=bool
        )
        told: dict[str, Any] = json.loads(notice.read_text())
        asked = (
            *("--source", told["source"], "--requester", told["requester"]),
            *("--routing-key", told["routing_key"], "--kind", told["kind"]),
        )
        fetched = json.loads(
            stage.wissel(stage.verband, "fetch", *asked, "--link-key-file", str(notice), "--json")
        )
        ends = ("--from", SWV, "--to", "99XA", "--sender-routing-key", AT_SWV)
        stage.wissel(stage.verband, "send", "answer.xml", *ends, "--link-key-file", str(notice))
        announce = ("announce", "99XA", key, SWV, AT_SWV, "--link-key-file", "link.key", "--json")
        own = json.loads(stage.wissel(stage.school, *announce))
        own_key = (stage.home(stage.school) / "link.key").read_text().strip()
        again, no = stage.tried(stage.school, *announce)
        (answer,) = stage.kept(stage.school, f"{key}/*.xml")
        for las in (at_school, at_verband):
            las.signal(signal.SIGTERM)
        ended = [las.ended() for las in (at_school, at_verband)]
        hub_log = (stage.hub.folder / "hub.log").read_text()

    assert [each["delivery_point"]["routing_key"] for each in listed] == [AT_SWV]
    assert (notice.stat().st_mode & 0o777, told["source"], told["kind"]) == (
        0o600,
        "99XA",
        "swv-dossier",
    )
    assert fetched["result"] == "TRANSFERRED"
    assert (stage.home(stage.verband) / fetched["path"]).read_bytes() == dossier("POSWV")
    assert (again, "is there already" in no) == (2, True)
    assert own["state"] in {"PENDING", "NOTIFIED"}
    assert answer.read_bytes() == ANSWER
    assert ended == [0, 0]
    assert told["link_key"]
    for output in (stage.said, at_school.output, at_verband.output, hub_log):
        assert told["link_key"] not in output
        assert own_key not in output
        assert "Traceback" not in output
