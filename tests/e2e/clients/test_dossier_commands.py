"""`wissel dossier check` and `show`, as installed."""

import json
import os
import subprocess
import sys
from pathlib import Path

from support.dossiers.editing import dossier

_WISSEL = Path(sys.executable).with_name("wissel")


def _wissel(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("WISSEL_")}
    command = [str(_WISSEL), *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, check=False)


def test_a_fit_dossier_passes_and_the_output_says_what_was_not_checked(tmp_path: Path) -> None:
    (tmp_path / "fit.xml").write_bytes(dossier("POVO"))
    done = _wissel("dossier", "check", "fit.xml", cwd=tmp_path)
    assert done.returncode == 0
    assert "fit.xml (POVO) passes" in done.stdout
    assert "XSD" in done.stderr


def test_an_unfit_dossier_exits_1_and_names_rule_place_and_line(tmp_path: Path) -> None:
    (tmp_path / "unfit.xml").write_bytes(dossier("POVO", "-leerling/voornaam"))
    done = _wissel("dossier", "check", "unfit.xml", "--json", cwd=tmp_path)
    assert done.returncode == 1
    [report] = json.loads(done.stdout)
    [finding] = report["findings"]
    assert finding["rule"] == "OVa.LL01"
    assert finding["path"] == "/dossier/huidigeschool/leerling/voornaam"
    assert finding["line"] > 1
    assert not report["passed"]


def test_several_files_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(dossier("POVO"))
    (tmp_path / "b.xml").write_bytes(b"<DOD/>")
    done = _wissel("dossier", "check", "a.xml", "b.xml", cwd=tmp_path)
    assert done.returncode == 1
    assert "a.xml (POVO) passes" in done.stdout
    assert "DOD" in done.stdout


def test_a_file_or_folder_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "fit.xml").write_bytes(dossier("POVO"))
    for arguments in (["none.xml"], ["fit.xml", "--gegevensset", "none"]):
        done = _wissel("dossier", "check", *arguments, cwd=tmp_path)
        assert done.returncode == 2
        assert "none" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_list_of_test_codes_is_used_where_it_is_placed(tmp_path: Path) -> None:
    test = (
        "leerling+<toetslijst><toets><toetsidentificatie><eldtoetscode>ABC</eldtoetscode>"
        "</toetsidentificatie></toets></toetslijst>"
    )
    (tmp_path / "tests.xml").write_bytes(dossier("POVO", test))
    (tmp_path / "codes.csv").write_text("code;naam\nABC;Een toets\n", encoding="utf-8")
    (tmp_path / "others.csv").write_text("code\nXYZ\n", encoding="utf-8")
    without = _wissel("dossier", "check", "tests.xml", cwd=tmp_path)
    assert "toetscodelijst" in without.stderr
    assert without.returncode == 0
    known = _wissel("dossier", "check", "tests.xml", "--toetscodes", "codes.csv", cwd=tmp_path)
    assert known.returncode == 0
    other = _wissel("dossier", "check", "tests.xml", "--toetscodes", "others.csv", cwd=tmp_path)
    assert other.returncode == 1
    assert "TOETSCODE" in other.stdout


def test_a_page_is_written_whole_or_to_stdout(tmp_path: Path) -> None:
    (tmp_path / "fit.xml").write_bytes(dossier("POVO"))
    done = _wissel("dossier", "show", "fit.xml", "--out", "page.html", cwd=tmp_path)
    assert done.returncode == 0
    written = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Spoorbiels" in written
    assert _wissel("dossier", "show", "fit.xml", cwd=tmp_path).stdout == written
    (tmp_path / "no.xml").write_bytes(b"<a>")
    refused = _wissel("dossier", "show", "no.xml", cwd=tmp_path)
    assert refused.returncode == 2
    assert "XML.VORM" in refused.stderr
