"""The constants of partition bounds as values of the key's type: what can be compared, and one form of their text.

Takes the raw expression of a bound and the type of the key; gives a `Value`, or None for what has to be left to a
server: expressions, types that are not among these, text that is ordered by a collation. As
transformPartitionBoundValue evaluates it, in a session with the time zone UTC.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import uuid
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, NamedTuple

from querygen.catalog.ruleutils_expr import quote_literal
from querygen.sql.nodes import ast

if TYPE_CHECKING:
    from collections.abc import Callable

    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid


class Value(NamedTuple):
    """`equal` is the same for what is equal; `order` compares as the type does, None: only a server can."""

    text: str
    equal: Any
    order: Any


_BOUNDS = {"int2": 15, "int4": 31, "int8": 63}
_MOMENT = re.compile(
    r"\s*(\d{4,6})-(\d{1,2})-(\d{1,2})"
    r"(?:[ Tt]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?\s*(?:(Z|z|UTC|utc)|([+-])(\d{1,2})(?::?(\d{2}))?)?)?\s*"
)
_COMPACT = re.compile(r"\s*(\d{4})(\d{2})(\d{2})\s*")
_CASTS = frozenset({"date", "timestamp", "timestamptz", "text", "int2", "int4", "int8", "numeric", "bool", "uuid"})


def evaluate(catalog: Catalog, type_oid: Oid, typmod: int, raw: Any) -> Value | None:
    """transformPartitionBoundValue, of a constant that is not NULL"""
    match raw:
        case ast.TypeCast(arg=arg):
            name = raw.typeName.names[-1].sval
            if name not in _CASTS or raw.typeName.typmods or raw.typeName.arrayBounds:
                return None
            said = _written(arg)
            inner = None if said is None else _read(name, -1, said)
            return None if inner is None else _of_type(catalog, type_oid, typmod, inner.plain)
    said = _written(raw)
    return None if said is None else _of_type(catalog, type_oid, typmod, said)


def _written(raw: Any) -> str | None:
    """The text of a constant, as its type's input function gets it."""
    match raw:
        case ast.A_Const(isnull=True):
            return None
        case ast.A_Const(val=ast.String(sval=text)):
            return str(text)
        case ast.A_Const(val=ast.Boolean()):
            return "true" if raw.val.boolval else "false"
        case ast.A_Const(val=ast.Integer()):
            return str(raw.val.ival or 0)
        case ast.A_Const(val=ast.Float(fval=text)):
            return str(text)
        case ast.A_Expr() if raw.lexpr is None and raw.name[-1].sval == "-":
            inner = _written(raw.rexpr)
            return None if inner is None else f"-{inner}"
    return None


class _Read(NamedTuple):
    value: Value
    plain: str


def _of_type(catalog: Catalog, type_oid: Oid, typmod: int, text: str) -> Value | None:
    row = catalog.type(type_oid)
    if row.typtype == "e":
        enum = catalog.enum(type_oid)
        labels = enum.labels if enum is not None else ()
        return Value(quote_literal(text), text, labels.index(text)) if text in labels else None
    found = _read(row.typname, typmod, text)
    return None if found is None else found.value


def _read(name: str, typmod: int, text: str) -> _Read | None:
    reader = _READERS.get(name)
    try:
        return None if reader is None else reader(name, typmod, text)
    except (ValueError, InvalidOperation, OverflowError):
        return None


def _integer(name: str, _typmod: int, text: str) -> _Read | None:
    number = Decimal(text.strip())
    whole = int(number)
    if whole != number or not -(1 << _BOUNDS[name]) <= whole < 1 << _BOUNDS[name]:
        return None
    return _Read(Value(str(whole), whole, whole), str(whole))


def _numeric(_name: str, typmod: int, text: str) -> _Read | None:
    number = Decimal(text.strip())
    if not number.is_finite() or len(text) > 100:
        return None
    if typmod >= 4:
        scale = (typmod - 4) & 0x7FF
        if scale >= 1024:
            return None
        number = number.quantize(Decimal(1).scaleb(-scale), rounding="ROUND_HALF_UP")
    shown = format(number, "f")
    if "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    return _Read(Value(shown, number, number), shown)


def _text(_name: str, _typmod: int, text: str) -> _Read:
    return _Read(Value(quote_literal(text), text, None), text)


def _padded(_name: str, _typmod: int, text: str) -> _Read:
    return _text(_name, _typmod, text.rstrip(" "))


def _boolean(_name: str, _typmod: int, text: str) -> _Read | None:
    word = text.strip().lower()
    said = word in ("true", "t", "yes", "y", "on", "1")
    if not said and word not in ("false", "f", "no", "n", "off", "0"):
        return None
    shown = "true" if said else "false"
    return _Read(Value(shown, said, said), shown)


def _uuid(_name: str, _typmod: int, text: str) -> _Read | None:
    if not re.fullmatch(r"[0-9A-Fa-f]{8}(-?[0-9A-Fa-f]{4}){3}-?[0-9A-Fa-f]{12}", text):
        return None
    shown = str(uuid.UUID(text))
    return _Read(Value(quote_literal(shown), shown, shown), shown)


def _moment(name: str, typmod: int, text: str) -> _Read | None:
    word = text.strip().lower()
    if word in ("infinity", "-infinity"):
        value: Any = math.inf if word == "infinity" else -math.inf
        if name != "date":
            value = (value, dt.time())
        return _Read(Value(quote_literal(word), value, value), word)
    found = _MOMENT.fullmatch(text) or _COMPACT.fullmatch(text)
    if found is None or typmod >= 0:
        return None
    year, month, day, *rest = found.groups()
    hour, minute, second, fraction, _utc, sign, zone, zone_minutes = rest or [None] * 8
    date = dt.date(int(year), int(month), int(day))
    if name == "date":
        days = date.toordinal()
        return _Read(Value(quote_literal(date.isoformat()), days, days), date.isoformat())
    time = dt.time(int(hour or 0), int(minute or 0), int(second or 0), int((fraction or "0").ljust(6, "0")))
    moment = dt.datetime.combine(date, time)
    if name == "timestamptz" and sign is not None:
        offset = dt.timedelta(hours=int(zone), minutes=int(zone_minutes or 0))
        moment = moment - offset if sign == "+" else moment + offset
    shown = moment.strftime("%H:%M:%S") + (f".{moment.microsecond:06}".rstrip("0") if moment.microsecond else "")
    shown = f"{moment.date().isoformat()} {shown}" + ("+00" if name == "timestamptz" else "")
    order = moment.toordinal(), moment.time()
    return _Read(Value(quote_literal(shown), order, order), shown)


_READERS: dict[str, Callable[[str, int, str], _Read | None]] = {
    "int2": _integer,
    "int4": _integer,
    "int8": _integer,
    "numeric": _numeric,
    "text": _text,
    "varchar": _text,
    "bpchar": _padded,
    "name": _text,
    "bool": _boolean,
    "uuid": _uuid,
    "date": _moment,
    "timestamp": _moment,
    "timestamptz": _moment,
}
