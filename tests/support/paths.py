"""Where the checkout and the shared data beside it lie."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
"""The root of the checkout."""
SHARED: Final = ROOT.parent / "shared"
"""Third-party data beside the checkout; where it is absent, its tests skip with a reason."""
