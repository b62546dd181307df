"""Every target by its name."""

from collections.abc import Mapping
from typing import Final

from fuzz import certificates, papers, schools, signatures, words
from fuzz.target import Target

TARGETS: Final[Mapping[str, Target]] = {
    each.name: each
    for module in (papers, signatures, certificates, words, schools)
    for each in module.TARGETS
}
"""In the order in which they are run."""
