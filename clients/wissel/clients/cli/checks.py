"""`wissel whoami`, `wissel doctor` and `wissel errors`: they help to find what is wrong."""

from typing import Annotated

import typer

from wissel.clients import background
from wissel.clients.cli.failing import EXIT_REFUSED, EXIT_UNREACHABLE
from wissel.clients.cli.output import print_json, print_pairs, print_rows, say, show, styled
from wissel.clients.cli.session import session_of
from wissel.clients.doctor import Check, examine
from wissel.routing.refusals.catalogue import CATALOGUE, describe
from wissel.routing.refusals.catalogue.counterparts import (
    SOURCES,
    Counterpart,
    of_name,
    oso_result,
)
from wissel.routing.refusals.reasons import Reason


def whoami(context: typer.Context) -> None:
    """Show how the hub sees your certificate."""
    session = session_of(context)
    show(session, session.hub().whoami())


def doctor(context: typer.Context) -> None:
    """Look at each step of the way to the hub; each failure comes with its fix."""
    session = session_of(context)
    session.require("server", "certificate", "key", "trust_roots")
    checks = background.run(
        examine(
            session.server,
            certificate=session.certificate,
            key=session.key,
            roots=session.trust_roots,
            hub_oin=session.hub_oin,
        )
    )
    if session.json:
        print_json([{"name": c.name, "ok": c.ok, "detail": c.detail, "fix": c.fix} for c in checks])
    else:
        for check in checks:
            _tell(check)
    failed = [check for check in checks if not check.ok]
    if failed:
        raise typer.Exit(EXIT_UNREACHABLE if failed[0].unreachable else EXIT_REFUSED)


def _tell(check: Check) -> None:
    mark = styled("ok", "green") if check.ok else styled("no", "red")
    say(mark, styled(check.name, "bold"), check.detail)
    if check.fix:
        say(f"   Fix: {check.fix}")


def errors(
    context: typer.Context,
    reason: Annotated[
        str,
        typer.Argument(
            help="such as ROUTE_AMBIGUOUS, or a name in documents of OSO, the OSR or "
            "Edukoppeling, such as SessieAfwijkend; by default all"
        ),
    ] = "",
) -> None:
    """Tell what a reason means and what helps; without the hub."""
    session = session_of(context)
    named = [] if reason in Reason.__members__ else of_name(reason)
    if reason and not named and reason not in Reason.__members__:
        message = f"there is no reason {reason!r}; run `wissel errors` for all"
        raise typer.BadParameter(message)
    wanted = [Reason[reason]] if reason in Reason.__members__ else list(Reason)
    if named:
        wanted = list(dict.fromkeys(each for row in named for each in row.reasons))
    facts = [
        *(_counterpart(each, session.language) for each in named),
        *(_explained(each, session.language) for each in wanted),
    ]
    if session.json:
        print_json(facts)
    elif reason:
        for number, pairs in enumerate(facts):
            if number:
                say("")
            print_pairs(list(pairs.items()))
    else:
        print_rows(["REASON", "MEANING"], [[each["reason"], each["meaning"]] for each in facts])


def _counterpart(found: Counterpart, language: str) -> dict[str, str]:
    return {
        "name": found.name,
        "source": SOURCES[found.standard],
        "says": found.says.read(language),
        "here": ", ".join(filter(None, [found.answer, *found.reasons])),
        "note": found.note.read(language) if found.note else "",
    }


def _explained(reason: Reason, language: str) -> dict[str, str]:
    entry = CATALOGUE[reason]
    said = describe(reason, {}, language="nl" if language == "nl" else "en")
    return {
        "reason": reason.value,
        "code": entry.code.value,
        "meaning": said.sentence,
        "fix": said.fix,
        "by": said.owner,
        "contact": said.contact,
        "OSO": oso_result(reason) or "",
    }
