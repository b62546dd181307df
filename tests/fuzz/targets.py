"""Every target by its name."""

from collections.abc import Mapping
from typing import Final

from fuzz import (
    answers,
    beside,
    calls,
    certificates,
    handed,
    keyfiles,
    papers,
    places,
    schools,
    signatures,
    streams,
    words,
)
from fuzz.target import Target

TARGETS: Final[Mapping[str, Target]] = {
    each.name: each
    for module in (
        papers,
        signatures,
        certificates,
        keyfiles,
        words,
        places,
        schools,
        answers,
        handed,
        calls,
        beside,
        streams,
    )
    for each in module.TARGETS
}
"""In the order in which they are run."""
