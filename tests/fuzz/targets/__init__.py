"""Every target by its name; a module holds those that read the same kind of bytes."""

from collections.abc import Mapping
from typing import Final

from fuzz.target import Target
from fuzz.targets import (
    call_metadata,
    certificates,
    endpoint_addresses,
    key_files,
    requests,
    school_files,
    sdk_inputs,
    statuses,
    streams,
    texts,
)
from fuzz.targets.signed import envelopes, fetching, signatures

TARGETS: Final[Mapping[str, Target]] = {
    each.name: each
    for module in (
        envelopes,
        fetching,
        signatures,
        certificates,
        key_files,
        texts,
        endpoint_addresses,
        school_files,
        statuses,
        sdk_inputs,
        requests,
        call_metadata,
        streams,
    )
    for each in module.TARGETS
}
"""In the order in which they are run."""
