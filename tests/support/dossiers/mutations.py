"""One mutation of a made-up dossier for each rule, which breaks that rule and no other."""

from collections.abc import Iterator
from typing import Final

Mutation = tuple[str, str, tuple[str, ...]]
"""A rule, the profile of the dossier that is edited, and the edits."""

_PHONE = (
    "<communicatie><soort>telefoon</soort><nummer>0612345678</nummer><geheim>true</geheim>"
    "</communicatie>"
)
_MAIL = (
    "<communicatie><soort>e-mail</soort><nummer>kind@voorbeeld.example</nummer>"
    "<geheim>true</geheim></communicatie>"
)
_LIST = "<communicatielijst>{}</communicatielijst>"
_ADDRESS = "<adreslijst><adres><soortadres>bezoek</soortadres></adres></adreslijst>"
_TEST = (
    "<toetslijst><toets><afname><afnamedatum>{day}</afnamedatum></afname>{result}</toets>"
    "</toetslijst>"
)
_RESULT = "<resultaat><toetsscore><aantalgoed>1</aantalgoed></toetsscore></resultaat>"
_FINAL = (
    "<eindtoets_basisonderwijs><deelgenomen>{took}</deelgenomen>{result}</eindtoets_basisonderwijs>"
)


def _in_support(xml: str) -> str:
    return f"leerling+<onderwijsondersteuning>{xml}</onderwijsondersteuning>"


def _of_all(prefix: str, profile: str) -> Iterator[Mutation]:
    """Yield what overstapdossiers and SWV-dossiers have alike."""
    carer = f"{prefix}.OV04"
    yield f"{prefix}.SL01", profile, ("-huidigeschool/adreslijst",)
    yield f"{prefix}.SL01", profile, ("-leerling/schoolloopbaanlijst",)
    yield f"{prefix}.SL02", profile, ("-huidigeschool/communicatielijst",)
    yield f"{prefix}.LL01", profile, ("-leerling/voornaam",)
    yield f"{prefix}.LL02", profile, ("-leerling/geboortedatum",)
    yield f"{prefix}.LL03", profile, ("leerling+<geboortemaand>2014-02</geboortemaand>",)
    yield f"{prefix}.LL04", profile, ("-leerling/adresgeheim",)
    yield f"{prefix}.LL05", profile, ("-leerling/adreslijst",)
    yield f"{prefix}.LL06", profile, ("leerling/adresgeheim=true",)
    yield f"{prefix}.LL07", profile, ("leerling+<postcode4adres>9999</postcode4adres>",)
    yield f"{prefix}.LL08", profile, (f"leerling+{_LIST.format(_PHONE)}",)
    yield f"{prefix}.LL08", profile, (f"leerling+{_LIST.format(_MAIL)}",)
    yield carer, profile, (f"verzorger+{_LIST.format(_PHONE)}",)
    yield carer, profile, (f"verzorger+{_LIST.format(_MAIL)}",)
    abroad = "leerling+<adresbuitenland>Elders 1</adresbuitenland>"
    yield f"{prefix}.LL09", profile, ("leerling/adresgeheim=true", "-leerling/adreslijst", abroad)
    yield f"{prefix}.LL10", profile, ("leerling+<geboorteplaats>Elders</geboorteplaats>",)
    yield f"{prefix}.LL11", profile, ("leerling+<nationaliteit>1</nationaliteit>",)
    yield f"{prefix}.MD01", profile, ("metadata/deeldossier=TIB",)
    yield f"{prefix}.MD02", profile, ("metadata/validatieversie=2019.1.0",)
    yield f"{prefix}.MD03", profile, ("-metadata/categorie_uitlevering",)
    liable = "leerling+<verzorgersaansprakelijk>true</verzorgersaansprakelijk>"
    edits = ("-leerling/verzorger",) if profile == "POVO" else ("-leerling/verzorger", liable)
    yield f"{prefix}.OV01", profile, edits
    secret = f"verzorger+<adresgeheim>true</adresgeheim>{_ADDRESS}"
    yield f"{prefix}.OV03", profile, (secret,)


def _results(prefix: str, profile: str) -> Iterator[Mutation]:
    test = _TEST.format(day="2026-02-01", result="<resultaat/>")
    yield f"{prefix}.TR01", profile, (f"leerling+{test}",)
    score = _TEST.format(day="2026-02-01", result="<resultaat><toetsscore/></resultaat>")
    yield f"{prefix}.TR02", profile, (f"leerling+{score}",)
    grades = "<cijferlijstlijst><cijferlijst><score/></cijferlijst></cijferlijstlijst>"
    yield f"{prefix}.TR03", profile, (f"leerling+{grades}",)


def _carers_not_liable(profile: str) -> tuple[str, ...]:
    return ("leerling/verzorgersaansprakelijk=false",)


PUBLISHED: Final[tuple[Mutation, ...]] = (
    ("OG.01", "POVO", ("huidigeschool/communicatielijst/communicatie/nummer=a@b",)),
    ("OG.01", "POVO", (f"huidigeschool/communicatielijst/communicatie/nummer={'a' * 257}",)),
    ("OG.01", "POVO", ("huidigeschool/communicatielijst/communicatie/nummer=voorbeeld",)),
    ("OG.01", "POVO", ("huidigeschool/communicatielijst/communicatie/nummer=a b@c.example",)),
    ("OG.02", "POVO", ("metadata/standaardversie=2017.1",)),
    (
        "OG.03",
        "POVO",
        (_in_support("<lwoo><lwoo_einddatum>2027-07-30</lwoo_einddatum></lwoo>"),),
    ),
    ("OG.04", "POVO", ("verzorger+<overlijdensdatum>2020</overlijdensdatum>",)),
    (
        "OG.04",
        "POVO",
        ("verzorger+<overleden>false</overleden><overlijdensdatum>2020</overlijdensdatum>",),
    ),
    ("OG.05", "POVO", ("leerling+<huisarts><roepnaam>Zorg</roepnaam></huisarts>",)),
    ("OG.05", "POVO", ("leerling+<huisarts><geslacht>1</geslacht></huisarts>",)),
    ("OG.05", "POVO", ("leerling+<huisarts><adresgeheim>true</adresgeheim></huisarts>",)),
    *_of_all("OVa", "POVO"),
    ("OVa.OS03", "POVO", ("overdrachtsoort=swv-dossier",)),
    ("OVa.OS01", "POVO", ("-metadata/overstap",)),
    ("OVa.OS02", "POVO", ("metadata/overstap=POSWV",)),
    ("OVa.IZ01", "POVO", ("-inzage",)),
    ("OVa.IZ02", "POVO", ("inzage/inzage=false",)),
    ("OVa.IZ02", "POVO", ("-inzage/inzage",)),
    ("OVa.IZ03", "POVO", ("-inzage/inzagedatum",)),
    ("OVa.IZ04", "POVO", ("-inzage/akkoord",)),
    ("OVa.IZ05", "VOVO", ("-inzage/toestemming",)),
    ("OVa.LL12", "POVO", ("-leerling/bsn",)),
    ("OVa.LL13", "POVO", ("-leerling/leerlingid",)),
    ("OVa.LL14", "POVO", ("-leerling/datuminschrijving",)),
    ("OVa.LL15", "POVO", ("-leerling/verzorgersaansprakelijk",)),
    ("OVa.AI01", "POPO", _carers_not_liable("POPO")),
    ("WSa.AI02", "POVO", _carers_not_liable("POVO")),
    ("OVa.VV01", "POVO", ("leerling+<voorschools/>",)),
    ("OVa.VV02", "VOVO", ("leerling+<vroegschools/>",)),
    ("OVa.OA01", "POVO", ("-leerling/overstapadvies",)),
    ("OVa.OA02", "POVO", ("-overstapadvies/advies",)),
    ("OVa.OA03", "POVO", ("-overstapadvies/contactnodig",)),
    (
        "OVa.OA04",
        "POVO",
        (
            "overstapadvies/contactnodig=true",
            "overstapadvies+<contacttelefoon>0101234567</contacttelefoon>",
        ),
    ),
    (
        "OVa.OA05",
        "POVO",
        (
            "overstapadvies/contactnodig=true",
            "overstapadvies+<contactpersoon>A. Voorbeeld</contactpersoon>",
        ),
    ),
    ("OVa.EB01", "POVO", (f"leerling+{_FINAL.format(took='true', result='')}",)),
    ("OVa.EB03", "POVO", (f"leerling+{_FINAL.format(took='false', result='')}",)),
    (
        "WSa.EB05",
        "POVO",
        (
            "leerling+"
            + _FINAL.format(
                took="true",
                result="<eindtoetsresultaat><wettelijke_ontheffing>J</wettelijke_ontheffing>"
                "<toets_advies>40</toets_advies></eindtoetsresultaat>",
            ),
        ),
    ),
    (
        "OVa.EB04",
        "POVO",
        (
            "leerling+"
            + _FINAL.format(
                took="true",
                result="<eindtoetsresultaat><toetssoort>0011</toetssoort></eindtoetsresultaat>",
            ),
        ),
    ),
    ("WSa.TR04", "POVO", (f"leerling+{_TEST.format(day='2023-07-31', result=_RESULT)}",)),
    *_results("WSa", "POVO"),
    ("OVb.MD01", "BB", ("metadata/deeldossier=LVS",)),
    ("OVb.MD02", "BB", ("metadata/validatieversie=2018.1.1",)),
    ("OVb.MD03", "BB", ("-metadata/categorie_uitlevering",)),
    ("OVb.LL01", "BB", ("leerling+<geboortemaand>2014-02</geboortemaand>",)),
    ("OVb.LL02", "BB", ("leerling/adresgeheim=true", f"leerling+{_ADDRESS}")),
    ("OVb.LL03", "BB", ("leerling+<postcode4adres>9999</postcode4adres>",)),
    ("OVb.LL04", "BB", (f"leerling+{_LIST.format(_PHONE)}",)),
    ("OVb.LL04", "BB", (f"leerling+{_LIST.format(_MAIL)}",)),
    ("OVb.OV02", "BB", (f"verzorger+{_LIST.format(_PHONE)}",)),
    ("OVb.OV02", "BB", (f"verzorger+{_LIST.format(_MAIL)}",)),
    (
        "OVb.LL05",
        "BB",
        ("leerling/adresgeheim=true", "leerling+<adresbuitenland>Elders 1</adresbuitenland>"),
    ),
    ("WSb.LL06", "BB", ("leerling+<geboorteplaats>Elders</geboorteplaats>",)),
    ("WSb.LL07", "BB", ("leerling+<nationaliteit>1</nationaliteit>",)),
    ("OVb.OV01", "BB", (f"verzorger+<adresgeheim>true</adresgeheim>{_ADDRESS}",)),
    *_results("WSa", "BB"),
    *_of_all("PaO", "POSWV"),
    ("PaO.SO01", "POSWV", ("-metadata/overstap",)),
    ("PaO.SO02", "POSWV", ("metadata/overstap=POVO",)),
    ("PaO.SO03", "POSWV", ("overdrachtsoort=overstapdossier",)),
    ("PaO.LL12", "POSWV", ("leerling+<bsn>999990019</bsn>",)),
    ("PaO.LL12", "VOSWV", ("leerling+<onderwijsnummer>101000000</onderwijsnummer>",)),
    ("PaO.VV01", "VOSWV", ("leerling+<vanpeuterspeelzaal>true</vanpeuterspeelzaal>",)),
    ("PaO.VV02", "VOSWV", ("leerling+<naampeuterspeelzaal>De Trein</naampeuterspeelzaal>",)),
    ("PaO.VV03", "VOSWV", ("leerling+<voorschools/>",)),
    ("PaO.VV04", "VOSWV", ("leerling+<vroegschools/>",)),
    (
        "PaO.EB01",
        "POSWV",
        (f"leerling+{_FINAL.format(took='false', result='')}",),
    ),
    ("PaO.VM01", "POSWV", ("leerling+<bevorderd/>",)),
    ("PaO.VM02", "POSWV", ("leerling+<examenresultaat/>",)),
    ("PaO.VM03", "POSWV", ("leerling+<resultaatvakkenvo/>",)),
    ("PaO.VM04", "POSWV", ("leerling+<certificaat>A</certificaat>",)),
    ("PaO.VM05", "POSWV", ("leerling+<competenties/>",)),
    ("PaO.VM06", "POSWV", ("leerling+<stage/>",)),
    ("PaO.VM07", "POSWV", ("leerling+<overigvombo/>",)),
    ("PaO.OV05", "POSWV", ("verzorger+<banknummer>1</banknummer>",)),
    ("PaO.ZB01", "POSWV", ("leerling+<zorg><vir>true</vir></zorg>",)),
    ("PaO.ZB02", "POSWV", ("leerling+<zorg><zat>true</zat></zorg>",)),
    *_results("WSp", "POSWV"),
)
