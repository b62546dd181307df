"""Examples of each command, shown in its help."""

from collections.abc import Iterator
from typing import Final

import typer
from typer.models import CommandInfo

from wissel.clients.cli.examples import register, traffic

EXAMPLES: Final[dict[str, tuple[str, ...]]] = register.EXAMPLES | traffic.EXAMPLES
"""The examples by the words of their command."""


def add_examples(app: typer.Typer) -> None:
    """Add its examples to the help of each command of `app` and its groups."""
    for words, command in commands(app):
        lines = EXAMPLES.get(words, ())
        command.epilog = "\n\n".join(["Examples:" if len(lines) > 1 else "Example:", *lines])


def commands(app: typer.Typer, before: str = "") -> Iterator[tuple[str, CommandInfo]]:
    """Yield each command with its words, such as `route explain`."""
    for command in app.registered_commands:
        name = command.name or getattr(command.callback, "__name__", "")
        yield f"{before}{name}", command
    for group in app.registered_groups:
        if group.typer_instance is not None:
            yield from commands(group.typer_instance, f"{before}{group.name} ")
