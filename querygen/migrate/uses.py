"""What an analysed expression or query refers to: relations with their columns, functions, operators, types.

Takes a tree of `analyze.nodes`, gives addresses as `ddl_depend.py` writes them. Mirrors `dependency.c:
find_expr_references_walker`; what PostgreSQL brings along is left out. A cast is told beside its function: the server
knows only the function, but once the cast has another one, what used it has to be read again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from querygen.analyze.nodes import Const, FieldSelect, FuncExpr, Query, RangeTblEntry, RowCompareExpr, TableFunc, Var
from querygen.catalog.ddl_depend import Address
from querygen.catalog.ddl_reference import below
from querygen.catalog.ddl_text import split_names
from querygen.pg_catalog.dump import EXTENSION_OIDS
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.catalog.catalog import Catalog

_REGCLASS = 2205
_PROC_FIELDS = ("funcid", "aggfnoid", "winfnoid", "tsmhandler")
_CASTS = frozenset({enums.CoercionForm.COERCE_EXPLICIT_CAST, enums.CoercionForm.COERCE_IMPLICIT_CAST})
_TYPE_FIELDS = ("resulttype", "consttype", "row_typeid", "vartype", "funcresulttype", "typeId", "array_typeid")


def references(catalog: Catalog, node: Any, relation: int = 0) -> set[Address]:
    """Everything that the tree refers to; Vars outside of any query are columns of `relation`."""
    found: set[Address] = set()
    stack: list[tuple[Any, tuple[Query, ...]]] = [(node, ())]
    while stack:
        one, levels = stack.pop()
        if one is None:
            continue
        if isinstance(one, Query):
            levels = (one, *levels)
            found.update(Address("primary key", oid) for oid in one.constraintDeps)
            found.update(_of_query(one))
        else:
            found.update(_of_node(catalog, one, levels, relation))
        stack.extend((child, levels) for child in below(one))
    return {one for one in found if one.oid >= EXTENSION_OIDS or one.kind == "cast"}


def _of_query(query: Query) -> Iterator[Address]:
    for entry in query.rtable:
        if entry.relid and entry.rtekind == enums.RTEKind.RTE_RELATION:
            yield Address("relation", entry.relid)
    if query.resultRelation:
        target = query.rtable[query.resultRelation - 1].relid
        for one in query.targetList:
            if not one.resjunk and query.commandType != enums.CmdType.CMD_SELECT:
                yield Address("relation", target, one.resno)


def _of_node(catalog: Catalog, node: Any, levels: tuple[Query, ...], relation: int) -> Iterator[Address]:
    match node:
        case Var():
            yield from _of_var(catalog, node, levels, relation)
        case Const() if node.consttype == _REGCLASS and node.value is not None:
            oid = _regclass(catalog, node.value)
            if oid is not None:
                yield Address("relation", oid)
        case RangeTblEntry():
            for oid in node.coltypes:
                yield Address("type", oid)
        case TableFunc():
            for oid in node.coltypes:
                yield Address("type", oid)
        case RowCompareExpr():
            for oid in node.opnos:
                yield Address("operator", oid)
        case FieldSelect():
            yield Address("type", node.resulttype)
        case FuncExpr() if node.funcformat in _CASTS and node.funcid >= EXTENSION_OIDS:
            for row in catalog.casts():
                if row.castfunc == node.funcid:
                    yield Address("cast", row.castsource, row.casttarget)
    for field in _PROC_FIELDS:
        if oid := getattr(node, field, 0):
            yield Address("proc", oid)
    if oid := getattr(node, "opno", 0):
        yield Address("operator", oid)
    if oid := getattr(node, "collOid", 0):
        yield Address("collation", oid)
    for field in _TYPE_FIELDS:
        if oid := getattr(node, field, 0):
            yield Address("type", oid)


def _of_var(catalog: Catalog, node: Var, levels: tuple[Query, ...], relation: int) -> Iterator[Address]:
    if not levels:
        if relation:
            if node.varattno > 0:
                yield Address("relation", relation, node.varattno)
            elif node.varattno == 0:
                for column in catalog.relation(relation).live_columns:
                    yield Address("relation", relation, column.attnum)
        return
    if node.varlevelsup >= len(levels):
        return
    entry = levels[node.varlevelsup].rtable[node.varno - 1]
    if not entry.relid or entry.rtekind != enums.RTEKind.RTE_RELATION:
        return
    if node.varattno > 0:
        yield Address("relation", entry.relid, node.varattno)
    elif node.varattno == 0:
        for column in catalog.relation(entry.relid).live_columns:
            yield Address("relation", entry.relid, column.attnum)


def _regclass(catalog: Catalog, value: str) -> int | None:
    if value.startswith("oid:"):
        return int(value[4:])
    if value.isdigit():
        return None
    *schema, name = split_names(value)
    return catalog.relation_oid(name, schema[-1] if schema else None)
