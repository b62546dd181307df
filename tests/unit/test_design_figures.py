"""The figures that docs/design.md gives are those of the code."""

import re
from typing import Final

import pytest

from support.paths import ROOT
from wissel.clients.cli.publishing import reading
from wissel.clients.connecting.watch import SILENCE
from wissel.clients.las.server import MAX_PAYLOAD, PING_MS
from wissel.clients.providing import hub_calls, source
from wissel.clients.providing.storing import requests
from wissel.clients.sending import compose, transfer
from wissel.clients.transport.retry import Patience
from wissel.clients.trial import answering, ledger
from wissel.routing.deciding.forecast import changes, forecast
from wissel.routing.deciding.impact.impact import EXAMPLES
from wissel.routing.exchange import delivery, envelope
from wissel.routing.exchange.fetching import system_keys
from wissel.routing.signing import dsse, keys, path_choice
from wissel.routing.signing.trusted_path import REFUSED_SECONDS
from wissel.routing.values.texts import NAME_LIMIT
from wissel.server.courier.bounds import Limits
from wissel.server.courier.deliver import revalidate
from wissel.server.courier.ports import STALE_SECONDS
from wissel.server.courier.reachability import observation, receivers
from wissel.server.courier.reachability.rounds import LEASE_SECONDS
from wissel.server.courier.receivers import names
from wissel.server.courier.receivers.addresses import MOST_ADDRESSES
from wissel.server.courier.receivers.dial import MOST_LINES, MOST_OF_ONE, STAGGER
from wissel.server.courier.receivers.line import PROBE_SECONDS
from wissel.server.courier.settle import reduction
from wissel.server.courier.sharing.breaker import BreakerRules
from wissel.server.courier.sharing.breakers import REMEMBERED
from wissel.server.courier.sharing.slot import BRISK_RATE
from wissel.server.identity.crls import GRACE
from wissel.server.identity.persons import claims, fetching
from wissel.server.identity.persons.issuer_keys import KeySchedule
from wissel.server.memory import LOOK_SECONDS, WORTH_BYTES
from wissel.server.observing.health import NOT_SERVING_SECONDS
from wissel.server.observing.worker_state import SILENT_SECONDS
from wissel.server.registry import watching
from wissel.server.registry.agreements import texts
from wissel.server.registry.history import reading as history
from wissel.server.registry.persons import MAX_BOARDS, MAX_BRINS, SIGNING_AGE
from wissel.server.registry.schools.duo import parsing as duo
from wissel.server.retention import RetentionSchedule
from wissel.server.rpc.calls.policy import MAX_REQUEST_BYTES, POLICY
from wissel.server.rpc.calls.sharing import turns
from wissel.server.rpc.calls.sharing.lateness import LATE_SECONDS
from wissel.server.rpc.calls.sharing.receiving import MAX_RECEIVE_BYTES, MessageBounds
from wissel.server.rpc.calls.status import MAX_DETAILS
from wissel.server.rpc.calls.traits import EXPLANATION_COST
from wissel.server.rpc.connections.connection import ConnectionBounds
from wissel.server.rpc.requests import impact_messages, impacts, mutation, paging, pinned
from wissel.server.rpc.server import LOOKAHEAD_BYTES, Bounds
from wissel.server.rpc.services.mandates.watching import feed
from wissel.server.rpc.services.parties.system_keys import MOST_SYSTEMS
from wissel.server.rpc.services.routes import forecast_messages, forecasting
from wissel.server.rpc.services.routes.servicer import MAX_QUERIES
from wissel.server.rpc.services.schools import connections
from wissel.server.settings import LEAST_PERSON_DAYS, Settings
from wissel.server.store.engine import LOCK_TIMEOUT
from wissel.server.store.journal import reducer, writer
from wissel.server.store.postgres import requirements, timeouts
from wissel.server.store.register import follower, idempotency, register
from wissel.server.store.sqlite import TURN_SECONDS

KIB: Final = 1024
MIB: Final = 1024 * KIB
CONNECTIONS: Final = ConnectionBounds()
MESSAGES: Final = MessageBounds()
LIMITS: Final = Limits()
BREAKER: Final = BreakerRules()
PATIENCE: Final = Patience()
BOUNDS: Final = Bounds(resolve_per_minute=1, lookup_per_minute=1)
RETENTION: Final = RetentionSchedule()
KEYS: Final = KeySchedule()
SETTINGS: Final = {name: field.default for name, field in Settings.model_fields.items()}

FIGURES: Final = [
    ("contract", "`page_size` ({} by default", paging.DEFAULT_SIZE),
    ("contract", "by default, {} at most", paging.MAX_SIZE),
    ("identity", "over at most {} intermediates", path_choice.MAX_INTERMEDIATES),
    ("identity", "RSA of {} to", keys.MINIMUM_RSA_BITS),
    ("identity", "to {} bits", keys.MAXIMUM_RSA_BITS),
    ("identity", "at most {} signatures", path_choice.MAX_VERIFICATIONS),
    ("identity", "for {} seconds", REFUSED_SECONDS.total_seconds()),
    ("revocation", "counts for {} hours more", GRACE.total_seconds() / 3600),
    ("overviews", "fewer than {} vendors", reading.FEWEST_VENDORS),
    ("overviews", "begin again, {} times at most", reading.ATTEMPTS),
    ("bounds", "an explanation for {}", EXPLANATION_COST),
    ("impact", "the {} largest of each", impact_messages.GROUPS),
    ("impact", "shows {} examples", EXAMPLES),
    ("impact", "one of {} threads", impacts.AT_ONCE),
    ("impact", "at most {} are under way or wait", turns.WAITING),
    ("impact", "more than {} seconds", impacts.SECONDS),
    ("gaps", "looks at {} organisations and services at most", connections.LOOKED_AT),
    ("gaps", "A page looks at {}", connections.LOOKED_AT_OF_EVERYONE),
    ("gaps", "kept in memory for {} seconds", pinned.SECONDS),
    ("gaps", "of one OIN the latest {},", pinned.OF_ONE),
    ("gaps", "for {} OINs in a process", pinned.PARTIES),
    ("history", "ends after {} entries", paging.MAX_SIZE),
    ("history", "{} Mi characters", history.LARGEST / MIB),
    ("history", "after {} events", history.SCANNED_AT_MOST),
    ("known at", "longer than {} second", register.LONG.total_seconds()),
    ("forecast", "the next 1 to {} days", changes.LONGEST),
    ("forecast", "the first {} of them", forecast.EXAMPLES),
    ("forecast", "after {} MiB of events", forecasting.MAX_BYTES / MIB),
    ("forecast", "of at most {} receivers", forecast_messages.CERTIFICATES),
    ("forecast", "within their {} seconds", impacts.SECONDS),
    ("authorization", "reason (at most {} characters)", mutation.REASON_LIMIT),
    ("authorization", "`wissel-user` (at most {})", mutation.ACCOUNT_LIMIT),
    ("persons", "One OIN gets {} verified in a minute", SETTINGS["token_quota_per_minute"]),
    ("persons", "may differ by {} minute", claims.SKEW.total_seconds() / 60),
    ("persons", "for at most {} minutes", claims.LIFETIME.total_seconds() / 60),
    ("persons", "every {} minutes, and", KEYS.every / 60),
    ("persons", "at most {} calls wait", KEYS.waiting),
    ("persons", "count for {} hours more", KEYS.stale / 3600),
    ("persons", "at most {} seconds and", fetching.SECONDS),
    ("persons", "and {} KiB, follows", fetching.MAX_BYTES / KIB),
    ("persons", "at most {} minutes ago", SIGNING_AGE.total_seconds() / 60),
    ("texts", "it has at most {} characters", NAME_LIMIT),
    ("signing", "1 to {} certificates", dsse.MAX_CERTIFICATES),
    ("signing", "{} KiB together", dsse.MAX_CHAIN_BYTES / KIB),
    ("envelopes", "at most {} days later", envelope.LIFETIME.days),
    ("envelopes", "may differ by {} minutes", envelope.SKEW.total_seconds() / 60),
    ("envelopes", "at most {} KiB", envelope.MAX_HEADER_BYTES / KIB),
    ("envelopes", "1 byte to {} MiB", envelope.MAX_CHUNK_BYTES / MIB),
    ("envelopes", "at least {} KiB", envelope.MIN_CHUNK_BYTES / KIB),
    ("forwarding", "deadline and {} seconds more", delivery.LEASE_MARGIN.total_seconds()),
    ("forwarding", "less {} ms to answer", LIMITS.shave * 1000),
    ("forwarding", "{} seconds for a call without a deadline", LIMITS.default_deadline),
    ("forwarding", "a deadline, {} at most", LIMITS.longest_deadline),
    ("forwarding", "under {} seconds it does not begin", LIMITS.shortest),
    ("forwarding", "until {} seconds bring nothing", LIMITS.quiet),
    ("states", "for {} days after acceptance", delivery.REMEMBERED.days),
    ("states", "`WISSEL_SWEEP_SECONDS` ({};", SETTINGS["sweep_seconds"]),
    ("living endpoints", "every `WISSEL_PING_SECONDS` ({};", SETTINGS["ping_seconds"]),
    ("living endpoints", "`WISSEL_PINGS_AT_ONCE` ({})", SETTINGS["pings_at_once"]),
    ("living endpoints", "waits {} seconds for the answer", LIMITS.handshake),
    ("living endpoints", "the first {} by name", receivers.MOST_OF_ONE),
    ("living endpoints", "leads for {} seconds more", LEASE_SECONDS),
    ("living endpoints", "but for {} intervals at most", observation.COUNTED_ROUNDS),
    ("living endpoints", "after {} and 5 days", observation.WARNED_DAYS[0]),
    ("living endpoints", "after 1 and {} days", observation.WARNED_DAYS[1]),
    ("living endpoints", "`UNREACHABLE` after {}:", observation.UNREACHABLE_DAYS),
    ("test exchange", "More than {} messages of one vendor in an hour", ledger.MOST_IN_AN_HOUR),
    ("test exchange", "{} in a day", ledger.MOST_IN_A_DAY),
    ("test exchange", "{} that wait in all", ledger.MOST_WAITING),
    ("test exchange", "tried again for {} hour", answering.TRIED_FOR.total_seconds() / 3600),
    ("test exchange", "it forgets after {} days", ledger.KEPT.days),
    ("dialling", "less than {} minutes ago", PROBE_SECONDS / 60),
    ("dialling", "its addresses, {} at most", MOST_ADDRESSES),
    ("dialling", "begins {} seconds after", STAGGER),
    ("dialling", "A handshake takes at most {} seconds", LIMITS.handshake),
    ("dialling", "opening a line {}.", LIMITS.dial),
    ("dialling", "{} lines are kept", MOST_LINES),
    ("dialling", "{} of them to one party", MOST_OF_ONE),
    ("dialling", "waited for at most {} seconds", LIMITS.lookup),
    ("dialling", "but {} seconds at least", names.SHORTEST),
    ("dialling", "{} names are remembered", names.REMEMBERED),
    ("dialling", "up to {} addresses each", names.KEPT),
    ("dialling", "At most {} are made at once", names.AT_ONCE_OF_ONE),
    ("dialling", "and {} in all", names.AT_ONCE),
    ("dialling", "up to {} for one party", names.WAITING_OF_ONE),
    ("sdk", "pieces of {} KiB", transfer.CHUNK / KIB),
    ("sdk", "`send` repeats for {} seconds", PATIENCE.total),
    ("sdk", "after {} seconds, then twice", PATIENCE.first),
    ("sdk", "each time up to {},", PATIENCE.most),
    ("sdk", "lives for {} days", compose.LIFETIME.days),
    ("sdk", "({} MiB by default)", MAX_PAYLOAD / MIB),
    ("bounds", "| payload | {} MiB", LIMITS.max_payload / MIB),
    ("bounds", "| transfers under way in a process | {} |", LIMITS.transfers),
    ("bounds", "| of one sender | {} |", LIMITS.transfers_per_oin),
    ("bounds", "| nothing from the sender | {} s", LIMITS.idle),
    ("bounds", "| rate, over {} s", LIMITS.rate_window),
    ("bounds", "| {} KiB/s", LIMITS.rate / KIB),
    ("bounds", "has been waited for longer than {} seconds", LIMITS.waiting),
    ("bounds", "(each MiB that it took", BRISK_RATE / MIB),
    ("bounds", "had {} seconds or more after the half-close", LIMITS.unanswered),
    ("bounds", "After {} in a row", BREAKER.timeouts),
    ("bounds", "each within {} minutes", BREAKER.apart / 60),
    ("bounds", "left alone for {} seconds", BREAKER.first),
    ("bounds", "up to {} minutes. One", BREAKER.most / 60),
    ("bounds", "after {} seconds another is let through", BREAKER.probe),
    ("bounds", "{} receivers are remembered", REMEMBERED),
    ("bounds", "refused in a minute | {},", BOUNDS.refusals_per_minute),
    ("bounds", "each further refusal {} second later", LATE_SECONDS),
    ("bounds", "resolves in a minute | {};", SETTINGS["resolve_quota_per_minute"]),
    ("bounds", "that it reads, in a minute | {} |", SETTINGS["lookup_quota_per_minute"]),
    ("bounds", "presents in a minute | {} |", SETTINGS["token_quota_per_minute"]),
    ("bounds", "wait for an issuer's keys | {} |", KEYS.waiting),
    ("bounds", "| boards, schools in a token | {},", MAX_BOARDS),
    ("bounds", "in a token | 100, {} |", MAX_BRINS),
    ("bounds", "| queries of a batch | {} |", MAX_QUERIES),
    ("bounds", "for a revision | {};", BOUNDS.waiting),
    ("bounds", "| connections to a process | {},", CONNECTIONS.most),
    ("bounds", "from {} on others make room", CONNECTIONS.mark),
    ("bounds", "| of one party | {} |", CONNECTIONS.of_party),
    ("bounds", "| of one OIN that nobody registered | {} |", CONNECTIONS.of_stranger),
    ("bounds", "(of IPv6 a /64) | {};", CONNECTIONS.of_address),
    ("bounds", "of them {} on which nobody", CONNECTIONS.unknown),
    ("bounds", "| calls under way of one party | {};", CONNECTIONS.calls),
    ("bounds", "of a stranger {} | `CALL_LIMIT`", CONNECTIONS.stranger_calls),
    ("bounds", "on one connection in a second | {},", CONNECTIONS.asked),
    ("bounds", "does not take | {} s", CONNECTIONS.untaken),
    ("bounds", "has {} seconds for its first call", CONNECTIONS.fresh),
    ("bounds", "also without calls | one every {} s", BOUNDS.ping_seconds),
    ("bounds", "also without calls | one every {} s", PING_MS / 1000),
    ("bounds", "| age of a connection | {} min", BOUNDS.connection_age_seconds / 60),
    ("bounds", "and {} min for the calls", BOUNDS.connection_grace_seconds / 60),
    ("bounds", "| message, metadata | {} MiB", MAX_RECEIVE_BYTES / MIB),
    ("bounds", "| request of one message | {} KiB", MAX_REQUEST_BYTES / KIB),
    (
        "bounds",
        "a text of an agreement {} |",
        POLICY["/wissel.agreement.v1.AgreementService/RegisterAgreementText"].max_bytes / KIB,
    ),
    ("bounds", "| document of a text, its privacybijsluiter | {} MiB", texts.MAX_DOCUMENT / MIB),
    ("bounds", "its privacybijsluiter | 1 MiB, {} KiB |", texts.MAX_NOTICE / KIB),
    ("bounds", "until it is whole | {} s", MESSAGES.seconds),
    ("bounds", "that are received at once | {};", MESSAGES.of_party),
    ("bounds", "of a stranger {}; others wait", MESSAGES.of_stranger),
    ("bounds", "on each call | {} KiB", LOOKAHEAD_BYTES / KIB),
    ("bounds", "| details of a status | {} KiB", MAX_DETAILS / KIB),
    ("bounds", "| school file | {} MiB", duo.MAX_FILE_BYTES / MIB),
    ("storage", "| waits for a lock | {} s", LOCK_TIMEOUT),
    ("storage", "gone after {} s", timeouts.SILENCE_SECONDS),
    ("storage", "{} s for a host to connect", timeouts.CONNECT_SECONDS),
    ("storage", "by the server after {} s", requirements.ABANDONED_SECONDS),
    ("storage", "heard within {} s", requirements.HEARD_SECONDS),
    ("bounds", "in a minute | {}, ", BOUNDS.watches.of_oin),
    ("bounds", f"| {BOUNDS.watches.of_oin}, {{}};", BOUNDS.watches.per_minute),
    ("watching", "more than {} events", BOUNDS.watches.too_far),
    ("watching", "nothing to tell for {} seconds", BOUNDS.watches.heartbeat),
    ("watching", "of up to {} changes", watching.AT_ONCE),
    ("watching", "in parts of {} events", watching.AT_ONCE),
    ("watching", "the last {} changes", feed.KEPT),
    ("watching", "{} such reads", feed.READERS),
    ("sdk", "silent for {} seconds", SILENCE),
    ("revisions", "keeps its answer for {} days", idempotency.RETENTION.days),
    ("journal", "at most {} moves", writer.BATCH),
    ("journal", "a pause of {} ms", writer.PAUSE * 1000),
    ("journal", "for {} seconds (`RECORD_UNAVAILABLE`)", TURN_SECONDS),
    ("search keys", "for 1 to {} days", system_keys.LONGEST.days),
    ("search keys", "as a key of {} bytes", system_keys.KEY_BYTES),
    ("search keys", "at most {} keys that have not ended", system_keys.MOST_KEYS),
    ("search keys", "of up to {} systems", MOST_SYSTEMS),
    ("providing", "no more than {} orders", source.AT_ONCE),
    ("providing", "an answer in {} seconds", hub_calls.WITHIN),
    ("providing", "pieces of {} KiB", source.CHUNK / KIB),
    ("providing", "{} requests of one delivery point", requests.MOST_OF_A_POINT),
    ("providing", "{} of its OIN", requests.MOST_OF_AN_OIN),
    ("retention", "`request_id` | {} days", idempotency.RETENTION.days),
    ("retention", "`WISSEL_KEEP_DELIVERIES_DAYS` ({};", SETTINGS["keep_deliveries_days"]),
    ("retention", "at least {}) after acceptance", delivery.LEAST_KEPT.days),
    ("retention", "for as long as {} days", delivery.LEAST_KEPT.days),
    ("retention", "A round begins every {} seconds", RETENTION.every),
    ("retention", "`WISSEL_KEEP_PERSONS_DAYS` ({};", SETTINGS["keep_persons_days"]),
    ("retention", "at least {}) after their last act", LEAST_PERSON_DAYS),
    ("retention", "at most {} answers, persons or deliveries", reduction.BATCH),
    ("retention", "at most {} answers, persons or deliveries", register.ANSWERS),
    ("retention", "at most {} answers, persons or deliveries", register.PERSONS),
    ("retention", "and {} entries", reducer.MOST_ENTRIES),
    ("retention", "and {} seconds at least", RETENTION.pause),
    ("staleness", "it looks every {} ms", follower.POLL_SECONDS * 1000),
    ("staleness", "Not caught up for {} seconds", NOT_SERVING_SECONDS),
    ("staleness", "For {} seconds: nothing is decided", STALE_SECONDS),
    ("staleness", "counts for {} seconds", revalidate.HEAD_VALID_SECONDS),
    ("staleness", "answered {} seconds after their commit", revalidate.FORBID_ANSWER_SECONDS),
    ("workers", "{} seconds of silence", SILENT_SECONDS),
    ("running", "grown by {} MiB", WORTH_BYTES / MIB),
    ("running", "looked at every {} seconds", LOOK_SECONDS),
]
"""Section, phrase and value; the value stands in the phrase as people write it."""


def sections() -> dict[str, str]:
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return {name.lower(): body for name, body in zip(parts[1::2], parts[2::2], strict=True)}


@pytest.mark.parametrize(("section", "phrase", "value"), FIGURES)
def test_a_figure_is_that_of_the_code(section: str, phrase: str, value: float) -> None:
    said = phrase.format(f"{value:,g}")

    assert said in sections()[section]
