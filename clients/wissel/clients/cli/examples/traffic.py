"""Examples of all other commands: routes, what was and will be, messages and receipts."""

from typing import Final

EXAMPLES: Final[dict[str, tuple[str, ...]]] = {
    "connect": ("wissel connect --service OSO_OV --url https://las.example --suffix 00931",),
    "send": (
        "wissel send dossier.xml --from 99XA --to 99XB02 --receipt receipt.json",
        "wissel send dossier.zip --from 99XA --to 99XB --inzage-date 2026-06-30",
        "wissel send handover.xml --from 99XA --to PO9901 --service OSO_SWV",
        (
            "wissel send dossier.xml --from 99XA --to 99XB02 "
            "--message-id efaf84be-cfb4-4b7e-afca-8f8abb734f11"
        ),
    ),
    "dossier check": (
        "wissel dossier check dossier.xml --gegevensset oso-gegevensset-2019.1",
        "wissel dossier check *.xml --toetscodes toetscodes.csv --json",
    ),
    "dossier show": ("wissel dossier show dossier.xml --out dossier.html",),
    "resume": ("wissel resume",),
    "fetch": (
        (
            "wissel fetch --source 99XA --requester 99XB --routing-key 0000000700099XB00931 "
            "--number-file number --keep received"
        ),
        (
            "wissel fetch --source 99XA --requester PO9901 --routing-key 00000003990000050931 "
            "--link-key-file link-key --since 2026-09-03T12:00"
        ),
        "wissel fetch --resume --keep received",
    ),
    "prepare": (
        "wissel prepare dossier.xml --receiver 99XB --stage inschrijving",
        "wissel prepare dossier.xml --receiver 99XB02 --receiver 99XC --hold --until 2027-09-01",
        "wissel prepare dossier.xml --receiver 99XB --numbers earlier.txt",
    ),
    "prepared list": ("wissel prepared list", "wissel prepared list --json"),
    "prepared release": ("wissel prepared release efaf84be-cfb4-4b7e-afca-8f8abb734f11",),
    "prepared withdraw": ("wissel prepared withdraw efaf84be-cfb4-4b7e-afca-8f8abb734f11",),
    "requests": ("wissel requests", "wissel requests --json"),
    "announce": (
        (
            "wissel announce 99XA 0000000700099XA00931 PO9901 00000003990000050001 "
            "--link-key-file link.key"
        ),
        (
            "wissel announce 99XA 0000000700099XA00931 99XB 0000000700099XB00931 "
            "--kind overstapdossier --session 5f1c9d9e-6a3e-4a0f-9d5e-0b7c1a2d3e4f"
        ),
    ),
    "delivery-points": (
        "wissel delivery-points PO9901 --service OSO_SWV",
        "wissel delivery-points 99XA --json",
    ),
    "test-exchange": (
        "wissel test-exchange --school 99XA",
        "wissel test-exchange --school 99XA --service OSO_OV --receipts receipts",
    ),
    "las test-school": ("wissel las test-school --listen 0.0.0.0:8444 --storage test-las",),
    "whoami": ("wissel whoami", "wissel whoami --json"),
    "doctor": ("wissel doctor --hub-oin 00000003990000000000",),
    "token": (
        "wissel token --issuer http://127.0.0.1:9400 --board 99001 --out token",
        "wissel token --issuer http://127.0.0.1:9400 --kvk 90000001 --signs",
    ),
    "errors": (
        "wissel errors ROUTE_AMBIGUOUS --language nl",
        "wissel errors SessieAfwijkend",
        "wissel errors --json",
    ),
    "connection check": (
        "wissel connection check 99XA --service OSO_OV",
        "wissel connection check --all --board 99001",
    ),
    "connection list": (
        "wissel connection list --service OSO_OV",
        "wissel connection list --board 99001 --on 2026-08-01",
    ),
    "overview": (
        "wissel overview --out site",
        "wissel overview --out site-august --day 2026-08-01",
    ),
    "forecast": (
        "wissel forecast --days 90",
        "wissel forecast --school 99XA --days 366 --fail-on-break",
    ),
    "route resolve": ("wissel route resolve 99XA 99XB02 OSO_OV",),
    "route explain": (
        "wissel route explain 99XA 99XB02 OSO_OV",
        "wissel route explain 99XA 99XB OSO_OV --on 2026-08-01 --vendor 00000003990000030000",
        "wissel route explain 99XA 99XB OSO_OV --as-known-at 2026-09-03T12:00",
    ),
    "route batch": ("wissel route batch routes.csv --json",),
    "history": (
        "wissel history mandate ba17a80a-76c9-44e8-8f06-c7793974b46c",
        "wissel history school 99XA --from 2026-08-01 --kind mandate --kind endpoint",
        "wissel history board 99001 --oldest-first --json",
    ),
    "deliveries list": ("wissel deliveries list --state UNCERTAIN",),
    "deliveries show": (
        "wissel deliveries show efaf84be-cfb4-4b7e-afca-8f8abb734f11 --json > receipt.json",
    ),
    "deliveries outcome": (
        (
            "wissel deliveries outcome efaf84be-cfb4-4b7e-afca-8f8abb734f11 IMPORTED "
            "--sender 00000003990000030000"
        ),
        (
            "wissel deliveries outcome efaf84be-cfb4-4b7e-afca-8f8abb734f11 REJECTED "
            "--sender 00000003990000030000 --rule OVa.LL12"
        ),
    ),
    "outbox list": ("wissel outbox list", "wissel outbox list --json"),
    "outbox drop": ("wissel outbox drop efaf84be-cfb4-4b7e-afca-8f8abb734f11",),
    "las serve": (
        "wissel las serve --hub-oin 00000003990000000000",
        "wissel las serve --provide --server hub.example:7443",
        (
            "wissel las serve --listen 0.0.0.0:8443 --storage inbox --keep received "
            "--hub-oin 00000003990000000000"
        ),
    ),
    "receipt verify": (
        (
            "wissel receipt verify receipt.json --hub-oin 00000003990000000000 "
            "--trust-roots roots.pem --dossier dossier.xml"
        ),
    ),
}
"""The examples by the words of their command."""
