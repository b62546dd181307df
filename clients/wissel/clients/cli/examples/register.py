"""Examples of the commands about the register: schools, parties, agreements, mandates."""

from typing import Final

EXAMPLES: Final[dict[str, tuple[str, ...]]] = {
    "schools import": (
        "wissel schools import duo/*.csv --dry-run --changes",
        "wissel schools import duo/*.csv --as-of 2026-10-01 --reason 'files of October'",
    ),
    "schools update": (
        "wissel schools update 99XA --successor 99XB02 --reason 'merger on 1 August'",
        ("wissel schools update 99XV --closed 2026-07-31 --reason 'letter of the board' --dry-run"),
    ),
    "schools locate": ("wissel schools locate scholen.geo.json.zip --reason 'EduGIS, November'",),
    "schools list": ("wissel schools list --board 99001 --closed",),
    "schools show": ("wissel schools show 99XA",),
    "schools register": (
        (
            "wissel schools register 99XA --name 'De Wissel' --board 99001 "
            "--vestiging 00 --vestiging 02:Dependance --sector PO --reason 'not in DUO files'"
        ),
    ),
    "boards list": ("wissel boards list --name wissel",),
    "boards show": ("wissel boards show 99001",),
    "board import": (
        "wissel board import kvk.csv --dry-run --changes",
        "wissel board import kvk.csv --reason 'trade register of October'",
    ),
    "board overview": (
        "wissel board overview 99001",
        "wissel board overview 99001 --on 2027-08-01 --xlsx mandates.xlsx",
    ),
    "board review": ("wissel board review 99001 --soon 90",),
    "board update": (
        "wissel board update 99001 --kvk 90000001 --reason 'the board told its number'",
    ),
    "move mijn-oso": (
        "wissel move mijn-oso aanleverpunten.csv --agreements overeenkomsten.csv --dry-run",
        (
            "wissel move mijn-oso aanleverpunten.csv --agreements overeenkomsten.csv "
            "--report report.csv --proposals vendors --reason 'the move of 15 August 2022'"
        ),
    ),
    "swv import": ("wissel swv import swv.csv --reason 'list of October'",),
    "swv postcodes": ("wissel swv postcodes pc4_swv.csv --reason 'regions of 2026'",),
    "swv register": (
        (
            "wissel swv register PO9901 --oin 00000003990000550000 --name 'Passend Onderwijs' "
            "--reason 'letter of 1 October'"
        ),
    ),
    "swv update": ("wissel swv update PO9901 --kvk 90000002 --reason 'letter of 1 October'",),
    "swv list": ("wissel swv list",),
    "party register": (
        (
            "wissel party register 00000003990000030000 --name Noord --role VENDOR "
            "--contact desk@noord.example --reason 'contract 2026-14'"
        ),
    ),
    "party update": (
        "wissel party update 00000003990000030000 --mail desk@noord.example --hours 9:00-17:00",
    ),
    "party list": ("wissel party list --role VENDOR",),
    "party show": ("wissel party show 00000003990000030000",),
    "system register": (
        (
            "wissel system register las-noord --party 00000003990000030000 --name 'LAS Noord' "
            "--reason 'contract 2026-14'"
        ),
    ),
    "system update": (
        "wissel system update las-noord --telephone '050 123 45 67' --hours '9:00-17:00'",
        "wissel system update las-noord --kind LAS --reason 'contract 2026-14'",
    ),
    "system list": (
        "wissel system list --party 00000003990000030000",
        "wissel system list --service RIO --for 99XA --on 2026-12-01",
    ),
    "system qualify": (
        (
            "wissel system qualify las-noord OSO_OV --day 2026-10-01 "
            "--test-message ba17a80a-76c9-44e8-8f06-c7793974b46c --reason 'test exchange'"
        ),
        "wissel system qualify las-noord RIO --security-test 'report 2026-14' --reason 'by DUO'",
    ),
    "system rollout": (
        "wissel system rollout las-noord OSO_OV OPEN --reason 'the pilot went well'",
        (
            "wissel system rollout las-noord RIO 2026-11-18=PILOT:99XA 2026-12-01=OPEN "
            "--reason 'one institution in week 47, the rest from 1 December'"
        ),
    ),
    "system key create": (
        "wissel system key create las-noord --hub-oin 00000003990000000000",
        "wissel system key create las-noord --start 2027-08-01 --days 400",
    ),
    "system key register": ("wissel system key register 5f1c9d9e-6a3e-4a0f-9d5e-0b7c1a2d3e4f",),
    "system key end": (
        (
            "wissel system key end las-noord 5f1c9d9e-6a3e-4a0f-9d5e-0b7c1a2d3e4f "
            "--reason 'the file was in a backup that was stolen'"
        ),
    ),
    "system key list": (
        "wissel system key list",
        "wissel system key list las-zuid --owner 00000003990000040000",
    ),
    "party revoke": (
        "wissel party revoke --certificate-sha256 517b1c530504ddd3... --reason 'key was lost'",
    ),
    "agreement text register": (
        (
            "wissel agreement text register OSO oso-4.0.pdf --version 4.0 "
            "--with 'PO-Raad en VO-raad' --notice bijsluiter.pdf --category 'OKR-dossier' "
            "--reason 'besluit van 1 september'"
        ),
    ),
    "agreement text show": ("wissel agreement text show OSO",),
    "agreement text list": ("wissel agreement text list --acceptable",),
    "agreement text download": (
        "wissel agreement text download OSO --out oso.pdf --token-file token",
        (
            "wissel agreement text download 39089d7e-28e8-45a9-b893-63a0ff2b82ae --out oso.pdf "
            "--token-file token"
        ),
    ),
    "agreement offer": ("wissel agreement offer OSO --board 99001 --reason 'asked by telephone'",),
    "agreement request": (
        "wissel agreement request OSO --token-file token",
        "wissel agreement request VENDOR_OSO",
    ),
    "agreement accept": (
        (
            "wissel agreement accept 39089d7e-28e8-45a9-b893-63a0ff2b82ae --document oso.pdf "
            "--out acceptance.json --token-file token"
        ),
    ),
    "agreement decline": (
        "wissel agreement decline 39089d7e-28e8-45a9-b893-63a0ff2b82ae --token-file token",
    ),
    "agreement check": (
        "wissel agreement check OSO_OV --board 99001",
        "wissel agreement check OSO_SWV --on 2026-08-01 --token-file token",
    ),
    "agreement verify": (
        (
            "wissel agreement verify acceptance.json --document oso.pdf "
            "--hub-oin 00000003990000000000 --trust-roots roots.pem"
        ),
    ),
    "agreement record": (
        (
            "wissel agreement record OSO --board 99001 --signer 'A. de Wit' --signed 2026-09-30 "
            "--paper scan.pdf --reason 'letter of 1 October'"
        ),
        "wissel agreement record VENDOR_OSO --party 00000003990000030000 --reason signed",
        (
            "wissel agreement record --board 99002 --from 99001 --start 2026-08-01 "
            "--paper merger.pdf --reason 'merger on 1 August'"
        ),
    ),
    "agreement terminate": (
        "wissel agreement terminate 39089d7e-28e8-45a9-b893-63a0ff2b82ae --reason 'letter'",
    ),
    "agreement list": ("wissel agreement list --board 99001",),
    "service list": ("wissel service list",),
    "service register": (
        (
            "wissel service register LEERPLUS --name 'Leerplusgelden' --owner 00000001800866472000 "
            "--sector VO --processed --days 10 --reason 'letter of DUO'"
        ),
    ),
    "service update": (
        "wissel service update VVA --note 'Zet VVA ook aan in uw LAS.' --reason 'asked by schools'",
    ),
    "service add-version": (
        (
            "wissel service add-version OSO_OV "
            "http://xml.kennisnet.nl/schemas/Overstapservice/20270801 --start 2027-08-01 "
            "--reason 'release of the summer'"
        ),
    ),
    "service update-version": (
        (
            "wissel service update-version OSO_OV "
            "http://xml.kennisnet.nl/schemas/Overstapservice/20180404 --end 2027-07-31 --dry-run "
            "--reason 'release of the summer'"
        ),
    ),
    "service show": ("wissel service show OSO_OV",),
    "mandate watch": ("wissel mandate watch --from 812", "wissel mandate watch --json"),
    "mandate create": (
        "wissel mandate create 99XA OSO_OV las-noord --token-file token",
        "wissel mandate create 99XA OSO_OV las-noord --start 2026-08-01 --reason 'order'",
    ),
    "mandate list": (
        "wissel mandate list 99XA",
        "wissel mandate list --service RIO --status ENDED --on 2026-10-01 --json",
    ),
    "mandate pending": ("wissel mandate pending --overdue",),
    "mandate process": (
        "wissel mandate process ba17a80a-76c9-44e8-8f06-c7793974b46c",
        (
            "wissel mandate process ba17a80a-76c9-44e8-8f06-c7793974b46c --reject "
            "--reason 'this BRIN has no pupils in RIO'"
        ),
    ),
    "mandate show": ("wissel mandate show ba17a80a-76c9-44e8-8f06-c7793974b46c",),
    "mandate update": (
        (
            "wissel mandate update ba17a80a-76c9-44e8-8f06-c7793974b46c --end 2027-07-31 "
            "--reason 'the school changes its system'"
        ),
    ),
    "mandate end": (
        (
            "wissel mandate end ba17a80a-76c9-44e8-8f06-c7793974b46c --immediately "
            "--reason 'a breach at the vendor'"
        ),
    ),
    "mandate withdraw": ("wissel mandate withdraw ba17a80a-76c9-44e8-8f06-c7793974b46c",),
    "mandate create-many": ("wissel mandate create-many 99XA las-noord OSO_OV OSO_SWV RIO",),
    "mandate switch": (
        "wissel mandate switch 99XA las-noord las-zuid OSO_OV RIO --start 2027-08-01 --dry-run",
        (
            "wissel mandate switch 99XA las-noord las-zuid OSO_OV --start 2027-08-01 "
            "--provides-until 2027-10-01"
        ),
    ),
    "mandate undo-switch": ("wissel mandate undo-switch ba17a80a-76c9-44e8-8f06-c7793974b46c",),
    "mandate copy": (
        "wissel mandate copy ba17a80a-76c9-44e8-8f06-c7793974b46c 99XB 99XC",
        "wissel mandate copy ba17a80a-76c9-44e8-8f06-c7793974b46c --dry-run",
    ),
    "mandate validate": (
        "wissel mandate validate 99XA RIO 00000003990000030000",
        "wissel mandate validate 99XA RIO 00000003990000030000 --as-known-at 2026-09-03",
    ),
    "endpoint register": (
        (
            "wissel endpoint register 0f1a94c1-2c17-4eac-bda4-cbd0f97fbbf1 "
            "--routing-key 0000000700099XB00931 --url https://las.zuid.example:8443"
        ),
    ),
    "endpoint import": (
        "wissel endpoint import endpoints.csv --dry-run",
        "wissel endpoint import endpoints.csv --url https://las.zuid.example --report done.csv",
    ),
    "endpoint export": (
        "wissel endpoint export --service OSO_OV > endpoints.csv",
        (
            "wissel endpoint export --service OSO_OV --out summer.csv "
            "--as-version http://xml.kennisnet.nl/schemas/Overstapservice/20270801"
        ),
    ),
    "endpoint update": (
        (
            "wissel endpoint update e285cc8c-482f-451c-80d4-e3d750c76f85 "
            "--url https://new.zuid.example --dry-run"
        ),
    ),
    "endpoint approve": (
        (
            "wissel endpoint approve e285cc8c-482f-451c-80d4-e3d750c76f85 "
            "--reason 'letter of the school'"
        ),
    ),
    "endpoint suggest-key": ("wissel endpoint suggest-key 0f1a94c1-2c17-4eac-bda4-cbd0f97fbbf1",),
    "endpoint list": ("wissel endpoint list 99XB", "wissel endpoint list --waiting"),
    "endpoint show": ("wissel endpoint show e285cc8c-482f-451c-80d4-e3d750c76f85",),
    "endpoint end": ("wissel endpoint end e285cc8c-482f-451c-80d4-e3d750c76f85 --immediately",),
    "endpoint suspend": (
        "wissel endpoint suspend e285cc8c-482f-451c-80d4-e3d750c76f85 --reason 'maintenance'",
    ),
    "endpoint resume": ("wissel endpoint resume e285cc8c-482f-451c-80d4-e3d750c76f85",),
    "endpoint lookup": (
        "wissel endpoint lookup 99XB OSO_OV",
        "wissel endpoint lookup 0000000700099XB00000 OSO_OV --on 2027-08-01 --future",
    ),
}
"""The examples by the words of their command."""
