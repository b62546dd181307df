"""Preparing dossiers (klaarzetten): what a school gives to whom, and who asked in vain."""

import datetime as dt
import hashlib
import importlib.util
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final, TypedDict, Unpack
from uuid import UUID, uuid4

from wissel.clients.errors import DossierUnusable
from wissel.clients.identity import AnyPath
from wissel.clients.providing.matching import delete_old_keys, match
from wissel.clients.providing.rules import parse_receivers, stage_of, until_of
from wissel.clients.providing.storing.records import PreparedDossier, RememberedRequest
from wissel.clients.providing.storing.requests import Requests
from wissel.clients.providing.storing.store import PreparedStore
from wissel.clients.sending.compose import account_pseudonym
from wissel.clients.statements.system_keys import KeyFolder
from wissel.clients.storage.state import folder_of
from wissel.clients.transport.status_errors import from_rule
from wissel.routing.exchange.envelope import Attestation, Kind, parse_initiator, parse_message_id
from wissel.routing.refusals.errors import Refused as RuleRefused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import ONE_DAY, begin_of, day_of
from wissel.routing.values.identifiers import Brin, RoutingKey

PREPARED_VARIABLE: Final = "WISSEL_PREPARED"


class PrepareOptions(TypedDict, total=False):
    """The options of `Prepared.prepare`, beside file and receivers.

    sender: BRIN of the school that has the dossier; by default as in the dossier.
    sender_routing_key: the one delivery point of it that gives the dossier; by
        default each that asks here.
    stage: `aanmelding`, `plaatsing` or `inschrijving`; by default as provisional or
        definitive as the dossier says that it is.
    until: the last day on which it is given; by default the next 31 July.
    held: whether it is held back, until `release`.
    numbers: further numbers of the pupil, by which it is found too: earlier
        onderwijsnummers, or a BSN that is not in the dossier.
    initiator: pseudonym of the account that prepares it, 8 to 64 of `A-Za-z0-9_-`;
        by default derived from the account of this process.
    gegevensset, toetscodes: folder with the XSD, and list of tests, to check with.
    unchecked: prepare it with the mistakes that a check finds.
    """

    sender: str
    sender_routing_key: str
    stage: str
    until: dt.date
    held: bool
    numbers: Iterable[str]
    initiator: str
    gegevensset: AnyPath
    toetscodes: AnyPath
    unchecked: bool


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Prepared:
    """The prepared dossiers in a folder, which several processes may use at once.

    `keys` is the folder with the keys of one's own systems: with it, who asked in
    vain is found as soon as there is something. Each method raises `StorageError`
    for a folder that cannot be used, also for a disk that is full.
    """

    def __init__(
        self,
        folder: AnyPath,
        *,
        keys: KeyFolder | AnyPath | None = None,
        now: Callable[[], dt.datetime] = _utc_now,
        new_id: Callable[[], UUID] = uuid4,
    ) -> None:
        self.store = PreparedStore(Path(folder))
        self.remembered = Requests(self.store.database)
        self.keys = KeyFolder(Path(keys)) if isinstance(keys, str | os.PathLike) else keys
        self._now = now
        self._new_id = new_id

    def prepare(
        self, path: AnyPath, *, receivers: Sequence[str], **options: Unpack[PrepareOptions]
    ) -> PreparedDossier:
        """Keep the dossier at `path` for those who may fetch it, and return it.

        `receivers` are written as `99XB`, `99XB02`, `PO9901` or as a routing key; for
        `options` see `PrepareOptions`. It takes the place of an earlier one of the same
        pupil, kind, school and delivery point, whoever that was for.

        Raises `DossierUnusable` for a file that is no dossier, and for a day or stage that
        does not fit; `DossierUnfit` for a dossier with mistakes; `Refused` with
        RELATION_INVALID, INZAGE_NOT_ATTESTED, or for an argument that is malformed.
        """
        try:
            return self._prepare(Path(path), receivers, options)
        except RuleRefused as refused:
            raise from_rule(refused) from None

    def release(self, dossier_id: UUID | str) -> PreparedDossier:
        """Give a dossier that was held back, and return it; raises `DossierUnusable`."""
        dossier = self.store.release(_id(dossier_id))
        self.match()
        return dossier

    def withdraw(self, dossier_id: UUID | str) -> PreparedDossier:
        """Give a dossier no more, delete it here, and return it; raises `DossierUnusable`."""
        return self.store.remove(_id(dossier_id))

    def link(self, dossier_id: UUID | str, link_key: UUID | str) -> None:
        """Give a swv-dossier to whoever has this link key; raises `DossierUnusable`."""
        self.store.link(_id(dossier_id), _id(link_key))

    def listed(self) -> list[PreparedDossier]:
        """Return what is prepared until today or longer, in order of school, kind and time."""
        self.store.forget(self._now())
        return self.store.listed()

    def requests(self) -> list[RememberedRequest]:
        """Return who asked in vain, the newest first; of which pupil is not told."""
        self.match()
        today = day_of(self._now())
        return [each for each in self.remembered.listed() if each.until >= today]

    def match(self) -> list[RememberedRequest]:
        """Look who asked in vain for what is given since this was done last; return these."""
        if self.keys is None:
            return []
        return match(self.store, self.remembered, self.keys, self._now())

    def forget(self) -> int:
        """Forget all whose day is over, and old keys; return how many dossiers that were."""
        forgotten = self.store.forget(self._now())
        if self.keys is not None:
            delete_old_keys(self.remembered, self.keys, self._now())
        return forgotten

    def _prepare(
        self, path: Path, receivers: Sequence[str], options: PrepareOptions
    ) -> PreparedDossier:
        if importlib.util.find_spec("lxml") is None:
            message = "reading dossiers needs lxml. Fix: pip install 'wissel[dossier]'"
            raise DossierUnusable(message)
        from wissel.clients.providing import reading  # noqa: PLC0415 - it needs the extra

        now = self._now()
        content = reading.read_content(path, options.get("numbers", ()))
        facts = content.facts
        sender = Brin.parse(options.get("sender") or content.brin, "sender")
        key = options.get("sender_routing_key", "")
        _require_numbers(path, facts.kind, findable=bool(content.numbers))
        _require_inzage(facts.kind, facts.attestation, now)
        dossier = PreparedDossier(
            dossier_id=self._new_id(),
            brin=sender,
            routing_key=RoutingKey.parse(key, "sender_routing_key") if key else None,
            kind=facts.kind,
            stage=stage_of(options.get("stage", ""), content.provisional),
            receivers=parse_receivers(receivers, sender, facts.kind),
            held=options.get("held", False),
            until=until_of(day_of(now), options.get("until")),
            prepared=now,
            collected=_collected(content.day, now),
            versions=content.versions,
            attestation=facts.attestation,
            initiator=parse_initiator(options.get("initiator") or account_pseudonym(), "initiator"),
            size=len(content.data),
            sha256=hashlib.sha256(content.data).digest(),
            numbers=content.numbers,
        )
        if not options.get("unchecked", False):
            folder, codes = options.get("gegevensset"), options.get("toetscodes")
            reading.check_content(
                path, content.data, Path(folder) if folder else None, Path(codes) if codes else None
            )
        self.store.forget(now)
        kept = self.store.add(dossier, content.data)
        self.match()
        return kept


def default_prepared(oin: str) -> Path:
    """Return the folder of the prepared dossiers of an OIN, for the account of this process.

    It is `$WISSEL_PREPARED/<OIN>`, or `~/.local/state/wissel/prepared/<OIN>`. Raises
    `StorageError` for an account without a home folder.
    """
    return folder_of(PREPARED_VARIABLE, "prepared", oin)


def _id(text: UUID | str) -> UUID:
    if isinstance(text, UUID):
        return text
    try:
        return parse_message_id(text.lower(), "id")
    except RuleRefused as refused:
        raise from_rule(refused) from None


def _require_numbers(path: Path, kind: Kind, *, findable: bool) -> None:
    if kind is Kind.SWV and findable:
        message = f"{path}: a swv-dossier has no number of a pupil (PaO.LL12)"
        raise DossierUnusable(message)
    if kind is not Kind.SWV and not findable:
        message = f"{path}: without BSN or onderwijsnummer nobody can find it (OVa.LL12)"
        raise DossierUnusable(message)


def _require_inzage(kind: Kind, attested: Attestation, now: dt.datetime) -> None:
    """Raise `Refused(INZAGE_NOT_ATTESTED)` for what the hub would refuse when it is fetched."""
    seen = attested.inzage_date is not None and attested.inzage_date <= day_of(now)
    if kind is Kind.OVERSTAP and not seen:
        raise RuleRefused(Reason.INZAGE_NOT_ATTESTED)


def _collected(day: dt.date | None, now: dt.datetime) -> dt.datetime:
    """Return a moment at which all of a dossier of this day was collected: now at the latest."""
    return now if day is None or day >= day_of(now) else begin_of(day + ONE_DAY)
