"""The input function of type jsonpath: is a literal a JSON path?

Takes the text; raises `jsonpath_in`'s error. Mirrors `jsonpath_scan.l`, `jsonpath_gram.y` and the checks of
`jsonpath.c` (flattenJsonPathParseItem). Regular expressions inside a path are not compiled.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from querygen.diagnostics import PgError

_SPECIAL: Final = r"?%$.\[\]{}()|&!=<>@#,*:\-+/"
_OTHER: Final = rf'[^{_SPECIAL}\\" \t\n\r\f]'
_DEC: Final = r"(?:0|[1-9](?:_?[0-9])*)"
_DIGITS: Final = r"[0-9](?:_?[0-9])*"
_DECIMAL: Final = rf"(?:{_DEC}\.(?:{_DIGITS})?|\.{_DIGITS})"
_REAL: Final = rf"(?:{_DECIMAL}|{_DEC})[Ee][-+]?{_DIGITS}"

# The rules of flex' initial state, in their order: the longest match counts, of equally long ones the first.
_RULES: Final = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("operator", r"&&|\|\||\*\*|<=|==|<>|!=|>=|[<>!]"),
        ("variable", rf"\${_OTHER}+"),
        ("quoted variable", r'\$"'),
        ("special", rf"[{_SPECIAL}]"),
        ("blank", r"[ \t\n\r\f]+"),
        ("comment", r"/\*"),
        ("numeric", _REAL),
        ("numeric", _DECIMAL),
        ("int", _DEC),
        ("int", r"0[xX][0-9A-Fa-f](?:_?[0-9A-Fa-f])*|0[oO][0-7](?:_?[0-7])*|0[bB][01](?:_?[01])*"),
        ("invalid numeric literal", rf"(?:{_DECIMAL}|{_DEC})[Ee][-+]"),
        ("trailing junk after numeric literal", _DEC + _OTHER),
        ("trailing junk after numeric literal", _DECIMAL + _OTHER),
        ("trailing junk after numeric literal", _REAL + _OTHER),
        ("quoted", r'"'),
        ("name", rf"\\|{_OTHER}+"),
    )
)
_UNICODE: Final = r"\\u(?:[0-9A-Fa-f]{4}|\{[0-9A-Fa-f]{1,6}\})"
_UNICODES: Final = re.compile(f"(?:{_UNICODE})+")
_BAD_UNICODE: Final = re.compile(rf"(?:{_UNICODE})*\\u(?:\{{[0-9A-Fa-f]{{0,6}}|[0-9A-Fa-f]{{0,3}})")
_CODE: Final = re.compile(r"[0-9A-Fa-f]+")
_HEX: Final = re.compile(r"\\x([0-9A-Fa-f]{2})")
_BAD_HEX: Final = re.compile(r"\\x[0-9A-Fa-f]?")
_NAME_PART: Final = re.compile(rf"{_OTHER}+")
_BLANKS: Final = re.compile(r"[ \t\n\r\f]+")

_CONTROLS: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}

_LOWER_ONLY: Final = frozenset({"null", "true", "false"})
_METHODS: Final = frozenset(
    {"abs", "size", "type", "floor", "double", "ceiling", "keyvalue", "bigint", "boolean", "date", "integer"}
    | {"number", "string"}
)
_PRECISION_METHODS: Final = frozenset({"time", "time_tz", "timestamp", "timestamp_tz"})
_KEYWORDS: Final = (
    _METHODS
    | _PRECISION_METHODS
    | _LOWER_ONLY
    | {"is", "to", "lax", "flag", "last", "with", "exists", "starts", "strict", "decimal", "unknown", "datetime"}
    | {"like_regex"}
)
_COMPARISONS: Final = frozenset({"==", "<>", "!=", "<", ">", "<=", ">="})
_SCALARS: Final = frozenset({"string", "null", "true", "false", "numeric", "int", "variable"})


class _Token(NamedTuple):
    """`kind` is string, name, numeric, int, variable, end, a keyword or the characters; `near` what messages show."""

    kind: str
    near: str
    text: str = ""


def check_jsonpath(text: str) -> None:
    """jsonpath.c: jsonPathFromCstring"""
    _Parser(text).parse()


def _invalid(detail: str, code: str = "42601") -> PgError:
    return PgError(code, "invalid input syntax for type jsonpath", detail=detail)


def _error(message: str, near: str) -> PgError:
    """jsonpath_scan.l: jsonpath_yyerror"""
    where = f'at or near "{near}"' if near else "at end"
    return PgError("42601", f"{message} {where} of jsonpath input")


class _Scanner:
    """jsonpath_scan.l"""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0

    def next(self) -> _Token:
        """The next token; blanks and comments are passed over."""
        text = self._text
        while self._place < len(text):
            name, matched = self._longest()
            start, self._place = self._place, self._place + len(matched)
            match name:
                case "blank":
                    continue
                case "comment":
                    end = text.find("*/", self._place)
                    if end < 0:
                        raise _error("unexpected end of comment", "")
                    self._place = end + 2
                case "quoted":
                    return _Token("string", '"', self._quoted())
                case "quoted variable":
                    self._quoted()
                    return _Token("variable", '"')
                case "name":
                    self._place = start
                    if (word := self._name()) is not None:
                        return word
                case "operator" | "special":
                    return _Token(matched, matched)
                case "variable" | "numeric" | "int":
                    return _Token(name, matched)
                case _:
                    raise _error(name, matched)
        return _Token("end", "")

    def _longest(self) -> tuple[str, str]:
        best, length = "", 0
        for name, pattern in _RULES:
            found = pattern.match(self._text, self._place)
            if found is not None and found.end() - self._place > length:
                best, length = name, found.end() - self._place
        return best, self._text[self._place : self._place + length]

    def _quoted(self) -> str:
        parts: list[str] = []
        while self._place < len(self._text):
            character = self._text[self._place]
            if character == '"':
                self._place += 1
                return "".join(parts)
            if character == "\\":
                parts.append(self._escape())
            else:
                parts.append(character)
                self._place += 1
        raise _error("unterminated quoted string", "")

    def _escape(self) -> str:
        """What an escape sequence stands for."""
        text, place = self._text, self._place
        good, bad = _UNICODES.match(text, place), _BAD_UNICODE.match(text, place)
        if bad is not None and (good is None or bad.end() > good.end()):
            raise _error("invalid Unicode escape sequence", bad[0])
        if good is not None:
            self._place = good.end()
            return _characters([int(code, 16) for code in _CODE.findall(good[0])])
        if (found := _HEX.match(text, place)) is not None:
            self._place = found.end()
            return _characters([int(found[1], 16)])
        if (found := _BAD_HEX.match(text, place)) is not None:
            raise _error("invalid hexadecimal character sequence", found[0])
        if place + 1 == len(text):
            raise _error("unexpected end after backslash", "\\")
        self._place += 2
        return _CONTROLS.get(text[place + 1], text[place + 1])

    def _name(self) -> _Token | None:
        """An unquoted word. When the grammar rejects it, the scanner has already looked at what follows."""
        text = self._text
        parts: list[str] = []
        while self._place < len(text):
            if text[self._place] == "\\":
                parts.append(self._escape())
            elif (found := _NAME_PART.match(text, self._place)) is not None:
                parts.append(found[0])
                self._place = found.end()
            else:
                break
        if text.startswith("/*", self._place):
            return None  # PG: a comment right behind a word swallows the word
        blanks = _BLANKS.match(text, self._place)
        near = blanks[0] if blanks is not None else ""
        self._place += len(near)
        word = "".join(parts)
        lower = word.lower()
        if lower in _KEYWORDS and (lower not in _LOWER_ONLY or word == lower):
            return _Token(lower, near, word)
        return _Token("name", near, word)


def _characters(codes: list[int]) -> str:
    """jsonpath_scan.l: addUnicode — surrogates come in pairs, and there is no character 0."""
    result: list[str] = []
    high: int | None = None
    for code in codes:
        if 0xD800 <= code <= 0xDBFF:
            if high is not None:
                raise _invalid("Unicode high surrogate must not follow a high surrogate.", "22P02")
            high = code
            continue
        is_low = 0xDC00 <= code <= 0xDFFF
        if is_low != (high is not None):
            raise _invalid("Unicode low surrogate must follow a high surrogate.", "22P02")
        if high is not None:
            code = 0x10000 + ((high & 0x3FF) << 10) + (code & 0x3FF)
            high = None
        if code == 0:
            detail = "\\u0000 cannot be converted to text."
            raise PgError("22P05", "unsupported Unicode escape sequence", detail=detail)
        if code > 0x10FFFF:
            raise _invalid("Unicode escape value could not be translated.", "22P02")
        result.append(chr(code))
    if high is not None:
        raise _invalid("Unicode low surrogate must follow a high surrogate.", "22P02")
    return "".join(result)


class _Parser:
    """jsonpath_gram.y; what may be an expression or a predicate says afterwards which it was (True: a predicate)."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._scanner = _Scanner(text)
        self._token = self._scanner.next()
        self._filters = 0
        self._in_subscript = False
        self._problem: PgError | None = None  # found when the whole tree is there

    def parse(self) -> None:
        if self._token.kind == "end":
            raise PgError("22P02", f'invalid input syntax for type jsonpath: "{self._text}"')
        if self._token.kind in {"strict", "lax"}:
            self._advance()
        self._or()
        self._expect("end")
        if self._problem is not None:
            raise self._problem

    def _advance(self) -> _Token:
        token = self._token
        self._token = self._scanner.next()
        return token

    def _syntax_error(self) -> PgError:
        return _error("syntax error", self._token.near)

    def _expect(self, *kinds: str) -> _Token:
        if self._token.kind not in kinds:
            raise self._syntax_error()
        return self._advance() if self._token.kind != "end" else self._token

    def _require(self, is_predicate: bool, wanted: bool) -> None:
        if is_predicate != wanted:
            raise self._syntax_error()

    def _or(self) -> bool:
        result = self._and()
        while self._token.kind == "||" and result:
            self._advance()
            self._require(self._and(), True)
        return result

    def _and(self) -> bool:
        result = self._predicate()
        while self._token.kind == "&&" and result:
            self._advance()
            self._require(self._predicate(), True)
        return result

    def _predicate(self) -> bool:
        if self._token.kind == "!":
            self._advance()
            if self._token.kind == "exists":
                return self._exists()
            self._expect("(")
            self._require(self._or(), True)
            self._expect(")")
            return True
        if self._token.kind == "exists":
            return self._exists()
        if self._sum():
            return True
        match self._token.kind:
            case kind if kind in _COMPARISONS:
                self._advance()
                self._require(self._sum(), False)
            case "starts":
                self._advance()
                self._expect("with")
                self._expect("string", "variable")
            case "like_regex":
                self._advance()
                self._expect("string")
                self._flags()
            case _:
                return False
        return True

    def _flags(self) -> None:
        if self._token.kind == "flag":
            self._advance()
            self._check_flags(self._expect("string").text)

    def _exists(self) -> bool:
        self._expect("exists")
        self._expect("(")
        self._require(self._sum(), False)
        self._expect(")")
        return True

    def _check_flags(self, flags: str) -> None:
        """jsonpath_gram.y: makeItemLikeRegex, jspConvertRegexFlags"""
        for flag in flags:
            if flag not in "ismxq":
                raise _invalid(f'Unrecognized flag character "{flag}" in LIKE_REGEX predicate.')
        if "x" in flags and "q" not in flags:
            raise PgError("0A000", 'XQuery "x" flag (expanded regular expressions) is not implemented')

    def _sum(self) -> bool:
        result = self._product()
        while self._token.kind in {"+", "-"} and not result:
            self._advance()
            self._require(self._product(), False)
        return result

    def _product(self) -> bool:
        result = self._unary()
        while self._token.kind in {"*", "/", "%"} and not result:
            self._advance()
            self._require(self._unary(), False)
        return result

    def _unary(self) -> bool:
        if self._token.kind in {"+", "-"}:
            self._advance()
            self._require(self._unary(), False)
            return False
        return self._accessor()

    def _accessor(self) -> bool:
        if self._token.kind == "(":
            self._advance()
            is_predicate = self._or()
            self._expect(")")
            if is_predicate and self._token.kind == "is":
                self._advance()
                self._expect("unknown")
                return True
            if self._token.kind not in {".", "[", "?"}:
                return is_predicate
        else:
            self._primary()
        while self._token.kind in {".", "[", "?"}:
            self._accessor_op()
        return False

    def _primary(self) -> None:
        kind = self._token.kind
        if kind == "@" and self._filters == 0:
            self._report("@ is not allowed in root expressions")
        elif kind == "last" and not self._in_subscript:
            self._report("LAST is allowed only in array subscripts")
        elif kind not in _SCALARS and kind not in {"$", "@", "last"}:
            raise self._syntax_error()
        self._advance()

    def _report(self, message: str) -> None:
        if self._problem is None:
            self._problem = PgError("42601", message)

    def _accessor_op(self) -> None:
        match self._advance().kind:
            case "[":
                self._subscripts()
            case "?":
                self._expect("(")
                self._filters += 1
                self._require(self._or(), True)
                self._filters -= 1
                self._expect(")")
            case _:
                self._member()

    def _subscripts(self) -> None:
        if self._token.kind == "*":
            self._advance()
        else:
            saved, self._in_subscript = self._in_subscript, True
            while True:
                self._require(self._sum(), False)
                if self._token.kind == "to":
                    self._advance()
                    self._require(self._sum(), False)
                if self._token.kind != ",":
                    break
                self._advance()
            self._in_subscript = saved
        self._expect("]")

    def _member(self) -> None:
        """What follows a period: a key, a wildcard, a method."""
        kind = self._token.kind
        if kind == "*":
            self._advance()
        elif kind == "**":
            self._any_path()
        elif kind in {"name", "string"} or kind in _KEYWORDS:
            self._advance()
            if self._token.kind == "(":
                self._method(kind)
        else:
            raise self._syntax_error()

    def _any_path(self) -> None:
        self._advance()
        if self._token.kind != "{":
            return
        self._advance()
        self._expect("int", "last")
        if self._token.kind == "to":
            self._advance()
            self._expect("int", "last")
        self._expect("}")

    def _method(self, name: str) -> None:
        if name not in _METHODS and name not in _PRECISION_METHODS and name not in {"decimal", "datetime"}:
            raise self._syntax_error()
        self._advance()
        if name in _PRECISION_METHODS and self._token.kind == "int":
            self._advance()
        elif name == "datetime" and self._token.kind == "string":
            self._advance()
        elif name == "decimal" and self._token.kind != ")":
            count = 0
            while True:
                if self._token.kind in {"+", "-"}:
                    self._advance()
                self._expect("int")
                count += 1
                if self._token.kind != ",":
                    break
                self._advance()
            self._expect(")")
            if count > 2:
                raise _invalid(".decimal() can only have an optional precision[,scale].")
            return
        self._expect(")")
