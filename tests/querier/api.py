"""What a module of queriers offers, read from its syntax tree: names, signatures, fields, and their types.

Two modules offer the same if their `Api` is equal, whatever their text. Types that have to differ are spelled in one
way (`TYPES`): a connection is psycopg's, not SQLAlchemy's.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

# sqlc-gen-python's type → ours. Result is that of `:execresult`; the async cursor is told apart by its class.
TYPES = {
    "sqlalchemy.engine.Connection": "psycopg.Connection[Any]",
    "sqlalchemy.ext.asyncio.AsyncConnection": "psycopg.AsyncConnection[Any]",
    "sqlalchemy.engine.Result": "psycopg.RawCursor[Any]",
    "psycopg.AsyncRawCursor[Any]": "psycopg.RawCursor[Any]",
    "memoryview": "bytes",
}


@dataclass
class Class:
    bases: list[str]
    decorators: list[str]
    fields: list[tuple[str, str]] = field(default_factory=list)
    members: list[tuple[str, object]] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)


@dataclass
class Api:
    classes: list[tuple[str, Class]] = field(default_factory=list)
    constants: list[str] = field(default_factory=list)


class _Spelling(ast.NodeTransformer):
    """`Optional[X]` as `X | None`, `List[X]` as `list[X]`, and the types of `TYPES`."""

    def visit(self, node: ast.AST) -> ast.AST:
        text = ast.unparse(node) if isinstance(node, ast.expr) else ""
        if text in TYPES:
            return ast.parse(TYPES[text], mode="eval").body
        return super().visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        name = ast.unparse(node.value)
        if name == "Optional":
            if isinstance(node.slice, ast.BinOp) and ast.unparse(node.slice.right) == "None":
                return node.slice
            return ast.BinOp(node.slice, ast.BitOr(), ast.Constant(None))
        if name == "List":
            node.value = ast.Name("list")
        return node


def _type(node: ast.expr | None) -> str:
    return "" if node is None else ast.unparse(ast.fix_missing_locations(_Spelling().visit(node)))


def _signature(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    shown = [f"{one.arg}: {_type(one.annotation)}" for one in node.args.args]
    shown += ["*"] if node.args.kwonlyargs else []
    shown += [f"{one.arg}: {_type(one.annotation)}" for one in node.args.kwonlyargs]
    word = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    returns = "None" if node.name == "__init__" else _type(node.returns)
    return f"{word} {node.name}({', '.join(shown)}) -> {returns}"


def _class(node: ast.ClassDef) -> Class:
    found = Class([ast.unparse(one) for one in node.bases], [ast.unparse(one) for one in node.decorator_list])
    for one in node.body:
        match one:
            case ast.AnnAssign(target=ast.Name(name)):
                found.fields.append((name, _type(one.annotation)))
            case ast.Assign(targets=[ast.Name(name)], value=ast.Constant(value)):
                found.members.append((name, value))
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                found.methods.append(_signature(one))
    return found


def read_api(text: str) -> Api:
    """What a module offers; names that begin with an underscore are its own affair."""
    api = Api()
    for node in ast.parse(text).body:
        match node:
            case ast.ClassDef() if not node.name.startswith("_"):
                api.classes.append((node.name, _class(node)))
            case ast.Assign(targets=[ast.Name(name)]) | ast.AnnAssign(target=ast.Name(name)):
                api.constants.append(name)
    return api
