"""Finds, in the code, each reason that a refusal may have and the names of its metadata.

A call site is `Refused(Reason.X, name=...)`, or a call of a helper that makes one; for a
`Refusal` of deciding the names are the keys of the dictionaries around it. What this cannot
read, since the reason is a variable, is listed by whoever asks (`unread`).
"""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from support.paths import ROOT

ROOMS: Final = ("routing", "server", "clients")
_MAKERS: Final = {"Refused", "RuleRefused", "Refusal"}
_NO_METADATA: Final = {"reason", "side", "metadata", "retry_after"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Found:
    """The names of metadata by reason (`field` among them), and the reasons that tell a delay."""

    names: Mapping[str, set[str]]
    delays: set[str]
    unread: set[str] = field(default_factory=set)
    """Call sites whose reason is a variable: `module.function`."""


def refusals_in_code() -> Found:
    """Read all modules that are written by hand."""
    found = Found(names=defaultdict(set), delays=set())
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "_pb2" not in path.name:
                _read(path, found)
    return found


def _read(path: Path, found: Found) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, Function)]
    helpers = {each.name: _keys(each) for each in functions if _passes_reason_on(each)}
    for function in functions:  # a helper of a helper
        if function.name in helpers:
            for call in _calls_within(function):
                helpers[function.name] |= helpers.get(_name(call.func), set())
    for function in functions:
        for call in _calls_within(function):
            name = call.func.id if isinstance(call.func, ast.Name) else ""
            if name not in _MAKERS and name not in helpers:
                continue
            reason = _reason(call)
            if reason is None:
                if name in _MAKERS and function.name not in helpers:
                    found.unread.add(f"{path.stem}.{function.name}")
                continue
            keywords = {each.arg for each in call.keywords if each.arg}
            found.names[reason] |= keywords - _NO_METADATA
            found.names[reason] |= helpers.get(name, set())
            found.names[reason] |= _given(call, function)
            if "retry_after" in keywords:
                found.delays.add(reason)


def _passes_reason_on(function: Function) -> bool:
    """Whether a function takes the reason, and any facts, as its own arguments."""
    takes = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    return "reason" in takes[:1] and function.args.kwarg is not None


def _calls_within(function: Function) -> Iterator[ast.Call]:
    """Yield the calls in a function, without those of functions in it."""
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Call):
            yield node
        pending += [each for each in ast.iter_child_nodes(node) if not isinstance(each, Function)]


def _reason(call: ast.Call) -> str | None:
    given = [*call.args[:1], *(each.value for each in call.keywords if each.arg == "reason")]
    for each in given:
        if isinstance(each, ast.Attribute) and _name(each.value) == "Reason":
            return each.attr
    return None


def _given(call: ast.Call, function: Function) -> set[str]:
    """Return the keys of the dictionary of metadata that a call is given."""
    dictionaries = [each.value for each in call.keywords if each.arg in ("metadata", None)]
    built = any(isinstance(node, ast.Name) for each in dictionaries for node in _outside(each))
    return _keys(function) if built else set().union(*map(_keys, dictionaries))


def _outside(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and what is in it, but nothing of what is in a dictionary or call."""
    yield node
    if not isinstance(node, ast.Dict | ast.Call):
        for each in ast.iter_child_nodes(node):
            yield from _outside(each)


def _keys(within: ast.AST) -> set[str]:
    """Return the names that are written into dictionaries."""
    keys: set[str] = set()
    for node in ast.walk(within):
        if isinstance(node, ast.Dict):
            keys |= {str(each.value) for each in node.keys if isinstance(each, ast.Constant)}
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            keys.add(str(node.slice.value))
    return keys


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""
