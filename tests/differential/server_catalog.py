"""The two sides of a differential test: a `Catalog` that knows a live database's own objects, and the server's answers.

The catalogue is read from the server, not from DDL, so that what is compared is the analyser alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import psycopg
from msgspec.structs import replace
from psycopg import pq

from querygen.analyze.nodefuncs import expr_type, expr_typmod
from querygen.analyze.state import ParamTable
from querygen.analyze.stmt import parse_analyze_varparams
from querygen.analyze.typename import get_base_type_and_typmod
from querygen.catalog.catalog import Catalog
from querygen.catalog.objects import FunctionBody
from querygen.diagnostics import PgError
from querygen.pg_catalog.dump import _SELECTS
from querygen.pg_catalog.load import NULL, CatalogData, builtin_folder, load_folder
from querygen.pg_catalog.rows import FIRST_NORMAL_OBJECT_ID
from querygen.sql.parse import parse_statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# One of each kind of type that a user can make, and functions that exercise argument matching.
SCHEMA = """
create type mood as enum ('sad', 'ok', 'happy');
create domain posint as int check (value > 0);
create domain email as text;
create domain short as varchar(5);
create domain intlist as int[];
create type pair as (a int, b text);
create domain dpair as pair;
create domain dmood as mood;
create type textrange as range (subtype = text);
create table rowtab (id int primary key, name varchar(10) not null);
create table rowtab_child (extra int) inherits (rowtab);
create type wrapped as (inside pair, moods mood[]);

create function f_default(a int, b text default 'x', c numeric default 1) returns text language sql as 'select b';
create function f_default(a int, b date) returns date language sql as 'select b';
create function f_poly_default(a anyelement, b anyelement default null::int) returns anyelement
  language sql as 'select a';
create function f_compat_default(a anycompatible, b anycompatible default 1.5) returns anycompatible
  language sql as 'select a';
create function f_variadic(a text, variadic b int[]) returns int language sql as 'select 1';
create function f_variadic(a text, b int) returns bigint language sql as 'select 1::bigint';
create function f_variadic_any(variadic "any") returns int language internal as 'pg_num_nonnulls';
create function f_variadic_poly(variadic a anyarray) returns anyelement language sql as 'select a[1]';
create function f_variadic_compat(x anycompatible, variadic a anycompatiblearray) returns anycompatible
  language sql as 'select x';
create function f_variadic_2(a int, b int, variadic c text[]) returns int language sql as 'select 1';
create function f_overloaded(int) returns int language sql as 'select 1';
create function f_overloaded(bigint) returns bigint language sql as 'select 1::bigint';
create function f_overloaded(text) returns text language sql as 'select ''''';
create function f_ambiguous(int, bigint) returns int language sql as 'select 1';
create function f_ambiguous(bigint, int) returns int language sql as 'select 1';
create function f_mood(mood) returns mood language sql as 'select $1';
create function f_posint(posint) returns posint language sql as 'select $1';
create function f_email(email) returns email language sql as 'select $1';
create function f_pair(pair) returns pair language sql as 'select $1';
create function f_rowtab(rowtab) returns text language sql as 'select $1.name';
create function f_range(anyrange, anyelement) returns anyelement language sql as 'select $2';
create function f_multirange(anymultirange) returns anyrange language sql as 'select null::int4range';
create function f_compat_range(anycompatiblerange, anycompatible) returns anycompatible
  language sql as 'select $2';
create function f_compat_multirange(anycompatiblemultirange, anycompatiblerange) returns anycompatiblearray
  language sql as 'select null::int[]';
create function f_enum(anyenum, anyenum) returns anyenum language sql as 'select $2';
create function f_nonarray(anynonarray) returns anyarray language sql as 'select array[$1]';
create function f_compat_nonarray(anycompatiblenonarray, anycompatiblearray) returns anycompatible
  language sql as 'select $1';
create function f_set(int) returns setof text language sql as 'select ''a''';
create function f_out(a int, out b text, out c date) language sql as 'select ''x'', current_date';
create function f_names(first int, second text, third date default current_date) returns date
  language sql as 'select third';
create procedure p_do(a int, inout b text) language sql as 'select b';
create aggregate my_sum(int) (sfunc = int4pl, stype = int, initcond = '0');
create function f_mood_int(mood, int) returns text language sql as 'select ''''';
create operator +% (leftarg = mood, rightarg = int, function = f_mood_int);
"""
TYPES = [
    *("bool", "bytea", '"char"', "name", "int8", "int2", "int4", "text", "oid", "json", "jsonb", "xml", "point"),
    *("float4", "float8", "money", "bpchar", "varchar", "date", "time", "timestamp", "timestamptz", "interval"),
    *("timetz", "bit", "varbit", "numeric", "uuid", "inet", "cidr", "macaddr", "tsvector", "tsquery", "regclass"),
    *("regtype", "box", "circle", "path", "polygon", "xid", "tid", "pg_lsn", "jsonpath", "int2vector", "oidvector"),
    *("int4[]", "int8[]", "text[]", "varchar[]", "jsonb[]", "numeric[]", "int4range", "numrange", "tstzrange"),
    *("int4multirange", "nummultirange", "mood", "posint", "email", "short", "intlist", "pair", "textrange"),
    *("textmultirange", "rowtab", "rowtab_child", "dpair", "dmood", "mood[]", "pair[]", "posint[]", "int4range[]"),
    *("record", "record[]", "unknown"),
]

_READ = ("pg_namespace", "pg_type", "pg_proc", "pg_operator", "pg_cast", "pg_aggregate", "pg_range")
_READ_TOO = ("pg_class", "pg_attribute", "pg_enum")


def catalog_of(connection: psycopg.Connection) -> Catalog:
    """PostgreSQL's own rows from the TSV files, and everything above them from the database."""
    catalog = Catalog(load_folder(builtin_folder(18)))
    lines: dict[str, list[str]] = {}
    for name in (*_READ, *_READ_TOO):
        how = _SELECTS[name]
        casts_of_users = f"castsource >= {FIRST_NORMAL_OBJECT_ID} OR casttarget >= {FIRST_NORMAL_OBJECT_ID}"
        mine = casts_of_users if name == "pg_cast" else f"{how.key} >= {FIRST_NORMAL_OBJECT_ID}"
        sql = f"SELECT {how.columns} FROM {how.source} WHERE {mine} ORDER BY {how.order}"
        result = connection.pgconn.exec_(sql.encode())
        assert result.status == pq.ExecStatus.TUPLES_OK, (result.error_message, sql)
        lines[name] = [
            "\t".join(
                NULL if (value := result.get_value(row, column)) is None else value.decode()
                for column in range(result.nfields)
            )
            for row in range(result.ntuples)
        ]
    catalog.add_data(CatalogData(builtin_folder(18), "live", lines))
    _add_inheritance(connection, catalog)
    _add_defaults(connection, catalog)
    catalog.freeze()
    return catalog


def _add_defaults(connection: psycopg.Connection, catalog: Catalog) -> None:
    """The defaults of functions' arguments, as the DDL fold would keep them."""
    sql = "SELECT oid::int8, pg_get_expr(proargdefaults, 0) FROM pg_proc WHERE oid >= %s AND pronargdefaults > 0"
    for oid, text in connection.execute(sql, [FIRST_NORMAL_OBJECT_ID]):
        select: Any = parse_statement(f"SELECT {text}")
        defaults = tuple(target.val for target in select.targetList)
        catalog.put_proc(catalog.proc(oid), FunctionBody(oid, "sql", None, defaults))


def _add_inheritance(connection: psycopg.Connection, catalog: Catalog) -> None:
    for child, parent in connection.execute("SELECT inhrelid::int8, inhparent::int8 FROM pg_inherits"):
        relation = catalog.find_relation(child)
        if relation is not None:
            catalog.put_relation(replace(relation, parents=(*relation.parents, parent)))


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server says of a statement: types, or the error's SQLSTATE, message, hint, detail, position (from 0)."""

    params: tuple[int, ...] = ()
    columns: tuple[tuple[str, int, int], ...] = ()  # name, type, typmod
    error: tuple[str, str, str, str, int] | None = None

    @property
    def code(self) -> str:
        return self.error[0] if self.error else ""


def analysed(catalog: Catalog, sql: str) -> Answer:
    """What querygen says of a statement, in the server's terms: domains among the columns are shown as their base."""
    params = ParamTable()
    try:
        query = parse_analyze_varparams(catalog, parse_statement(sql), sql, params)
    except PgError as error:
        return Answer(error=(error.code, error.message, error.hint or "", error.detail or "", error.location))
    targets = [entry for entry in query.targetList if not entry.resjunk]
    columns = tuple(
        (entry.resname or "", *get_base_type_and_typmod(catalog, expr_type(entry.expr), expr_typmod(entry.expr)))
        for entry in targets
    )
    highest = max(params.types, default=0)
    return Answer(tuple(params.types.get(number, 0) for number in range(1, highest + 1)), columns)


def disagreements(connection: psycopg.Connection, catalog: Catalog, statements: Sequence[str]) -> list[str]:
    """The statements about which the two do not agree to the letter, with both answers."""
    found = []
    for sql, theirs in zip(statements, ask(connection, statements), strict=True):
        mine = analysed(catalog, sql)
        if mine != theirs:
            found.append(f"{sql}\n  ours   {mine}\n  theirs {theirs}")
    return found


def ask(connection: psycopg.Connection, statements: Sequence[str], batch: int = 200) -> list[Answer]:
    """Parse and describe statements in pipelines: some 30,000 a second."""
    answers: list[Answer] = []
    pgconn = connection.pgconn
    pgconn.enter_pipeline_mode()
    try:
        waiting: Iterable[str] = iter(statements)
        while chunk := list(islice(waiting, batch)):
            for statement in chunk:
                pgconn.send_prepare(b"", statement.encode())
                pgconn.send_describe_prepared(b"")
                pgconn.pipeline_sync()
            answers += [_read(pgconn) for _ in chunk]
    finally:
        pgconn.exit_pipeline_mode()
    return answers


def _read(pgconn: pq.abc.PGconn) -> Answer:
    answer: Answer | None = None
    while True:
        result = pgconn.get_result()
        if result is None:
            continue
        match result.status:
            case pq.ExecStatus.PIPELINE_SYNC:
                assert answer is not None
                return answer
            case pq.ExecStatus.FATAL_ERROR:
                fields = pq.DiagnosticField
                code, message, hint, detail, position = (
                    (result.error_field(field) or b"").decode()
                    for field in (
                        fields.SQLSTATE,
                        fields.MESSAGE_PRIMARY,
                        fields.MESSAGE_HINT,
                        fields.MESSAGE_DETAIL,
                        fields.STATEMENT_POSITION,
                    )
                )
                answer = Answer(error=(code, message, hint, detail, int(position or 0) - 1))
            case pq.ExecStatus.PIPELINE_ABORTED:
                pass
            case _ if answer is None:
                answer = Answer()  # of the Parse; the Describe follows
                columns = tuple(
                    ((result.fname(n) or b"").decode(), result.ftype(n), result.fmod(n)) for n in range(result.nfields)
                )
                answer = Answer(tuple(result.param_type(n) for n in range(result.nparams)), columns)
            case _ if answer.error is None:
                columns = tuple(
                    ((result.fname(n) or b"").decode(), result.ftype(n), result.fmod(n)) for n in range(result.nfields)
                )
                answer = Answer(tuple(result.param_type(n) for n in range(result.nparams)), columns)
