"""The engines below the analyser, without a server: types' names, questions about nodes, choice of candidates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from querygen.analyze import coerce, func, nodefuncs, oper, typcache, typename
from querygen.analyze.literals import check_literal
from querygen.analyze.nodes import CoerceToDomain, Const, FuncExpr, OpExpr, Param, RelabelType, Var
from querygen.analyze.pgtypes import (
    BOOLOID,
    DATEOID,
    FLOAT8OID,
    INT2OID,
    INT4OID,
    INT8OID,
    JSONOID,
    NUMERICOID,
    RECORDOID,
    TEXTOID,
    UNKNOWNOID,
    VARCHAROID,
)
from querygen.analyze.state import ParamTable, ParseState
from querygen.catalog.catalog import PUBLIC, Catalog
from querygen.catalog.objects import EnumType
from querygen.diagnostics import PgError
from querygen.pg_catalog.load import builtin_folder, load_folder
from querygen.sql.nodes import ast, enums
from querygen.sql.parse import parse_statement

if TYPE_CHECKING:
    from querygen.pg_catalog.rows import PgType

IMPLICIT = enums.CoercionContext.COERCION_IMPLICIT
EXPLICIT = enums.CoercionContext.COERCION_EXPLICIT
EXPLICIT_CAST = enums.CoercionForm.COERCE_EXPLICIT_CAST


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    made = Catalog(load_folder(builtin_folder(18)))
    email = made.new_oid()
    text = made.type(TEXTOID)
    made.put_type(
        replace(text, oid=email, typname="email", typnamespace=PUBLIC, typtype="d", typbasetype=TEXTOID, typarray=0)
    )
    mood, moods = made.new_oid(), made.new_oid()
    made.put_type(_enum_row(made, mood, moods))
    made.put_type(replace(made.type(1009), oid=moods, typname="_mood", typnamespace=PUBLIC, typelem=mood))
    made.put_enum(EnumType(mood, ("sad", "ok")))
    made.freeze()
    return made


def _enum_row(made: Catalog, oid: int, array: int) -> PgType:
    model = made.type(TEXTOID)
    return replace(
        model,
        oid=oid,
        typname="mood",
        typnamespace=PUBLIC,
        typlen=4,
        typtype="e",
        typcategory="E",
        typispreferred=False,
        typinput="enum_in",
        typarray=array,
    )


@pytest.fixture
def ps(catalog: Catalog) -> ParseState:
    return ParseState(catalog)


def oid_of(catalog: Catalog, name: str) -> int:
    found = catalog.type_oid(name)
    assert found is not None
    return found


def cast_type(text: str) -> ast.TypeName:
    select: Any = parse_statement(f"SELECT NULL::{text}")
    type_name: ast.TypeName = select.targetList[0].val.typeName
    return type_name


# ------------------------------------------------------------------ type names


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("int", "integer"),
        ("varchar(10)", "character varying(10)"),
        ("char", "character(1)"),
        ("numeric(10,2)", "numeric(10,2)"),
        ("numeric(3,-2)", "numeric(3,-2)"),
        ("bit varying(7)", "bit varying(7)"),
        ("timestamptz(3)", "timestamp(3) with time zone"),
        ("time(9)", "time(6) without time zone"),
        ("interval day to second(3)", "interval day to second(3)"),
        ("interval year", "interval year"),
        ("text[][]", "text[]"),
        ("numeric(4,1)[]", "numeric(4,1)[]"),
        ("pg_catalog.int8", "bigint"),
        ("email", "email"),
        ('"char"', '"char"'),
    ],
)
def test_a_type_name_is_read_and_printed_as_postgresql_does(catalog: Catalog, written: str, shown: str) -> None:
    oid, typmod = typename.typename_type_id_and_mod(None, catalog, cast_type(written))
    assert typename.format_type(catalog, oid, typmod) == shown


@pytest.mark.parametrize(
    ("written", "code", "message"),
    [
        ("nope", "42704", 'type "nope" does not exist'),
        ("nope[]", "42704", 'type "nope[]" does not exist'),
        ("nosuch.thing", "3F000", 'schema "nosuch" does not exist'),
        ("text(3)", "42601", 'type modifier is not allowed for type "text"'),
        ("numeric(2000)", "22023", "NUMERIC precision 2000 must be between 1 and 1000"),
        ("varchar(0)", "22023", "length for type varchar must be at least 1"),
        ("numeric('x')", "22P02", 'invalid input syntax for type integer: "x"'),
    ],
)
def test_a_type_name_is_refused_with_its_place(catalog: Catalog, written: str, code: str, message: str) -> None:
    with pytest.raises(PgError) as caught:
        typename.typename_type_id_and_mod(None, catalog, cast_type(written))
    assert (caught.value.code, caught.value.message) == (code, message)
    assert caught.value.location == len("SELECT NULL::")


def test_a_type_outside_the_search_path_is_qualified(catalog: Catalog) -> None:
    email = oid_of(catalog, "email")
    assert typename.format_type(catalog, email, only_pg_catalog=True) == "public.email"
    assert typename.quote_identifier("select") == '"select"'
    assert typename.quote_identifier("Mixed") == '"Mixed"'
    assert typename.quote_identifier("plain_1") == "plain_1"


# ------------------------------------------------------------------ nodes


def test_equal_passes_over_places_and_forms() -> None:
    one = FuncExpr(870, TEXTOID, False, False, enums.CoercionForm.COERCE_EXPLICIT_CALL, (Var(1, 2, TEXTOID),), 7)
    other = replace(one, funcformat=EXPLICIT_CAST, location=70, args=(Var(1, 2, TEXTOID, location=9),))
    assert nodefuncs.equal(one, other)
    assert not nodefuncs.equal(one, replace(one, args=(Var(1, 3, TEXTOID),)))
    assert not nodefuncs.equal(one, Var(1, 2, TEXTOID))


def test_the_place_of_an_expression_is_its_leftmost(ps: ParseState) -> None:
    left, right = Var(1, 1, INT4OID, location=7), Const(INT4OID, -1, "1", 11)
    op = oper.make_op(ps, (ast.String(sval="+"),), left, right, None, 9)
    assert nodefuncs.expr_location(op) == 7
    assert [type(node) for node in nodefuncs.walk_expr(op)] == [OpExpr, Var, Const]
    assert nodefuncs.contain_vars_of_level(op, 0)
    assert not nodefuncs.contain_vars_of_level(op, 1)


# ------------------------------------------------------------------ coercion


def test_a_parameter_takes_the_type_it_is_coerced_to(catalog: Catalog) -> None:
    params = ParamTable(types={1: UNKNOWNOID})
    ps = ParseState(catalog, params=params)
    param = Param(enums.ParamKind.PARAM_EXTERN, 1, UNKNOWNOID, -1, 8)
    coerced = coerce.coerce_to_target_type(ps, param, UNKNOWNOID, VARCHAROID, 14, EXPLICIT, EXPLICIT_CAST, 10)
    assert params.types == {1: VARCHAROID}
    # the length is applied by a function, around the parameter as it is
    assert isinstance(coerced, FuncExpr)
    assert isinstance(coerced.args[0], Param)
    assert nodefuncs.expr_typmod(coerced) == 14


def test_a_domain_is_a_relabelled_base_type_with_checks(catalog: Catalog, ps: ParseState) -> None:
    email = oid_of(catalog, "email")
    value = Var(1, 1, VARCHAROID, location=7)
    coerced = coerce.coerce_type(ps, value, VARCHAROID, email, -1, EXPLICIT, EXPLICIT_CAST, 9)
    assert isinstance(coerced, CoerceToDomain)
    back = coerce.coerce_type(ps, coerced, email, TEXTOID, -1, IMPLICIT, enums.CoercionForm.COERCE_IMPLICIT_CAST, -1)
    assert isinstance(back, RelabelType)


@pytest.mark.parametrize(
    ("types", "common"),
    [
        ((INT4OID, INT8OID), INT8OID),
        ((UNKNOWNOID, INT4OID), INT4OID),
        ((UNKNOWNOID, UNKNOWNOID), TEXTOID),
        ((INT4OID, NUMERICOID, FLOAT8OID), FLOAT8OID),
        ((INT4OID, TEXTOID), 0),
        ((INT2OID, INT2OID), INT2OID),
    ],
)
def test_the_common_type(catalog: Catalog, types: tuple[int, ...], common: int) -> None:
    assert coerce.select_common_type_from_oids(catalog, types, noerror=True) == common


def test_what_has_no_order_says_so(catalog: Catalog) -> None:
    with pytest.raises(PgError, match="could not identify an ordering operator for type json"):
        oper.get_sort_group_operators(catalog, JSONOID, True, False, False)
    lt, eq, gt, hashable = oper.get_sort_group_operators(catalog, oid_of(catalog, "_mood"), True, True, True)
    assert (lt, eq, gt, hashable) == (typcache.ARRAY_LT_OP, typcache.ARRAY_EQ_OP, typcache.ARRAY_GT_OP, True)
    assert oper.get_sort_group_operators(catalog, RECORDOID, True, True, True)[3] is False


# ------------------------------------------------------------------ operators, functions, literals


def test_not_equal_is_known_by_its_negator(catalog: Catalog) -> None:
    row = oper.oper(None, catalog, (ast.String(sval="<>"),), INT4OID, INT4OID, False, -1)
    assert row is not None
    found = oper.get_op_index_interpretation(catalog, row.oid)
    assert {one.cmptype for one in found} == {enums.CompareType.COMPARE_NE}


def test_a_call_by_name_keeps_the_numbers_of_its_parameters(ps: ParseState) -> None:
    call: Any = parse_statement("SELECT make_interval(days => 1, years => 2)")
    from querygen.analyze import expr
    from querygen.analyze.state import ExprKind

    result = expr.transform_expr(ps, call.targetList[0].val, ExprKind.EXPR_KIND_SELECT_TARGET)
    assert [arg.argnumber for arg in result.args] == [3, 0]


def test_an_unknown_function_is_refused_with_the_hint(ps: ParseState) -> None:
    fn = ast.FuncCall(funcname=(ast.String(sval="nope"),), args=())
    with pytest.raises(PgError) as caught:
        func.parse_func_or_column(ps, fn.funcname, [Const(DATEOID, -1, None)], None, fn, False, 7)
    assert caught.value.message == "function nope(date) does not exist"
    assert caught.value.hint is not None
    assert caught.value.hint.startswith("No function matches the given name and argument types.")


def test_literals_are_read_while_analysing(catalog: Catalog) -> None:
    check_literal(catalog, BOOLOID, -1, " Yes ", 7)
    check_literal(catalog, oid_of(catalog, "_mood"), -1, "{sad,NULL}", 7)
    for name, text, code in (
        ("mood", "glad", "22P02"),
        ("_mood", "{glad}", "22P02"),
        ("int4", "2147483648", "22003"),
        ("date", "2020-02-30", "22008"),
        ("jsonb", '{"a":}', "22P02"),
        ("int4range", "[2,1]", "22000"),
        ("uuid", "1234", "22P02"),
    ):
        with pytest.raises(PgError) as caught:
            check_literal(catalog, oid_of(catalog, name), -1, text, 7)
        assert (caught.value.code, caught.value.location) == (code, 7), name
