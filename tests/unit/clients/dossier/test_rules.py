"""Each rule is broken by a mutation that breaks no other, and all rules have one."""

import csv
from collections import Counter

import pytest

from support.dossiers.codes import OF_LISTS
from support.dossiers.editing import dossier
from support.dossiers.mutations import PUBLISHED
from support.paths import SHARED
from wissel.clients.dossier.checking import RULES, check
from wissel.clients.dossier.profiles import CATEGORIES
from wissel.clients.dossier.rules.categories import OF_CATEGORIES
from wissel.clients.dossier.rules.code_lists import CODE_LISTS, OF_CODE_LISTS
from wissel.clients.dossier.rules.generic import GENERIC
from wissel.clients.dossier.rules.rule import Rule

_OFFICIAL = SHARED / "domain" / "oso"


def _broken(data: bytes) -> list[str]:
    return sorted({finding.rule for finding in check(data).errors})


@pytest.mark.parametrize("profile", ["POVO", "POPO", "VOVO", "BB", "POSWV", "VOSWV"])
def test_the_made_up_dossiers_break_no_rule(profile: str) -> None:
    report = check(dossier(profile))
    assert _broken(dossier(profile)) == []
    assert report.profile == {"BB": "overdrachtbinnenbrin"}.get(profile, profile)


@pytest.mark.parametrize(
    ("rule", "profile", "edits"),
    [*PUBLISHED, *OF_LISTS],
    ids=[f"{rule}-{profile}-{at}" for at, (rule, profile, _) in enumerate([*PUBLISHED, *OF_LISTS])],
)
def test_a_mutation_breaks_its_rule_alone(rule: str, profile: str, edits: tuple[str, ...]) -> None:
    assert _broken(dossier(profile, *edits)) == [rule]


def _of_profiles() -> list[Rule]:
    return [*GENERIC, *(rule for rules in RULES.values() for rule in rules)]


def test_every_rule_has_a_mutation() -> None:
    told = {rule for rule, _, _ in PUBLISHED}
    unreachable = {"OVb.OS01"}  # with another kind of transfer it is OVa.OS03's other name
    assert {rule.ids[0] for rule in _of_profiles()} == told - unreachable
    assert len(OF_LISTS) == len(OF_CODE_LISTS) == 54


def test_the_rules_are_as_many_as_the_published_file_has() -> None:
    with_id = {each for rule in _of_profiles() for each in rule.ids if not each.startswith("WS")}
    ours = {each for rule in _of_profiles() for each in rule.ids if each.startswith("WS")}
    assert len(with_id) == 98
    assert len(ours) == 11
    assert len(OF_CATEGORIES) == 82


@pytest.mark.skipif(not _OFFICIAL.is_dir(), reason="the published rules are not placed")
def test_the_ids_and_code_lists_are_the_published_ones() -> None:
    with (_OFFICIAL / "oso_validatieregels_2019.1.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    published = {each for row in rows for each in row["business_rule"].split("|") if each}
    ours = {each for rule in _of_profiles() for each in rule.ids if not each.startswith("WS")}
    assert ours == published
    fields = Counter(row["codelijst"] for row in rows if row["codelijst"])
    assert Counter(rule.ids[0] for rule in OF_CODE_LISTS) == fields
    with (_OFFICIAL / "oso_codelijsten_2019.1.csv").open(encoding="utf-8") as file:
        codes: dict[int, set[str]] = {}
        for row in csv.DictReader(file):
            codes.setdefault(int(row["codelijst"]), set()).add(row["waarde"])
    assert {number: set(values) for number, values in CODE_LISTS.items()} == codes


_PARTS = {
    "ouderinzage": ("dossier", ["inzage"]),
    "oudersverzorgers": (
        "leerling", ["verzorgersaansprakelijk", "verzorger", "aansprakelijkeinstelling"]
    ),
    "vve": (
        "leerling", ["vanpeuterspeelzaal", "naampeuterspeelzaal", "voorschools", "vroegschools"]
    ),
    "schoolloopbaan": ("leerling", ["schoolloopbaanlijst"]),
    "overstapadvies": ("leerling", ["overstapadvies"]),
    "onderwijsondersteuning": (
        "onderwijsondersteuning",
        ["toelichting_onderwijsbehoeften", "diagnose", "medicijngebruik", "opp", "tlv",
         "arrangement_cluster12", "arrangement_pao", "lwoo", "rvc"],
    ),
    "verzuim": ("leerling", ["verzuim"]),
    "eindtoetsbo": ("leerling", ["eindtoets_basisonderwijs"]),
    "toetsresultaten": ("leerling", ["toetslijst"]),
    "handelingsplannen": ("onderwijsondersteuning", ["handelingsplan"]),
    "cijferlijsten": ("leerling", ["cijferlijstlijst"]),
    "vombo": (
        "leerling",
        ["bevorderd", "examenresultaat", "resultaatvakkenvo", "certificaat", "competenties",
         "stage", "overigvombo"],
    ),
    "bijlagedocs": ("leerling", ["overigdocumentlijst"]),
}  # fmt: skip


def _bare() -> list[str]:
    """Take from a dossier within a BRIN all that is in a category."""
    return ["-inzage", "-leerling/verzorger", "-leerling/schoolloopbaanlijst"]


@pytest.mark.parametrize("category", _PARTS)
def test_a_category_that_is_demanded_may_not_lack(category: str) -> None:
    edits = [*_off(), f"cat_{category}=VERPLICHT", *_bare()]
    assert _broken(dossier("BB", *edits)) == [f"CAT.{category}.verplicht"]


def _off() -> list[str]:
    fixed = {"metadata", "school", "leerling"}
    return [f"cat_{each}=OPTIONEEL" for each in CATEGORIES if each not in fixed]


@pytest.mark.parametrize("said", ["VERBODEN", "OPT-UIT"])
@pytest.mark.parametrize(
    ("category", "block", "part"),
    [(category, block, part) for category, (block, parts) in _PARTS.items() for part in parts],
)
def test_a_category_that_is_off_may_hold_nothing(
    category: str, block: str, part: str, said: str
) -> None:
    xml = f"<{part}/>"
    if block == "onderwijsondersteuning":
        block, xml = "leerling", f"<onderwijsondersteuning>{xml}</onderwijsondersteuning>"
    edits = [*_off(), *_bare(), f"cat_{category}={said}", f"{block}+{xml}"]
    word = {"VERBODEN": "verboden", "OPT-UIT": "uitgezet"}[said]
    suffix = f".{part}" if len(_PARTS[category][1]) > 1 else ""
    assert _broken(dossier("BB", *edits)) == [f"CAT.{category}.{word}{suffix}"]


@pytest.mark.parametrize("said", ["VERBODEN", "OPT-UIT"])
def test_metadata_may_not_be_off(said: str) -> None:
    word = {"VERBODEN": "verboden", "OPT-UIT": "uitgezet"}[said]
    broken = _broken(dossier("BB", f"cat_metadata={said}"))
    parts = [f"CAT.metadata.{word}.{each}" for each in ("deeldossier", "overdrachtsoort")]
    assert broken == ["CAT.metadata.profiel", *parts]
    lacking = _broken(dossier("POVO", "-metadata/deeldossier", "-overdrachtsoort"))
    assert lacking == ["CAT.metadata.verplicht"]


@pytest.mark.parametrize(
    ("profile", "category", "said"),
    [("POVO", "vve", "OPTIONEEL"), ("POPO", "vombo", "OPT-UIT"), ("POSWV", "leerling", "VERBODEN")],
)
def test_a_profile_demands_its_categories(profile: str, category: str, said: str) -> None:
    broken = _broken(dossier(profile, f"cat_{category}={said}"))
    assert broken == [f"CAT.{category}.profiel"]


def test_what_two_rules_forbid_is_told_once_and_by_the_published_one() -> None:
    assert _broken(dossier("POVO", "-inzage")) == ["OVa.IZ01"]
    assert _broken(dossier("VOSWV", "leerling+<voorschools/>")) == ["PaO.VV03"]


@pytest.mark.parametrize("transition", ["POWEC", "VOMBO", "WECVO", "OVERIG"])
def test_a_profile_without_published_rules_is_warned_about_and_not_refused(transition: str) -> None:
    report = check(dossier("POVO", f"metadata/overstap={transition}", "-leerling/bsn"))
    assert [each.rule for each in report.findings] == ["PROFIEL"]
    assert report.passed


@pytest.mark.parametrize(
    ("day", "broken"),
    [("2023-07-31", True), ("2023-08-01", False), ("2026-07-31", False), ("2026-08-01", True)],
)
def test_tests_count_from_the_day_of_the_dossier(day: str, broken: bool) -> None:
    test = (
        f"leerling+<toetslijst><toets><afname><afnamedatum>{day}</afnamedatum></afname>"
        "</toets></toetslijst>"
    )
    assert _broken(dossier("POVO", "metadata/datum=2026-05-18", test)) == (
        ["WSa.TR04"] if broken else []
    )
