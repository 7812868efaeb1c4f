"""The rules of nullability and cardinality as places in their modules, to count them and to break them.

A rule is a `return` in `MODULES`, named by its function and its text. `counted()` runs them with a counter before
each; `mutated(module, tree)` runs one of them with a changed tree. Functions keep their identity, their code is
exchanged, so it does not matter who has imported them.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType, ModuleType

from querygen.analyze import (
    cardinality,
    cardinality_keys,
    nullability,
    nullability_agg,
    nullability_expr,
    nullability_foreign,
    nullability_quals,
    nullability_relation,
    volatile,
)
from querygen.analyze.nullability_scope import not_null

MODULES = (
    nullability,
    nullability_agg,
    nullability_expr,
    nullability_quals,
    nullability_foreign,
    nullability_relation,
    cardinality,
    cardinality_keys,
    volatile,
)


@dataclass(frozen=True)
class Site:
    """One `return`. `number` counts through all modules."""

    number: int
    module: ModuleType
    function: str
    line: int
    text: str

    @property
    def name(self) -> str:
        module = self.module.__name__.rpartition(".")[2]
        return f"{module}.{self.function}: {self.text}"


def tree_of(module: ModuleType) -> ast.Module:
    return ast.parse(inspect.getsource(module))


def _returns(tree: ast.Module) -> Iterator[tuple[str, ast.Return]]:
    for function in tree.body:
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Return):
                    yield function.name, node


def all_sites() -> list[Site]:
    sites: list[Site] = []
    for module in MODULES:
        for function, node in _returns(tree_of(module)):
            sites.append(Site(len(sites), module, function, node.lineno, ast.unparse(node)))
    return sites


class _Counter(ast.NodeTransformer):
    def __init__(self, numbers: dict[tuple[str, int, int], int]) -> None:
        self.numbers = numbers
        self.function = ""

    def visit_Return(self, node: ast.Return) -> list[ast.stmt]:
        number = self.numbers[self.function, node.lineno, node.col_offset]
        call = ast.parse(f"__rule__({number})").body[0]
        return [ast.copy_location(call, node), node]


@contextmanager
def counted(hit: Callable[[int | str], object]) -> Iterator[None]:
    """`hit(number)` is called for every rule that fires, `hit(name)` for every function that is entered."""
    number = 0
    patches = []
    for module in MODULES:
        tree = tree_of(module)
        numbers = {}
        for function, node in _returns(tree):
            numbers[function, node.lineno, node.col_offset] = number
            number += 1
        counter = _Counter(numbers)
        for one in tree.body:
            if isinstance(one, ast.FunctionDef):
                counter.function = one.name
                counter.visit(one)
                entered = ast.parse(f"__rule__({module.__name__ + '.' + one.name!r})").body[0]
                one.body.insert(0, ast.copy_location(entered, one.body[0]))
        patches.append((module, ast.fix_missing_locations(tree)))
        vars(module)["__rule__"] = hit
    undo = [_exchange(module, tree) for module, tree in patches]
    try:
        yield
    finally:
        for put_back in undo:
            put_back()


@contextmanager
def mutated(module: ModuleType, tree: ast.Module) -> Iterator[None]:
    undo = _exchange(module, ast.fix_missing_locations(tree))
    try:
        yield
    finally:
        undo()


def _exchange(module: ModuleType, tree: ast.Module) -> Callable[[], None]:
    vars(module).setdefault("not_null", not_null)  # a break may need it where the rule does not
    scratch = dict(vars(module))
    only = ast.Module([one for one in tree.body if isinstance(one, ast.FunctionDef)], [])
    exec(compile("from __future__ import annotations", "", "exec"), scratch)  # noqa: S102
    exec(  # noqa: S102 - our own source
        compile(only, module.__file__ or "", "exec", flags=__import__("__future__").annotations.compiler_flag), scratch
    )
    kept = []
    for one in only.body:
        assert isinstance(one, ast.FunctionDef)
        old, new = _plain(vars(module)[one.name]), _plain(scratch[one.name])
        if _content(old.__code__) != _content(new.__code__):
            kept.append((old, old.__code__))
            old.__code__ = new.__code__
    nullability_relation._VIEWS.clear()

    def undo() -> None:
        for function, code in kept:
            function.__code__ = code
        nullability_relation._VIEWS.clear()

    return undo


def _content(code: CodeType) -> tuple[object, ...]:
    """What it does: the names it uses are numbered in the order in which they come, so that they are part of it."""
    inner = tuple(_content(one) if isinstance(one, CodeType) else one for one in code.co_consts)
    return code.co_code, code.co_names, inner


def _plain(function: object) -> FunctionType:
    found = inspect.unwrap(function)  # type: ignore[arg-type]
    assert isinstance(found, FunctionType)
    return found
