"""One school prepares, another fetches: installed commands on both sides, and a hub between."""

import json
from pathlib import Path

from support.processes.hub_process import HubProcess, Place, serving
from support.processes.processes import calling_as, run, spawn
from support.worlds.underway import DOSSIER
from wissel.clients.processes import command
from wissel.clients.testing.cast import NOORD, ZUID

NUMBER = "999990019"


def environ(hub: HubProcess, name: str, folder: Path) -> dict[str, str]:
    """Return the settings of a vendor's commands."""
    return {
        **calling_as(hub.world, name, hub.address),
        "WISSEL_HUB_OIN": hub.world.hub_oin,
        "WISSEL_FETCHED": str(folder / "fetched"),
        "WISSEL_PREPARED": str(folder / "prepared"),
    }


def test_what_one_school_prepared_another_fetches(tmp_path: Path) -> None:
    with serving(Place.make(tmp_path)) as hub:
        vendors = {
            player.name: hub.world.vendor(player.name, oin=player.oin) for player in (NOORD, ZUID)
        }

        def wissel(name: str, *arguments: str) -> tuple[int, str]:
            line = [command("wissel"), *arguments]
            return run(line, environ=environ(hub, name, tmp_path), cwd=tmp_path)

        for name, vendor in vendors.items():
            wissel(name, "system", "key", "create", vendor.system_id, "--keys", f"keys-{name}")
            (key,) = (tmp_path / f"keys-{name}").iterdir()
            code, _ = wissel(name, "system", "key", "register", key.stem, "--keys", f"keys-{name}")
            assert code == 0
        serve = [command("wissel"), "las", "serve", "--provide", "--listen", "localhost:0"]
        serve += ["--keys", f"keys-{NOORD.name}"]
        with spawn(serve, environ=environ(hub, NOORD.name, tmp_path), cwd=tmp_path) as las:
            url = f"https://{las.line_with('serving on ').split()[-1]}"
            hub.world.connect(vendors[NOORD.name], "99XA", url=url)
            routing_key = hub.world.connect(vendors[ZUID.name], "99XC", url="https://localhost:9")
            hub.settled()
            asked = ["--source", "99XA", "--requester", "99XC", "--routing-key", routing_key]
            fetch = ["fetch", *asked, "--keys", f"keys-{ZUID.name}", "--json", "--number-file"]
            (tmp_path / "number").write_text(NUMBER)
            early, _ = wissel(ZUID.name, *fetch, "number")
            prepared, words = wissel(
                NOORD.name,
                "prepare",
                str(DOSSIER),
                "--receiver",
                "99XC",
                "--keys",
                f"keys-{NOORD.name}",
            )
            code, said = wissel(ZUID.name, *fetch, "number", "--check")
            (tmp_path / "other").write_text("999990020")
            no, told = wissel(ZUID.name, *fetch, "other")
            since, newest = wissel(ZUID.name, *fetch, "number", "--since", "2090-01-01T12:00")

    assert (early, prepared) == (1, 0), words
    fetched = json.loads(said)
    assert (code, fetched["result"], fetched["outcome"]) == (0, "TRANSFERRED", "PENDING_PERSON")
    assert (tmp_path / fetched["path"]).read_bytes() == DOSSIER.read_bytes()
    assert (no, json.loads(told)["result"]) == (1, "NOT_FOUND")
    assert (since, json.loads(newest)["result"]) == (1, "UNCHANGED")
    assert NUMBER not in said + told + newest + words + las.output
