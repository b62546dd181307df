"""One target under atheris: `python -m fuzz.hunt TARGET [libFuzzer's arguments]`.

This process never returns: libFuzzer ends it.
"""

import sys

import atheris

with atheris.instrument_imports(include=["wissel", "stdnum"], enable_loader_override=False):
    from fuzz.target import quiet
    from fuzz.targets import TARGETS


def main(name: str, arguments: list[str]) -> None:
    """Run the target until libFuzzer has had enough, or has found something."""
    quiet()
    check = TARGETS[name].check
    atheris.Setup([name, *arguments], lambda data: check(data) and None)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
