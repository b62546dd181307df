"""The attachments of a dossier: Base64 of a ZIP with one file of an allowed type.

What a file is, is told by its content; its name must say the same. Nothing is
written to disk, and no more than a bounded part of an archive is unpacked.
"""

import base64
import binascii
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from wissel.clients.dossier.document import Dossier, path_of, text_of
from wissel.clients.dossier.findings import Finding, Severity
from wissel.clients.dossier.reading import Element, line_of

LARGEST: Final = 25 << 20
"""Bytes of all that a dossier's attachments unpack to, each of them counted while it is read."""
_MOST_FILES: Final = 20
_STEP: Final = 64 << 10
_OFFICE: Final = b"PK\x03\x04"
_OLD_OFFICE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_HEAD: Final = 4 << 10


class Sort(StrEnum):
    """What a file is by its content."""

    PDF = "PDF"
    JPG = "JPG"
    PNG = "PNG"
    OFFICE = "Office"
    OLD_OFFICE = "Office 97"
    TEXT = "tekst"


_SORT_OF_NAME: Final = {
    "pdf": Sort.PDF,
    "jpg": Sort.JPG,
    "jpeg": Sort.JPG,
    "png": Sort.PNG,
    "txt": Sort.TEXT,
    "docx": Sort.OFFICE,
    "xlsx": Sort.OFFICE,
    "pptx": Sort.OFFICE,
    "odf": Sort.OFFICE,
    "odt": Sort.OFFICE,
    "ods": Sort.OFFICE,
    "odp": Sort.OFFICE,
    "doc": Sort.OLD_OFFICE,
    "xls": Sort.OLD_OFFICE,
    "ppt": Sort.OLD_OFFICE,
}


@dataclass(frozen=True, slots=True)
class _Fault(Exception):
    rule: str
    sentence: str
    severity: Severity = Severity.ERROR


def attachments(dossier: Dossier) -> Iterator[Finding]:
    """Yield what is wrong with the attachments of a dossier."""
    left = LARGEST
    for document in dossier.all("document"):
        try:
            left -= _check(document, left)
        except _Fault as fault:
            yield Finding(
                fault.rule,
                fault.sentence,
                path_of(document),
                line_of(document),
                fault.severity,
            )


def _check(document: Element, left: int) -> int:
    """Return how many bytes an attachment unpacks to, or raise `_Fault`."""
    archive = _archive(text_of(document, "bestandsinhoud"))
    files = [each for each in archive.infolist() if not each.is_dir()]
    if not files:
        msg = "BIJLAGE.LEEG"
        raise _Fault(msg, "De bijlage is een ZIP zonder bestand.")
    if len(files) > _MOST_FILES:
        msg = "BIJLAGE.AANTAL"
        raise _Fault(msg, f"De bijlage bevat meer dan {_MOST_FILES} bestanden.")
    taken = 0
    for each in files:
        head, size = _unpack(archive, each, left - taken)
        taken += size
        _expect_type(each.filename, head)
    _expect_same(text_of(document, "bestandsnaam"))
    return taken


def _archive(text: str) -> zipfile.ZipFile:
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        msg = "BIJLAGE.BASE64"
        raise _Fault(msg, "De inhoud van de bijlage is geen Base64.") from None
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        if data.startswith(_OFFICE):
            msg = "BIJLAGE.BESCHADIGD"
            raise _Fault(
                msg,
                "De bijlage is een ZIP die niet te openen is; de ontvanger ziet haar niet.",
                Severity.WARNING,
            ) from None
        msg = "BIJLAGE.ZIP"
        raise _Fault(msg, "De inhoud van de bijlage is geen ZIP.") from None


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> tuple[bytes, int]:
    """Return the beginning and the size of a file, which is read no further than `left`."""
    if entry.flag_bits & 0x1:
        msg = "BIJLAGE.VERSLEUTELD"
        raise _Fault(msg, "De bijlage is versleuteld en kan niet worden gelezen.")
    head, size = b"", 0
    try:
        with archive.open(entry) as file:
            while part := file.read(_STEP):
                head = head or part[:_HEAD]
                size += len(part)
                if size > left:
                    msg = "BIJLAGE.GROOTTE"
                    raise _Fault(
                        msg,
                        f"De bijlagen worden uitgepakt groter dan {LARGEST >> 20} MiB.",
                    )
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError):
        msg = "BIJLAGE.BESCHADIGD"
        raise _Fault(
            msg,
            "De bijlage is een ZIP die niet te openen is; de ontvanger ziet haar niet.",
            Severity.WARNING,
        ) from None
    return head, size


def _expect_type(name: str, head: bytes) -> None:
    if ".." in name.replace("\\", "/").split("/") or name.startswith(("/", "\\")):
        msg = "BIJLAGE.NAAM"
        raise _Fault(msg, "Een bestand in de bijlage wijst naar een andere map.")
    wanted = _SORT_OF_NAME.get(_ending(name))
    found = _sort_of(head)
    if wanted is None or found is None:
        msg = "BIJLAGE.SOORT"
        raise _Fault(
            msg,
            "Een bijlage mag alleen PDF, JPG, PNG, DOC, DOCX, ODF, XLS, XLSX, TXT, PPT of PPTX "
            "zijn.",
        )
    if found is not wanted:
        msg = "BIJLAGE.SOORT"
        raise _Fault(msg, f"Het bestand heet alsof het {wanted} is, maar de inhoud is {found}.")


def _expect_same(name: str) -> None:
    if name and _ending(name) not in {*_SORT_OF_NAME, "zip"}:
        msg = "BIJLAGE.SOORT"
        raise _Fault(msg, "De naam van de bijlage heeft geen toegestane extensie.")


def _ending(name: str) -> str:
    return name.rpartition(".")[2].strip().lower() if "." in name else ""


def _sort_of(head: bytes) -> Sort | None:
    for start, sort in (
        (b"%PDF-", Sort.PDF),
        (b"\xff\xd8\xff", Sort.JPG),
        (b"\x89PNG\r\n\x1a\n", Sort.PNG),
        (_OFFICE, Sort.OFFICE),
        (_OLD_OFFICE, Sort.OLD_OFFICE),
    ):
        if head.startswith(start):
            return sort
    # A text has no control characters but those of lines; a program has.
    control = {each for each in head if each < 32} - set(b"\t\n\r\f")  # noqa: PLR2004
    return None if control or head.startswith((b"MZ", b"\x7fELF")) else Sort.TEXT
