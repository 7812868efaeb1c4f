"""The tokens: against libpg_query's scanner, and that nothing of a text is lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pglast.parser import ParseError, scan

from querygen.sql.scan import COMMENTS, Token, fold, skim, split, tokenize, unterminated

CASES = sorted((Path(__file__).parent / "cases" / "query_file").glob("*.sql"))
SPACE = " \t\n\r\f\v"

FRAGMENTS = (
    *(
        "'a'",
        "'a''b'",
        "'a'\n'b'",
        "'a' -- c\n  'b'",
        "E'\\''",
        "e'a\\\\'",
        "B'01'",
        "x'1F'",
        "N'n'",
        "U&'\\0061'",
        "'\\'",
    ),
    *(
        '"q"',
        '"a""b"',
        'U&"d"',
        "$$ ' $$",
        "$a$ $b$ $$ $a$",
        "$é$x$é$",
        "$1",
        "$23",
        "a$1",
        "a$$b",
        "é",
        "x_1",
        "E",
        "sqlc",
    ),
    *(
        "qg",
        "1",
        "1.5",
        "1.",
        ".5",
        "1e5",
        "1.e-5",
        "1_000",
        "0x1F",
        "0o17",
        "0b1",
        "1..2",
        "<",
        ">",
        "=",
        "-",
        "+",
        "*",
    ),
    *(
        "/",
        "@",
        "!",
        "#",
        "%",
        "&",
        "|",
        "`",
        "~",
        "^",
        "?",
        "::",
        ":=",
        "=>",
        "<=",
        "<>",
        ":",
        ";",
        ",",
        "(",
        ")",
        "[",
        "]",
    ),
    *(".", "..", " ", "\n", "\t", "-- c\n", "--\r", "/* c */", "/* /* n */ */", "/**/", "/*/*/*/*/", "\\", "\f", "\v"),
)


def boundaries(tokens: list[Token]) -> list[tuple[int, int]]:
    return [(start, end) for _, start, end in tokens]


def of_libpg_query(text: str) -> list[tuple[int, int]] | None:
    try:
        return [(token.start, token.end + 1) for token in scan(text)]
    except ParseError:
        return None


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=20).map("".join))
def test_tokens_are_postgres(text: str) -> None:
    expected = of_libpg_query(text)
    if expected is not None and "\\" not in re.sub(r"'(?:[^'])*'", "", text):
        assert boundaries(tokenize(text)) == expected


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_tokens_of_the_cases(path: Path) -> None:
    compared = 0
    text = path.read_text("utf-8").rpartition("\n----\n")[0]
    for piece in split(text):
        own = text[piece.start : piece.end]
        expected = of_libpg_query(own)
        if expected is not None:
            assert boundaries(tokenize(own)) == expected
            compared += 1
    assert compared or "unterminated" in path.stem


@given(st.text(st.sampled_from("ab1_é'\"$@-+*/<>=!;. \n\r\t\\eExXuU&sqlcg()"), max_size=60))
def test_nothing_is_lost(text: str) -> None:
    position = 0
    for _, start, end in tokenize(text):
        assert not text[position:start].strip(SPACE)
        assert position <= start < end
        position = end
    assert not text[position:].strip(SPACE)


@given(st.lists(st.sampled_from((*FRAGMENTS, "'", '"', "/*", "$x$", "@a")), max_size=25).map("".join))
def test_skim_agrees(text: str) -> None:
    """What `skim` gives are tokens of `tokenize`, and it leaves out none that matters."""
    every, some = tokenize(text), skim(text)
    assert set(some) <= set(every)
    kinds = {"macro", "at", "param", "bad", *COMMENTS}
    assert [one for one in some if one[0] in kinds] == [one for one in every if one[0] in kinds]
    assert [one for one in some if text[one[1]] == ";"] == [
        one for one in every if one[0] == "punct" and text[one[1]] == ";"
    ]


@given(st.lists(st.sampled_from((*FRAGMENTS, "x", ";", " ")), max_size=25).map("".join))
def test_split_takes_everything(text: str) -> None:
    """A statement begins and ends with a token that is no comment; outside of statements only comments are left."""
    rest = list(text)
    for piece in split(text):
        own = tokenize(text[piece.start : piece.end])
        if own:
            assert own[0][0] not in COMMENTS
            assert own[-1][0] not in COMMENTS
        rest[piece.start : piece.end] = " " * (piece.end - piece.start)
    assert all(kind in COMMENTS or text[start] == ";" for kind, start, _ in tokenize("".join(rest)))


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("a=@id", "word at word"),
        ("a = @limit", "word op at word"),
        ('@"x"', "at name"),
        ("@ x", "op word"),
        ("@-5", "op number"),
        ("@e'x'", "op estring"),
        ("a<@b", "word at word"),
        ("sqlc.arg(x)", "macro punct word punct word punct"),
        ("sqlcx qgx xqg", "word word word"),
        ("=-1", "op op number"),
        ("!-1", "op number"),
        ("a--b", "word comment"),
        ("+/*x*/1", "op block number"),
        ("'abc", "bad"),
    ],
)
def test_kinds(text: str, kinds: str) -> None:
    assert " ".join(kind for kind, _, _ in tokenize(text)) == kinds


@pytest.mark.parametrize(
    "text",
    ["'a", "E'a\\'", "B'0", "x'0", "U&'a", '"a', 'U&"a', "$$ a", "$b$ a", "/* a", "/* /* */"],
)
def test_unterminated_as_postgres_says(text: str) -> None:
    with pytest.raises(ParseError) as caught:
        scan(text)
    (token,) = tokenize(text)
    assert unterminated(text, token) == caught.value.args[0]


def test_fold() -> None:
    assert fold("ABCxyz") == "abcxyz"
    assert fold("ÄBÇ") == "ÄbÇ"  # PostgreSQL folds only ASCII in UTF-8
