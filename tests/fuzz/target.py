"""What a target is, and what is asked of every refusal."""

import logging
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import structlog

from wissel.routing.refusals.catalogue.render import status_message
from wissel.routing.refusals.errors import Refused
from wissel.routing.values.person_numbers import holds_person_number

_ECHOES: Final = ("value", "problem", "problems", "file")
"""Metadata that may repeat something of what was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Something that reads bytes, and what must hold of it whatever the bytes are.

    `check` returns in a few words what became of the input, such as `accepted`
    or the reason of a refusal. Whatever it raises is a finding: it handles the
    errors that are documented itself. `seeds` are inputs to start from.
    """

    name: str
    check: Callable[[bytes], str]
    seeds: Callable[[], Iterable[bytes]]
    max_bytes: int = 4096


def quiet() -> None:
    """Say nothing of inputs that are odd on purpose: no warnings, no log."""
    warnings.simplefilter("ignore")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def told(refused: Refused) -> str:
    """Return a refusal in a few words, once it has been found fit to be told.

    It has words in both languages, its metadata are texts, and what it repeats
    of the input holds no number of a person and is short.
    """
    for language in ("en", "nl"):
        assert status_message(refused.reason, refused.metadata, language)
    assert all(isinstance(each, str) for each in refused.metadata.values())
    for name in _ECHOES:
        echo = refused.metadata.get(name, "")
        assert not holds_person_number(echo), f"{name} holds a person's number"
        assert len(echo) < 8192, f"{name} is {len(echo)} long"
    return f"{refused.reason} {refused.field or ''}".strip()
