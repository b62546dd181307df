"""Prints what the demo does."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape


class Story:
    """Prints chapters, facts and how long each took."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False, soft_wrap=True)
        self._chapter = 0

    def title(self, text: str) -> None:
        """Print the title."""
        self._console.print(f"\n[bold]{escape(text)}[/bold]")

    @contextmanager
    def chapter(self, text: str) -> Iterator[None]:
        """Print the heading of a chapter, and at its end how many seconds it took."""
        self._chapter += 1
        self._console.print(f"\n[bold cyan]{self._chapter}. {escape(text)}[/bold cyan]")
        started = time.monotonic()
        yield
        self._console.print(f"   [dim]{time.monotonic() - started:.2f} s[/dim]")

    def say(self, text: str) -> None:
        """Print a sentence."""
        self._console.print(f"   {escape(text)}")

    def fact(self, name: str, value: object) -> None:
        """Print a name and its value."""
        self._console.print(f"   [dim]{escape(name):<14}[/dim] {escape(str(value))}")

    def last_line(self, text: str) -> None:
        """Print the line that a program can read, without markup or wrapping."""
        self._console.print()
        self._console.out(text, highlight=False)
