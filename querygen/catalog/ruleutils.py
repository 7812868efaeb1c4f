"""Analysed trees printed as SQL: `print_expression` and `print_query`, what pg_get_expr and pg_get_viewdef give.

Takes a catalog and a tree of `analyze.nodes`; gives text that means the same under any search path: names of other
schemas than pg_catalog are qualified. Trees hold objects by number, so that the text has the names of today, whatever
was renamed since. Mirrors `ruleutils.c`; expressions are in `ruleutils_expr.py`, queries in `ruleutils_query.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from querygen.analyze import nodefuncs
from querygen.analyze import nodes as n
from querygen.analyze.typename import format_type, quote_identifier
from querygen.catalog.catalog import PG_CATALOG, PUBLIC
from querygen.catalog.ddl_text import split_names
from querygen.catalog.ruleutils_expr import print_expr, unprintable
from querygen.pg_catalog.dump import EXTENSION_OIDS
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid

K = enums.RTEKind


class Level(Struct, eq=False):
    """deparse_namespace: the range table of one query, and what its entries and their columns are called."""

    rtable: list[Any]
    ctes: list[Any]
    names: list[str | None]
    columns: list[list[str | None]]
    windows: tuple[Any, ...] = ()
    targets: tuple[Any, ...] = ()
    old_alias: str | None = None
    new_alias: str | None = None
    using_merged: dict[int, dict[int, str]] = field(default_factory=dict)


class Printer:
    """deparse_context"""

    def __init__(self, catalog: Catalog, *, prefix: bool = False, arguments: Sequence[str] | None = None) -> None:
        self.catalog = catalog
        self.levels: list[Level] = []  # the innermost first
        self.prefix = prefix
        self.arguments = arguments  # of a SQL function: the names of its parameters
        self.function_name = ""
        self.exact = False  # also with names that mean nothing: what is read again is the same to the last of them

    # ------------------------------------------------------------------ names

    def qualified(self, name: str, namespace: Oid) -> str:
        """The name with its schema, unless it is PostgreSQL's own."""
        if namespace == PG_CATALOG:
            return quote_identifier(name)
        return f"{quote_identifier(self.catalog.namespace_name(namespace))}.{quote_identifier(name)}"

    def relation_name(self, oid: Oid) -> str:
        relation = self.catalog.find_relation(oid)
        if relation is None:
            index = self.catalog.index(oid)
            return self.qualified(index.name, index.namespace)
        return self.qualified(relation.name, relation.namespace)

    def type(self, oid: Oid, typmod: int = -1) -> str:
        """format_type_with_typemod under an empty search path"""
        return format_type(self.catalog, oid, typmod, only_pg_catalog=True)

    def function(self, oid: Oid) -> str:
        """generate_function_name: PostgreSQL's own with its schema where the user has one of that name."""
        row = self.catalog.proc(oid)
        if row.pronamespace != PG_CATALOG:
            return self.qualified(row.proname, row.pronamespace)
        name = quote_identifier(row.proname)
        others = (schema for oid_, schema in self.catalog.namespaces() if oid_ == PUBLIC or oid_ >= EXTENSION_OIDS)
        hidden = any(self.catalog.procs_named(row.proname, schema) for schema in others)
        return f"pg_catalog.{name}" if hidden else name

    def operator(self, oid: Oid) -> str:
        """generate_operator_name"""
        row = self.catalog.operator(oid)
        if row.oprnamespace == PG_CATALOG:
            return row.oprname
        return f"OPERATOR({quote_identifier(self.catalog.namespace_name(row.oprnamespace))}.{row.oprname})"

    def collation(self, oid: Oid) -> str:
        """generate_collation_name"""
        name = self.catalog.collation_name(oid)
        for namespace, schema in self.catalog.namespaces():
            row = self.catalog.collations_named(name, schema)
            if row is not None and row.oid == oid:
                return self.qualified(name, namespace)
        raise unprintable("a collation that it does not know")

    def reg_value(self, kind: str, value: str) -> str:
        """What the output functions of regclass and its like give; a number stands for the object that was found."""
        if kind == "relation":
            if value.startswith("oid:"):
                return self.relation_name(int(value[4:]))
            if not value.isdigit():
                *schema, name = split_names(value)
                oid = self.catalog.relation_oid(name, schema[-1] if schema else None)
                if oid is not None:
                    return self.relation_name(oid)
        return value

    def field_name(self, argument: Any, number: int) -> str:
        """get_name_for_var_field"""
        type_oid = nodefuncs.expr_type(argument)
        row = self.catalog.find_type(type_oid)
        while row is not None and row.typtype == "d":
            row = self.catalog.find_type(row.typbasetype)
        if row is not None and row.typrelid:
            return self.catalog.relation(row.typrelid).columns[number - 1].name
        match argument:
            case n.RowExpr() if argument.colnames:
                return argument.colnames[number - 1]
            case n.Var():
                return self._record_field(argument, number)
            case n.FuncExpr():
                proc = self.catalog.proc(argument.funcid)
                names = [
                    name
                    for name, mode in zip(proc.proargnames or (), proc.proargmodes or "", strict=False)
                    if mode in "obt"
                ]
                if number <= len(names):
                    return names[number - 1]
        return f"f{number}"

    def _record_field(self, var: n.Var, number: int) -> str:
        level = self.levels[var.varlevelsup]
        entry = level.rtable[var.varno - 1]
        if var.varattno == 0 and entry.eref.colnames:
            names = level.columns[var.varno - 1]
            return names[number - 1] or f"f{number}"
        query = entry.subquery
        if entry.rtekind == K.RTE_CTE:
            query = next((one.ctequery for lv in self.levels for one in lv.ctes if one.ctename == entry.ctename), None)
        if query is not None and var.varattno > 0:
            target = [one for one in query.targetList if not one.resjunk][var.varattno - 1]
            from querygen.catalog.ruleutils_query import open_level

            inner = Printer(self.catalog, prefix=True, arguments=self.arguments)
            inner.levels = [open_level(self, query), *self.levels]
            return inner.field_name(target.expr, number)
        raise unprintable("a field of a record without names")

    # ------------------------------------------------------------------ leaves that need the levels

    def variable(self, var: n.Var) -> str:
        """get_variable"""
        level = self.levels[var.varlevelsup]
        kinds = enums.VarReturningType
        if var.varreturningtype == kinds.VAR_RETURNING_OLD and level.old_alias:
            return self._returning(level, var, level.old_alias)
        if var.varreturningtype == kinds.VAR_RETURNING_NEW and level.new_alias:
            return self._returning(level, var, level.new_alias)
        number, attribute = var.varno, var.varattno
        if 0 < var.varnosyn <= len(level.rtable):
            number, attribute = var.varnosyn, var.varattnosyn
        entry = level.rtable[number - 1]
        if entry.rtekind == K.RTE_GROUP:
            kept = self.levels
            self.levels = kept[var.varlevelsup :]
            try:
                return print_expr(self, entry.groupexprs[attribute - 1])
            finally:
                self.levels = kept
        name = level.names[number - 1]
        if entry.rtekind == K.RTE_JOIN and entry.alias is None:
            merged = entry.joinaliasvars[attribute - 1] if attribute > 0 else None
            if attribute <= entry.joinmergedcols and attribute > 0:
                name = None
            elif isinstance(merged, n.Var):
                kept = self.levels
                self.levels = kept[var.varlevelsup :]
                try:
                    return self.variable(merged)
                finally:
                    self.levels = kept
        if attribute == 0:
            return f"{quote_identifier(name)}.*" if name else "*"
        if attribute < 0:
            column: str | None = _SYSTEM[attribute]
        else:
            column = level.columns[number - 1][attribute - 1]
        if column is None:
            raise unprintable("a column that was dropped")
        shown = quote_identifier(column)
        if name and (self.prefix or len(self.levels) > 1):
            return f"{quote_identifier(name)}.{shown}"
        return shown

    def _returning(self, level: Level, var: n.Var, alias: str) -> str:
        if var.varattno == 0:
            return f"{quote_identifier(alias)}.*"
        column = level.columns[var.varno - 1][var.varattno - 1]
        return f"{quote_identifier(alias)}.{quote_identifier(column or '')}"

    def param(self, node: n.Param) -> str:
        """get_parameter"""
        names = self.arguments or ()
        if (
            node.paramkind == enums.ParamKind.PARAM_EXTERN
            and 0 < node.paramid <= len(names)
            and names[node.paramid - 1]
        ):
            shown = quote_identifier(names[node.paramid - 1])
            return f"{self.function_name}.{shown}" if self.levels and self.function_name else shown
        return f"${node.paramid}"

    def sort_list(self, clauses: Sequence[Any], targets: Sequence[Any]) -> str:
        from querygen.catalog.ruleutils_query import sort_list

        return sort_list(self, clauses, targets, force_exprs=False)

    def window(self, reference: int) -> str:
        from querygen.catalog.ruleutils_query import window_spec

        for clause in self.levels[0].windows:
            if clause.winref == reference:
                if clause.name:
                    return quote_identifier(clause.name)
                return f"({window_spec(self, clause, self.levels[0].targets)})"
        raise unprintable("a window that is not there")

    def subquery(self, query: n.Query) -> str:
        from querygen.catalog.ruleutils_query import query_def

        return query_def(self, query)


_SYSTEM = {-1: "ctid", -2: "xmin", -3: "cmin", -4: "xmax", -5: "cmax", -6: "tableoid"}


def relation_level(catalog: Catalog, relation: Oid, name: str | None = None) -> Level:
    """The level of an expression whose Vars count in one relation; for triggers and rules see `trigger_level`."""
    found = catalog.relation(relation)
    entry = n.RangeTblEntry(K.RTE_RELATION, None, n.Alias(found.name), relid=relation)
    columns = [None if column.dropped else column.name for column in found.columns]
    return Level([entry], [], [name], [columns])


def print_expression(catalog: Catalog, cooked: Any, relation: Oid = 0) -> str:
    """pg_get_expr: an expression in which Vars, if there are any, are columns of the relation."""
    printer = Printer(catalog)
    if relation and catalog.find_relation(relation) is not None:
        printer.levels = [relation_level(catalog, relation, catalog.relation(relation).name)]
    return print_expr(printer, cooked)


def print_trigger_condition(catalog: Catalog, cooked: Any, relation: Oid) -> str:
    """WHEN (…) of a trigger, in which the first range table entry is OLD and the second NEW."""
    printer = Printer(catalog, prefix=True)
    old, new = (relation_level(catalog, relation, name) for name in ("old", "new"))
    printer.levels = [Level([*old.rtable, *new.rtable], [], ["old", "new"], [*old.columns, *new.columns])]
    return print_expr(printer, cooked)


def print_query(
    catalog: Catalog,
    query: n.Query,
    columns: Sequence[str] | None = None,
    arguments: Sequence[str] | None = None,
    *,
    exact: bool = False,
) -> str:
    """pg_get_viewdef without its semicolon: a query, whose result columns are called as told."""
    from querygen.catalog.ruleutils_query import query_def

    printer = Printer(catalog, arguments=arguments)
    printer.exact = exact
    return query_def(printer, query, columns)


__all__ = ["Level", "Printer", "format_type", "print_expression", "print_query", "print_trigger_condition"]
