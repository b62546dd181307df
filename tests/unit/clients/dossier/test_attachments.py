"""Attachments: what is allowed, told by content, and what an archive may not do."""

import base64
import io
import zipfile

import pytest

from support.dossiers.editing import dossier
from wissel.clients.dossier import attachments
from wissel.clients.dossier.checking import check
from wissel.clients.dossier.findings import Severity

_PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
_DOCX = b"PK\x03\x04" + bytes(20)
_DOC = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(20)


def _zip(*files: tuple[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return data.getvalue()


def _with(content: str, name: str = "bijlage.pdf") -> bytes:
    xml = (
        f"<overigdocumentlijst><document><bestandsnaam>{name}</bestandsnaam>"
        f"<bestandsinhoud>{content}</bestandsinhoud></document></overigdocumentlijst>"
    )
    return dossier("POVO", f"leerling+{xml}")


def _rules(*files: tuple[str, bytes], name: str = "bijlage.pdf") -> list[str]:
    return _of(base64.b64encode(_zip(*files)).decode(), name)


def _of(content: str, name: str = "bijlage.pdf") -> list[str]:
    return [finding.rule for finding in check(_with(content, name)).findings]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"%PDF-1.7"),
        ("a.jpg", b"\xff\xd8\xff\xe0"),
        ("a.png", _PNG),
        ("a.docx", _DOCX),
        ("a.xlsx", _DOCX),
        ("a.odf", _DOCX),
        ("a.ppt", _DOC),
        ("A.TXT", "een verslag met een é\r\n".encode()),
        ("a.txt", b""),
    ],
)
def test_what_is_allowed_passes(name: str, content: bytes) -> None:
    assert _rules((name, content)) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"MZ\x90\x00"),
        ("a.pdf", b"MZ\x90\x00"),
        ("a.pdf", b"<script>alert(1)</script>"),
        ("a.txt", b"%PDF-1.7"),
        ("a.html", b"<html>"),
        ("a", b"%PDF-1.7"),
        ("a.txt", b"\x7fELF\x02"),
    ],
)
def test_a_name_that_does_not_fit_the_content_is_refused(name: str, content: bytes) -> None:
    assert _rules((name, content)) == ["BIJLAGE.SOORT"]


def test_the_name_in_the_dossier_must_be_allowed_too() -> None:
    assert _rules(("a.pdf", b"%PDF-1.7"), name="bijlage.exe") == ["BIJLAGE.SOORT"]


def test_what_is_no_archive_is_refused() -> None:
    assert _of("geen base64!") == ["BIJLAGE.BASE64"]
    assert _of(base64.b64encode(b"%PDF-1.7 not packed").decode()) == ["BIJLAGE.ZIP"]
    assert _rules() == ["BIJLAGE.LEEG"]


def test_an_archive_that_was_cut_is_warned_about() -> None:
    whole = _zip(("a.pdf", b"%PDF-1.7" + bytes(range(256)) * 9))
    finding = check(_with(base64.b64encode(whole[:60]).decode())).findings[0]
    assert finding.rule == "BIJLAGE.BESCHADIGD"
    assert finding.severity is Severity.WARNING


def test_a_bomb_is_refused_without_being_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "LARGEST", 1 << 20)
    assert _rules(("a.txt", b"0" * (2 << 20))) == ["BIJLAGE.GROOTTE"]
    some = [(f"{at}.txt", b"0" * (400 << 10)) for at in range(3)]
    assert _rules(*some) == ["BIJLAGE.GROOTTE"]  # all of them together
    assert _rules(*[(f"{at}.txt", b"a") for at in range(21)]) == ["BIJLAGE.AANTAL"]


@pytest.mark.parametrize("name", ["../a.txt", "/etc/a.txt", "b/../../a.txt"])
def test_a_path_to_elsewhere_is_refused(name: str) -> None:
    assert _rules((name, b"a")) == ["BIJLAGE.NAAM"]


def test_an_encrypted_archive_is_refused() -> None:
    data = bytearray(_zip(("a.txt", b"a")))
    central = data.index(b"PK\x01\x02")
    data[central + 8] |= 1
    assert _of(base64.b64encode(bytes(data)).decode()) == ["BIJLAGE.VERSLEUTELD"]
