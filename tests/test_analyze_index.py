"""Everything the grammar can make is handled by the analyser or refused by name: classes, kinds and statements.

The raw tree's classes and enums are the list; `analyze/README.md` is the index, the modules' `match` the proof.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from querygen.analyze.state import ParamTable
from querygen.analyze.stmt import parse_analyze_varparams
from querygen.catalog import ddl_execute
from querygen.catalog.catalog import Catalog
from querygen.catalog.ddl import build_catalog
from querygen.diagnostics import PgError
from querygen.pg_catalog.load import builtin_folder, load_folder
from querygen.source import SourceFile
from querygen.sql.nodes import Node, ast, enums
from querygen.sql.parse import parse_schema_file, parse_statement

ANALYZE = Path(__file__).parent.parent / "querygen" / "analyze"
README = (ANALYZE / "README.md").read_text(encoding="utf-8")
REFUSED = README.split("## UNSUPPORTED", 1)[1]
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in ANALYZE.glob("*.py"))

# Raw nodes that stand inside others and are read where those are, with where that is
PARTS = {
    *("A_Star", "A_Indices", "Alias", "BitString", "Boolean", "CaseWhen", "Float", "Integer", "List", "String"),
    *("CTECycleClause", "CTESearchClause", "CommonTableExpr", "DefElem", "GroupingSet", "IndexElem", "InferClause"),
    *("IntoClause", "JsonAggConstructor", "JsonArgument", "JsonBehavior", "JsonFormat", "JsonKeyValue", "JsonOutput"),
    *("JsonReturning", "JsonTableColumn", "JsonTablePathSpec", "JsonValueExpr", "LockingClause", "MergeWhenClause"),
    *("OnConflictClause", "RangeTableFuncCol", "ResTarget", "ReturningClause", "ReturningOption", "RowMarkClause"),
    *("SortBy", "TypeName", "WindowDef", "WithClause", "IntList", "OidList"),
}
EXPRESSIONS = [
    *("ColumnRef", "ParamRef", "A_Const", "A_Indirection", "A_ArrayExpr", "TypeCast", "CollateClause", "A_Expr"),
    *("BoolExpr", "FuncCall", "NamedArgExpr", "MultiAssignRef", "GroupingFunc", "MergeSupportFunc", "SubLink"),
    *("CaseExpr", "RowExpr", "CoalesceExpr", "MinMaxExpr", "SQLValueFunction", "XmlExpr", "XmlSerialize", "NullTest"),
    *("BooleanTest", "CurrentOfExpr", "SetToDefault", "JsonObjectConstructor", "JsonArrayConstructor"),
    *("JsonArrayQueryConstructor", "JsonObjectAgg", "JsonArrayAgg", "JsonIsPredicate", "JsonParseExpr"),
    *("JsonScalarExpr", "JsonSerializeExpr", "JsonFuncExpr"),
]
RANGES = ["RangeVar", "RangeSubselect", "RangeFunction", "RangeTableFunc", "RangeTableSample", "JoinExpr", "JsonTable"]
# Parts of CREATE TABLE and its kin, and PL/pgSQL's
DDL_PARTS = {"CopyStmt", "PLAssignStmt", "RawStmt", "SetOperationStmt"}


def handled(name: str) -> bool:
    return re.search(rf"\bast\.{name}\b", SOURCE) is not None


@pytest.mark.parametrize("name", [*EXPRESSIONS, *RANGES])
def test_raw_class_is_handled_and_in_the_index(name: str) -> None:
    assert hasattr(ast, name)
    assert handled(name)
    assert name in README.split("## UNSUPPORTED")[0]


def test_no_raw_expression_class_is_left_out() -> None:
    """What libpg_query could add: a class that is no statement, no part, and nothing of the analysed tree's."""
    analysed = set(re.findall(r"^class (\w+)", (ANALYZE / "primnodes.py").read_text(), re.MULTILINE))
    analysed |= set(re.findall(r"^class (\w+)", (ANALYZE / "nodes.py").read_text(), re.MULTILINE))
    for name in dir(ast):
        cls = getattr(ast, name)
        is_node = isinstance(cls, type) and issubclass(cls, Node) and cls is not Node
        if is_node and name.startswith(("A_", "Json", "Range", "Xml", "Merge")):
            assert handled(name) or name in PARTS or name in analysed or name in ANALYSED_ONLY, name


# Nodes of the analysed tree, which the grammar never makes
ANALYSED_ONLY = {
    *("JsonConstructorExpr", "JsonExpr", "JsonTablePath", "JsonTablePathScan", "JsonTableSiblingJoin", "JsonTablePlan"),
    *("MergeAction", "RangeTblEntry", "RangeTblFunction", "RangeTblRef"),
}


@pytest.mark.parametrize(
    ("enum", "where"),
    [
        (enums.A_Expr_Kind, "AEXPR"),
        (enums.SubLinkType, "_SUBLINK"),
        (enums.JoinType, "JOIN_"),
        (enums.SetOperation, "SETOP_"),
        (enums.BoolExprType, "_EXPR"),
        (enums.JsonExprOp, "JSON_"),
        (enums.XmlExprOp, "IS_"),
        (enums.MinMaxOp, "IS_"),
        (enums.SQLValueFunctionOp, "SVFOP_"),
        (enums.GroupingSetKind, "GROUPING_SET"),
        (enums.OnConflictAction, "ONCONFLICT_"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_every_kind_is_met(enum: type, where: str) -> None:
    """Each member comes out of a statement that analyses."""
    seen = {member for _sql, tree in TREES for member in _members(tree, enum)}
    missing = {member.name for member in enum if where in member.name} - {member.name for member in seen}
    assert missing <= NOT_OF_THE_GRAMMAR, missing


# Members that the parser never writes: the planner's, or the analyser's own
NOT_OF_THE_GRAMMAR = {
    *("JOIN_SEMI", "JOIN_ANTI", "JOIN_RIGHT_ANTI", "JOIN_RIGHT_SEMI", "JOIN_UNIQUE_OUTER", "JOIN_UNIQUE_INNER"),
    *("ROWCOMPARE_SUBLINK", "CTE_SUBLINK", "MULTIEXPR_SUBLINK"),  # made from EXPR_SUBLINK
    *("JSON_TABLE_OP", "IS_XMLSERIALIZE"),  # nodes of their own
    *("GROUPING_SET_SIMPLE", "ONCONFLICT_NONE", "SETOP_NONE"),
}

STATEMENTS = """
select a = 1, a = any(b), a = all(b), a is distinct from 1, a is not distinct from 1, nullif(a, 1), a in (1, 2),
  c like 'x', c ilike 'x', c similar to 'x', a between 1 and 2, a not between 1 and 2, a between symmetric 1 and 2,
  a not between symmetric 1 and 2 from (values (1, array[1], 'x')) as t (a, b, c)
select exists (select 1), 1 = any (select 1), 1 = all (select 1), (select 1), array(select 1), (1, 2) = (select 1, 2)
select 1 from (select 1 as a) x join (select 1 as a) y on true left join (select 1 as a) z on true
  right join (select 2 as a) v on true full join (select 1 as a) w on true
select 1 union select 2 intersect select 3 except select 4
select true and false or not true
select json_exists(jsonb '{}', '$'), json_query(jsonb '{}', '$'), json_value(jsonb '1', '$')
select xmlconcat(xmlparse(content 'x')), xmlelement(name x), xmlforest(1 as a), xmlpi(name x),
  xmlroot('<a/>', version '1'), '<a/>'::xml is document
select greatest(1, 2), least(1, 2)
select current_date, current_time, current_time(1), current_timestamp, current_timestamp(1), localtime, localtime(1),
  localtimestamp, localtimestamp(1), current_role, current_user, user, session_user, current_catalog, current_schema
select 1 from (values (1)) as t (a) group by grouping sets ((), rollup (a), cube (a), (a), grouping sets ((a)))
insert into t select 1 on conflict do nothing
insert into t select 1 on conflict (a) do update set a = 2
"""
TREES = [(sql, parse_statement(sql)) for sql in re.split(r"\n(?! )", STATEMENTS.strip())]


def _members(node: object, enum: type) -> set:
    found = set()
    if isinstance(node, tuple):
        for one in node:
            found |= _members(one, enum)
    elif isinstance(node, Node):
        for name in node:
            found |= _members(getattr(node, name), enum)
    elif isinstance(node, enum):
        found.add(node)
    return found


@pytest.mark.parametrize("sql", [sql for sql, _tree in TREES])
def test_statement_of_kinds_analyses(sql: str) -> None:
    schema, _problems = parse_schema_file(SourceFile("schema.sql", "create table t (a int primary key);"))
    catalog, _diagnostics = build_catalog(schema, load_folder(builtin_folder(18)))
    assert parse_analyze_varparams(catalog, parse_statement(sql), sql, ParamTable()).targetList


def test_every_statement_is_analysed_or_a_utility() -> None:
    """DDL's statements are the fold's; the others the analyser's, or a utility without columns."""
    known = {cls.__name__ for cls in ddl_execute._HANDLERS} | set(ddl_execute.SKIPPED)
    for name in dir(ast):
        if name.endswith("Stmt") and name != "ReturnStmt":
            fold = name in known or name == "TransactionStmt"
            assert fold or handled(name) or name in DDL_PARTS, name


@pytest.mark.parametrize(
    ("sql", "named"), [("fetch c", "FETCH and EXECUTE"), ("execute p", "FETCH and EXECUTE")], ids=["fetch", "execute"]
)
def test_what_is_refused_is_in_the_index(sql: str, named: str) -> None:
    with pytest.raises(PgError, match="does not yet analyse") as caught:
        parse_analyze_varparams(Catalog(load_folder(builtin_folder(18))), parse_statement(sql), sql, ParamTable())
    assert caught.value.code == "0A000"
    assert named in REFUSED


def test_refusals_are_few() -> None:
    """Every call of unsupported() in the analyser is one of these."""
    calls = re.findall(r"unsupported\((?:f?\"([^\"]*)\"|)", SOURCE)
    assert sorted(one.split(":")[0] for one in calls if one) == [
        "EXECUTE as a query",
        "FETCH as a query",
        "an expression of kind {raw.kind}",
        "{type(raw).__name__} in an expression",
    ]
