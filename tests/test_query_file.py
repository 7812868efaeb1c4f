"""Query files as cases: `tests/cases/query_file/*.sql` hold the input and, below a line `----`, what comes out.

`pytest --update` rewrites what is below the line.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from querygen.diagnostics import Diagnostic, DiagnosticError, PgError
from querygen.ir import ParamKind, RawQuery
from querygen.source import SourceFile
from querygen.sql.nodes import ast
from querygen.sql.parse import expand_paths, parse_schema_file, parse_statement, read_source
from querygen.sql.psql import blank_meta_commands
from querygen.sql.query_file import parse_query_file, split_statements

CASES = sorted((Path(__file__).parent / "cases" / "query_file").glob("*.sql"))
SEPARATOR = "----\n"
OPERATORS = frozenset(("@", "<@", "@>", "@@", "@@@", "^@", "->", "=", "<>", "<", ">", "<=", ">=", "+", "-", "*", "/"))


def load(path: Path) -> tuple[str, str]:
    """The input and the expectation; line ends are kept, some cases are about them."""
    with path.open(encoding="utf-8", newline="") as file:
        text = file.read()
    given_, _, expected = text.rpartition("\n" + SEPARATOR)
    return given_ + "\n", expected


def describe(diagnostic: Diagnostic) -> str:
    place = f"{diagnostic.span.line}:{diagnostic.span.column}" if diagnostic.span else "-"
    hint = f" | {diagnostic.hint}" if diagnostic.hint else ""
    notes = "".join(f" [{note.message}: {note.span.line if note.span else '-'}]" for note in diagnostic.notes)
    return f"{place} {diagnostic.severity} {diagnostic.code} {diagnostic.message}{hint}{notes}\n"


def dump(query: RawQuery) -> str:
    lines = [f"{query.name} :{query.command}"]
    lines += [f"  sql> {line}" for line in query.sql.split("\n")]
    for param in query.params:
        spans = " ".join(f"{span.line}:{span.column}" for span in param.spans)
        lines.append(f"  ${param.number} {param.kind} {param.name or '-'} at {spans}")
    for embed in query.embeds:
        many = " many" if embed.many else ""
        lines.append(f"  embed{many} {embed.schema or '-'} {embed.name} as {query.sql[embed.start : embed.end]}")
    lines += [f"  doc> {line}" for line in query.doc.split("\n") if query.doc]
    lines += [f"  {word}: {value}" for word, value in query.annotations.items()]
    lines += [f"  @param {name}: {told}" for name, told in query.param_docs.items()]
    return "".join(f"{line.rstrip()}\n" for line in lines)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path, request: pytest.FixtureRequest) -> None:
    text, expected = load(path)
    queries, problems = parse_query_file(SourceFile(path.name, text), OPERATORS)
    problems.sort(key=lambda one: one.span.start if one.span else 0)
    actual = "".join(map(dump, queries)) + "".join(map(describe, problems))
    if request.config.getoption("--update", default=False):
        path.write_text(text + SEPARATOR + actual, encoding="utf-8", newline="")
    else:
        assert actual == expected


def read(text: str) -> list[RawQuery]:
    queries, problems = parse_query_file(SourceFile("q.sql", text), OPERATORS)
    assert not problems
    return queries


SNIPPETS = (
    *("@a", "@b ", '@"C d"', "sqlc.arg(x)", "sqlc . narg ( 'y' )", "$1", "$12", " IN (sqlc.slice(s))", "sqlc.embed(t)"),
    *(" not in(qg.list(s))", "=", " = ", "é", " x ", ",", "'@z'", "/* @a */", "-- @q\n", "\n", "(", ")", "1", " 'é𝄞'"),
    *("-", "+", "@", "<@", "$$ $1 $$", "qg.embed(a.b)", "IN ", '"', "'", "\\"),
)


@given(st.lists(st.sampled_from(SNIPPETS), max_size=25))
def test_offsets_lead_back(snippets: list[str]) -> None:
    """Every character of `sql` that was taken from the file maps to itself, and the map never goes back."""
    text = "-- é\n-- name: Q :many\nSELECT " + "".join(snippets)
    text, _ = blank_meta_commands(text)
    source = SourceFile("q.sql", text)
    for query in parse_query_file(source, OPERATORS)[0]:
        places = [query.file_offset(offset) for offset in range(len(query.sql) + 1)]
        assert places == sorted(places)
        assert all(query.span.start <= place <= query.span.end for place in places)
        rewritten = written_by_us(query)
        for offset, place in enumerate(places[:-1]):
            if offset not in rewritten:
                assert query.sql[offset] == text[place]
        for param in query.params:
            for span in param.spans:
                assert span.start in places
                at = places.index(span.start)
                assert query.sql[at:].lstrip().startswith(f"${param.number}")


def written_by_us(query: RawQuery) -> set[int]:
    """The offsets in `sql` that lie in a replacement: between a pair of the map and the next."""
    text, found = query.source.text, set()
    ends = [offset for offset, _ in query.offsets[1:]] + [len(query.sql)]
    for (start, place), end in zip(query.offsets, ends, strict=True):
        if query.sql[start:end] != text[place : place + end - start]:
            assert end - start < 40
            piece = query.sql[start:end]
            assert piece[0] in "$ =<)" or piece.endswith("*") or len(piece) == 1 or piece[0].isdigit(), piece
            found.update(range(start, end))
    return found


def test_numbers() -> None:
    (query,) = read("-- name: Q :many\nSELECT @a, sqlc.narg(b), $1, $3, @a, sqlc.slice(b)")
    assert query.sql == "SELECT $2, $4, $1, $3, $2, $4"
    assert [(one.number, one.name, one.kind) for one in query.params] == [
        (1, None, ParamKind.POSITIONAL),
        (2, "a", ParamKind.ARG),
        (3, None, ParamKind.POSITIONAL),
        (4, "b", ParamKind.SLICE),
    ]


def test_many_queries_are_fast() -> None:
    """2,000 queries take about 0.1 s; the limit only catches what is quadratic."""
    query = (
        "-- name: Q%d :many\n-- What it does.\nSELECT a.id, a.name FROM a WHERE a.id = @id AND b IN (sqlc.slice(c));\n"
    )
    source = SourceFile("q.sql", "".join(query % number for number in range(2000)))
    start = time.perf_counter()
    queries, _ = parse_query_file(source, OPERATORS)
    assert len(queries) == 2000
    assert time.perf_counter() - start < 3


# ---------------------------------------------------------------- statements and psql


def test_split_statements() -> None:
    text = "CREATE TABLE a (x int);\n-- name: Q :one\nSELECT 1; -- rest\n;\nSELECT 2"
    assert [(text[one.start : one.end], one.annotated) for one in split_statements(text)] == [
        ("CREATE TABLE a (x int)", False),
        ("SELECT 1", True),
        ("SELECT 2", False),
    ]


def test_meta_commands_are_blanked() -> None:
    text = (
        "\\restrict abc'def\nSELECT '\\x';\n\\connect db\nCOPY t (a) FROM stdin;\nit's\t\\N\n\\.\n"
        "SELECT 1 \\gset\n\\copy t from stdin\na'b\n\\.\nSELECT E'\\'' \\g out\n\\i other.sql\nSELECT 2 \\; SELECT 3;\n"
    )
    blanked, commands = blank_meta_commands(text)
    assert len(blanked) == len(text)
    left = "SELECT '\\x'; COPY t (a) FROM stdin; SELECT 1 ; SELECT E'\\'' ; SELECT 2 ; SELECT 3;"
    assert " ".join(blanked.split()) == left
    assert [one.name for one in commands] == ["connect", "gset", "copy", "g", "i", ""]
    statements, problems = parse_schema_file(SourceFile("dump.sql", text))
    assert [one.text.split()[0] for one in statements] == ["SELECT", "COPY", "SELECT", "SELECT", "SELECT", "SELECT"]
    assert [one.code for one in problems] == ["QG130"]


# ---------------------------------------------------------------- trees


def schema(text: str) -> tuple[list[str], list[str]]:
    statements, problems = parse_schema_file(SourceFile("s.sql", text))
    for one in statements:
        assert one.source.text[one.start : one.end] == one.text
    return [one.text for one in statements], [describe(one).rstrip() for one in problems]


def test_schema_file() -> None:
    assert schema("-- é\nCREATE TABLE é (a int);\n\nSELECT 1 -- x\n") == (
        ["CREATE TABLE é (a int)", "SELECT 1 -- x"],
        [],
    )
    assert schema("SELECT 'é'; -- name: Q :one\nSELECT 2;\n-- name: R :one\nSELECT 3; SELECT 4") == (
        ["SELECT 'é'", "SELECT 4"],
        [],
    )
    assert schema("") == ([], [])


def test_one_bad_statement_is_one_error() -> None:
    text = (
        "CREATE TABLE é (a int);\nCREATE TABEL x (a int);\n-- é\nCREATE TABLE user (a int);\n"
        "SELECT a, FROM t;\nSELECT 1 +;SELECT 5"
    )
    texts, problems = schema(text)
    assert texts == ["CREATE TABLE é (a int)", "SELECT 5"]
    assert problems == [
        '2:8 error 42601 syntax error at or near "TABEL"',
        '4:14 error 42601 syntax error at or near "user" | Write "user" in quotes to use it as a name.',
        '5:11 error 42601 syntax error at or near "FROM" | Remove the comma before "FROM".',
        "6:11 error 42601 syntax error at end of input",
    ]


@pytest.mark.parametrize("filler", ["", "é" * 30_000])
def test_locations_are_characters(filler: str) -> None:
    text = f"SELECT '{filler}é';\n SELECT 'é', é.b"
    statements, _ = parse_schema_file(SourceFile("s.sql", text))
    last = statements[-1]
    assert isinstance(last.stmt, ast.SelectStmt)
    location = last.stmt.targetList[1].val.location + last.shift
    assert text[location:] == "é.b"


@pytest.mark.parametrize(
    ("sql", "code", "message", "location"),
    [
        ("select 'é' frm x y", "42601", 'syntax error at or near "x"', 15),
        ("select 1 +", "42601", "syntax error at end of input", 10),
        ("", "42601", "syntax error at end of input", 0),
        ("select 'é\nabc", "42601", 'unterminated quoted string at or near "\'é"', 7),
        ("select 'é'; select 2", "42601", "cannot insert multiple commands into a prepared statement", 12),
        ("select U&'\\zz'", "42601", "invalid Unicode escape", 10),
        ("select E'\\u00'", "22025", "invalid Unicode escape", 9),
        ("select 1a", "42601", 'trailing junk after numeric literal at or near "1a"', 7),
        ("create assertion a check (true)", "0A000", "CREATE ASSERTION is not yet implemented", 0),
    ],
)
def test_syntax_errors(sql: str, code: str, message: str, location: int) -> None:
    with pytest.raises(PgError) as caught:
        parse_statement(sql)
    assert (caught.value.code, caught.value.message, caught.value.location) == (code, message, location)


def test_parse_statement() -> None:
    assert isinstance(parse_statement("select $1;"), ast.SelectStmt)


# ---------------------------------------------------------------- files


def test_read_source(tmp_path: Path) -> None:
    path = tmp_path / "a.sql"
    path.write_bytes(b"\xef\xbb\xbfSELECT 1;\r\n")
    assert read_source(path).text == "SELECT 1;\r\n"


@pytest.mark.parametrize(
    ("data", "code", "part", "place"),
    [
        (b"\n\xe9t\xe9", "22021", ": 0xe9", (2, 1)),
        (b"\xef\xbb\xbfab\xff", "22021", ": 0xff", (1, 3)),
        ("-- ä\n-- äö".encode() + b"\xc3(", "22021", ": 0xc3", (2, 6)),
        (b"a\0b", "22021", ": 0x00", (1, 2)),
        ("select 1".encode("utf-16"), "22021", ": 0xff", (1, 1)),
        (None, "QG131", "there is no such file", None),
    ],
)
def test_unreadable_source(
    tmp_path: Path, data: bytes | None, code: str, part: str, place: tuple[int, int] | None
) -> None:
    path = tmp_path / "a.sql"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(DiagnosticError) as caught:
        read_source(path)
    assert caught.value.diagnostic.code == code
    assert part in caught.value.diagnostic.message
    span = caught.value.diagnostic.span
    assert (span and (span.line, span.column)) == place


def test_folder_and_broken_link(tmp_path: Path) -> None:
    with pytest.raises(DiagnosticError, match="this is a folder"):
        read_source(tmp_path)
    (tmp_path / "link.sql").symlink_to(tmp_path / "nowhere.sql")
    with pytest.raises(DiagnosticError, match="the link points to"):
        read_source(tmp_path / "link.sql")


def test_expand_paths(tmp_path: Path) -> None:
    for name in ("b/2.sql", "b/10.sql", "b/c/1.sql", "b/.hidden.sql", "b/.d/x.sql", "b/read.me", "a.sql", "e/x.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    def names(*paths: str) -> list[str]:
        return [path.relative_to(tmp_path).as_posix() for path in expand_paths(paths, tmp_path)]

    assert names("b") == ["b/10.sql", "b/2.sql", "b/c/1.sql"]
    assert names("a.sql", "b/*.sql", "b") == ["a.sql", "b/10.sql", "b/2.sql", "b/c/1.sql"]
    assert names("**/*.sql") == ["a.sql", "b/10.sql", "b/2.sql", "b/c/1.sql"]
    assert names((tmp_path / "b" / "*.sql").as_posix()) == ["b/10.sql", "b/2.sql"]
    for wrong in ("nowhere", "x*.sql", "e"):
        with pytest.raises(DiagnosticError):
            names(wrong)
