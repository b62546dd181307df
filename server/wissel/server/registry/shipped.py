"""The services that Wissel ships, as data (design.md#services).

Namespaces are opaque: where the same words stand in two services, as with
OSO, each has versions of its own. A service without a documented namespace
ships without versions. An active version begins on the day its namespace
names, or on that of its specification.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from wissel.routing.facts import AgreementKind, EvidenceKind, Sector, Service, ServiceVersion
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import Namespace, Oin, ServiceCode

DUO: Final = Oin("00000001800866472000")
KENNISNET: Final = Oin("00000003272448340204")

_PO, _SO, _VO, _MBO = Sector
_OSR: Final = AgreementKind.KENNISNET_OSR
_VENDOR_OSO: Final = (AgreementKind.VENDOR_OSR, AgreementKind.VENDOR_OSO)


def _version(namespace: str, start: dt.date) -> ServiceVersion:
    return ServiceVersion(namespace=Namespace(namespace), period=Period(start))


_OSO_VERSIONS: Final = (
    _version("http://xml.kennisnet.nl/schemas/Overstapservice/20180404", dt.date(2018, 4, 4)),
    _version("http://xml.kennisnet.nl/schemas/Overstapservice/20200910", dt.date(2020, 9, 10)),
)

_DUO_NOTE: Final = (
    "DUO verwerkt dit mandaat voordat het geldt; dat kan enige tijd duren. "
    "Lukt uitwisselen daarna nog niet, neem dan contact op met de security servicedesk van DUO."
)
_DUO_DAYS: Final = 10
"""The help page of the register says "some time"; two weeks of work is what Wissel takes it for."""
_VVA_NOTE: Final = (
    "Voor VVA is soms nog een stap in uw LAS nodig voordat u kunt uitwisselen; "
    "uw LAS-leverancier helpt u daarbij."
)

SERVICES: Final = (
    Service(
        code=ServiceCode("OSO_OV"),
        name="OSO Overstap",
        owner=KENNISNET,
        board_agreements=(_OSR, AgreementKind.OSO),
        vendor_agreements=_VENDOR_OSO,
        forwardable=True,
        evidence=(EvidenceKind.TEST_EXCHANGE,),
        sectors=(_PO, _SO, _VO),
        versions=_OSO_VERSIONS,
    ),
    Service(
        code=ServiceCode("OSO_SWV"),
        name="OSO Samenwerkingsverbanden",
        owner=KENNISNET,
        board_agreements=(_OSR, AgreementKind.OSO, AgreementKind.OSO_SWV_EXTENSION),
        vendor_agreements=_VENDOR_OSO,
        forwardable=True,
        evidence=(EvidenceKind.TEST_EXCHANGE,),
        sectors=(_PO, _SO, _VO),
        versions=_OSO_VERSIONS,
    ),
    Service(
        code=ServiceCode("RIO"),
        name="Registratie Instellingen en Opleidingen",
        owner=DUO,
        evidence=(EvidenceKind.SECURITY_TEST,),
        processed_by_owner=True,
        processing_days=_DUO_DAYS,
        sectors=(_PO, _SO, _VO, _MBO),
        note=_DUO_NOTE,
        versions=(
            _version(
                "http://duo.nl/contract/DUO_RIO_Beheren_OnderwijsOrganisatie_V4",
                dt.date(2022, 3, 14),
            ),
            _version(
                "http://duo.nl/contract/DUO_RIO_Raadplegen_OnderwijsOrganisatie_V4",
                dt.date(2022, 3, 14),
            ),
        ),
    ),
    Service(
        code=ServiceCode("ROD_PO"),
        name="Register Onderwijsdeelnemers po",
        owner=DUO,
        aliases=(ServiceCode("BRON_PO"),),
        processed_by_owner=True,
        processing_days=_DUO_DAYS,
        sectors=(_PO, _SO),
        note=_DUO_NOTE,
    ),
    Service(
        code=ServiceCode("ROD_VO"),
        name="Register Onderwijsdeelnemers vo",
        owner=DUO,
        aliases=(ServiceCode("BRON_VO"),),
        sectors=(_VO,),
    ),
    Service(
        code=ServiceCode("VERZUIM"),
        name="Verzuim",
        owner=DUO,
        processed_by_owner=True,
        processing_days=_DUO_DAYS,
        sectors=(_PO, _SO, _VO, _MBO),
        note=_DUO_NOTE,
    ),
    Service(
        code=ServiceCode("VVA"),
        name="Vroegtijdig Aanmelden mbo",
        owner=KENNISNET,
        board_agreements=(_OSR, AgreementKind.VVA),
        sectors=(_SO, _VO, _MBO),
        note=_VVA_NOTE,
        versions=(_version("http://xml.eld.nl/schemas/VVA/20181101", dt.date(2018, 11, 1)),),
    ),
    Service(
        code=ServiceCode("CE_VO"),
        name="Centraal Eindexamen vo",
        owner=DUO,
        sectors=(_VO,),
    ),
    Service(
        code=ServiceCode("DOORSTROOMTOETS_PO"),
        name="Logistiek proces doorstroomtoets po",
        owner=DUO,
        sectors=(_PO, _SO),
    ),
    Service(
        code=ServiceCode("DUO_MBO"),
        name="DUO MBO",
        owner=DUO,
        sectors=(_MBO,),
    ),
)
"""Every shipped service; versions oldest first."""

EARLIER_SECTORS: Final[Mapping[str, tuple[Sector, ...]]] = {
    "OSO_OV": (_PO, _VO),
    "OSO_SWV": (_PO, _VO),
    "RIO": (_PO, _VO, _MBO),
    "ROD_PO": (_PO,),
    "VERZUIM": (_PO, _VO, _MBO),
    "VVA": (_VO, _MBO),
    "DOORSTROOMTOETS_PO": (_PO,),
}
"""The sectors that shipped before special education was told apart; they kept nobody out."""

EARLIER_AGREEMENTS: Final[Mapping[str, tuple[AgreementKind, ...]]] = {"VVA": (_OSR,)}
"""What shipped before VVA had an agreement of its own."""
