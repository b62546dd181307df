"""Makes text harmless for a terminal, wherever it came from.

What the wire brings may hold control characters, with which it could move the
cursor, colour or retitle a terminal, forge a line, or turn the order in which a
line is read (ECMA-48; Unicode TR 36 on bidirectional text).
"""

import re
from typing import Final

# C0 and C1 controls with DEL, line and paragraph separators, bidirectional
# controls, and halves of surrogate pairs, which no stream can encode.
_HARMFUL: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def harmless(text: str) -> str:
    r"""Return text in which each harmful character stands as its escape, such as `\u001b`.

    A line break is one of them: what comes from elsewhere is one line. In JSON
    the escape stands for the same character, so that no data changes.
    """
    return _HARMFUL.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
