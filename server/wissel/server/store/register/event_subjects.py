"""The subjects of a fact: whom it is about. They index the event log by subject.

A subject is written `organisation:<BRIN or SWV code>`, `board:<number>`,
`system:<id>`, `service:<code>` or `party:<OIN>` (design.md#facts).
"""

from wissel.routing.facts import (
    Agreement,
    AgreementText,
    Board,
    Endpoint,
    Fact,
    Mandate,
    Party,
    PostcodeArea,
    Qualification,
    Revocation,
    Samenwerkingsverband,
    School,
    Service,
    Signatory,
    SourceReport,
    System,
    SystemKey,
)
from wissel.routing.values.identifiers import BoardNumber, Oin


def subjects_of(fact: Fact) -> set[str]:  # noqa: C901 - one case per kind of fact
    """Return the subjects of a fact; none for what is about nobody."""
    match fact:
        case Board():
            return {f"board:{fact.number}"}
        case School():
            return {f"organisation:{fact.brin}", f"board:{fact.board}"}
        case Samenwerkingsverband():
            return {f"organisation:{fact.code}"}
        case Agreement():
            passed = {_signatory(fact.predecessor)} if fact.predecessor else set()
            return {_signatory(fact.signatory)} | passed
        case Party():
            return {f"party:{fact.oin}"}
        case System():
            return {f"system:{fact.system_id}", f"party:{fact.party}", f"party:{fact.acting_oin}"}
        case SystemKey():
            return {f"system:{fact.system_id}"}
        case Qualification():
            return {f"system:{fact.system_id}", f"service:{fact.service}"}
        case Service():
            return {f"service:{fact.code}", f"party:{fact.owner}"}
        case Mandate() | Endpoint():
            return {
                f"organisation:{fact.organisation}",
                f"service:{fact.service}",
                f"system:{fact.system_id}",
            }
        case AgreementText() | Revocation() | SourceReport() | PostcodeArea():
            return set()


def _signatory(signatory: Signatory) -> str:
    """Return the subject of who signs: a board, a samenwerkingsverband or a party."""
    match signatory:
        case BoardNumber():
            return f"board:{signatory}"
        case Oin():
            return f"party:{signatory}"
        case _:
            return f"organisation:{signatory}"
