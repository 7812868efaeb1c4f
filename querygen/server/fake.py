"""Made-up values for the columns of a schema: by type, by name, and by what CHECK constraints mention.

Takes a `Catalog` and a seeded Faker; gives Python values that psycopg sends. Which rows they make, and in which order
tables are filled, is in `seed.py`.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import string
import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from querygen.analyze.typename import format_type
from querygen.sql.constants import constants, patterns

if TYPE_CHECKING:
    from collections.abc import Callable

    from faker import Faker

    from querygen.catalog.catalog import Catalog
    from querygen.catalog.objects import Column, Relation

_NOW: Final = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

# The last words of a column's name → what Faker has for it.
_BY_NAME: Final[dict[str, Callable[[Faker], str]]] = {
    "email": lambda fake: fake.unique.email(),
    "first_name": lambda fake: fake.first_name(),
    "last_name": lambda fake: fake.last_name(),
    "full_name": lambda fake: fake.name(),
    "display_name": lambda fake: fake.name(),
    "username": lambda fake: fake.unique.user_name(),
    "login": lambda fake: fake.unique.user_name(),
    "name": lambda fake: fake.name(),
    "phone": lambda fake: fake.phone_number(),
    "url": lambda fake: fake.url(),
    "website": lambda fake: fake.url(),
    "domain": lambda fake: fake.domain_name(),
    "hostname": lambda fake: fake.hostname(),
    "city": lambda fake: fake.city(),
    "country": lambda fake: fake.country(),
    "country_code": lambda fake: fake.country_code(),
    "currency": lambda fake: fake.currency_code(),
    "address": lambda fake: fake.address().replace("\n", ", "),
    "street": lambda fake: fake.street_address(),
    "postcode": lambda fake: fake.postcode(),
    "zip": lambda fake: fake.postcode(),
    "company": lambda fake: fake.company(),
    "title": lambda fake: fake.sentence(nb_words=4).removesuffix("."),
    "subject": lambda fake: fake.sentence(nb_words=5).removesuffix("."),
    "description": lambda fake: fake.paragraph(),
    "body": lambda fake: fake.paragraph(),
    "content": lambda fake: fake.paragraph(),
    "bio": lambda fake: fake.paragraph(),
    "comment": lambda fake: fake.sentence(),
    "slug": lambda fake: fake.unique.slug(),
    "color": lambda fake: fake.hex_color(),
    "locale": lambda fake: fake.locale(),
    "timezone": lambda fake: fake.timezone(),
    "user_agent": lambda fake: fake.user_agent(),
    "token": lambda fake: fake.unique.sha1(),
    "hash": lambda fake: fake.sha256(),
    "filename": lambda fake: fake.file_name(),
    "mime_type": lambda fake: fake.mime_type(),
    "sku": lambda fake: fake.unique.ean(),
    "isbn": lambda fake: fake.unique.isbn13(),
    "iban": lambda fake: fake.iban(),
}


class CannotFakeError(Exception):
    """A type of which no value can be made up."""


def by_name(name: str, fake: Faker) -> str | None:
    """A text for a column of this name: the longest ending that is known decides."""
    words = name.lower().split("_")
    for start in range(len(words)):
        maker = _BY_NAME.get("_".join(words[start:]))
        if maker is not None:
            from faker.exceptions import UniquenessException

            try:
                return maker(fake)
            except UniquenessException:  # Faker has run out of different ones
                return f"{fake.word()}{fake.random.getrandbits(48):x}"
    return None


def fake_value(column: Column, relation: Relation, catalog: Catalog, fake: Faker) -> Any:
    """A value for a column. `CannotFakeError` for a type that only its server understands."""
    checks = _checks(relation, column, catalog)
    matching = [text for check in checks for one in patterns(check) if (text := _matching(one, fake)) is not None]
    if matching and fake.random.random() < 0.9:
        return fake.random.choice(matching)
    mentioned = _mentioned(relation, column.name)
    if mentioned and fake.random.random() < 0.7:
        return fake.random.choice(mentioned)
    return _value(column.type_oid, column.typmod, column.name, catalog, fake)


def _checks(relation: Relation, column: Column, catalog: Catalog) -> list[Any]:
    """The conditions that speak of a column alone: of its table, of its domain."""
    found = []
    for constraint in relation.constraints:
        if constraint.kind == "c" and constraint.expression is not None:
            _, names = constants(constraint.expression)
            if names == {column.name}:
                found.append(constraint.expression)
    row = catalog.find_type(column.type_oid)
    while row is not None and row.typtype == "d":
        domain = catalog.domain(row.oid)
        found += [check.expression for check in domain.checks] if domain else []
        row = catalog.find_type(row.typbasetype)
    return found


# How PostgreSQL writes what Python's regular expressions have other words for (regexp syntax, manual 9.7.3).
_CLASSES: Final = {
    "[:alpha:]": "a-zA-Z",
    "[:digit:]": "0-9",
    "[:alnum:]": "a-zA-Z0-9",
    "[:upper:]": "A-Z",
    "[:lower:]": "a-z",
    "[:xdigit:]": "0-9a-fA-F",
    "[:space:]": " ",
    "[:punct:]": ".,;:!?-",
}


def _matching(pattern: str, fake: Faker) -> str | None:
    """A text that a regular expression matches; None for one that Python reads otherwise."""
    import re

    import rstr

    for word, meant in _CLASSES.items():
        pattern = pattern.replace(word, meant)
    try:
        return rstr.Rstr(fake.random).xeger(pattern).replace("\0", "")
    except (re.error, ValueError, KeyError, NotImplementedError):
        return None


def _mentioned(relation: Relation, name: str) -> list[Any]:
    """Constants of the CHECK constraints that speak of a column, and their neighbours: one of them may do."""
    found: list[Any] = []
    for constraint in relation.constraints:
        if constraint.kind == "c" and constraint.expression is not None:
            values, names = constants(constraint.expression)
            if name in names:
                for one in values:
                    found += [one, one + 1, one - 1] if isinstance(one, int) else [one]
    return found


def _value(oid: int, typmod: int, name: str, catalog: Catalog, fake: Faker) -> Any:
    row = catalog.type(oid)
    enum = catalog.enum(oid)
    if enum is not None:
        return fake.random.choice(enum.labels)
    if row.typtype == "d":
        domain = catalog.domain(oid)
        for check in domain.checks if domain else ():
            values, _ = constants(check.expression)
            if values and fake.random.random() < 0.5:
                return fake.random.choice(values)
        return _value(row.typbasetype, row.typtypmod, f"{name}_{row.typname}", catalog, fake)
    if row.typtype in "rm":
        return _range_text(oid, name, catalog, fake)
    if row.typelem and row.typname.startswith("_"):
        return [_value(row.typelem, typmod, name, catalog, fake) for _ in range(fake.random.randint(0, 3))]
    maker = _BY_TYPE.get(row.typname)
    if maker is None:
        raise CannotFakeError(format_type(catalog, oid))
    return maker(fake, name, typmod)


def _range_text(oid: int, name: str, catalog: Catalog, fake: Faker) -> str:
    kind = catalog.range(oid) or catalog.range_of_multirange(oid)
    if kind is None:
        raise CannotFakeError(format_type(catalog, oid))
    bounds = sorted(_value(kind.rngsubtype, -1, name, catalog, fake) for _ in range(2))
    text = f'["{bounds[0]}","{bounds[1]}"]' if bounds[0] == bounds[1] else f'["{bounds[0]}","{bounds[1]}")'
    return text if catalog.range(oid) else "{" + text + "}"


def _text(fake: Faker, name: str, typmod: int) -> str:
    text = by_name(name, fake) or fake.sentence(nb_words=3).removesuffix(".")
    return text[: typmod - 4] if typmod >= 4 else text


def _number(fake: Faker, typmod: int) -> Decimal:
    if typmod < 0:
        return Decimal(fake.random.randint(0, 100_000)).scaleb(-2)
    precision, scale = (typmod - 4 >> 16) & 0xFFFF, (typmod - 4) & 0x7FF
    return Decimal(fake.random.randint(0, 10 ** min(precision, 9) - 1)).scaleb(-scale)


def _moment(fake: Faker, name: str) -> dt.datetime:
    forward = any(word in name for word in ("expire", "due", "until", "end", "scheduled", "next"))
    seconds = fake.random.randint(0, 365 * 86400)
    return _NOW + dt.timedelta(seconds=seconds if forward else -seconds)


def _bits(fake: Faker, typmod: int, *, fixed: bool) -> str:
    length = typmod if typmod > 0 else 1
    return "".join(fake.random.choice("01") for _ in range(length if fixed else fake.random.randint(1, length)))


def _vector(fake: Faker, typmod: int) -> str:
    return "[" + ",".join(f"{fake.random.uniform(-1, 1):.4f}" for _ in range(max(typmod, 1))) + "]"


def _ltree(fake: Faker) -> str:
    return ".".join(fake.word() for _ in range(3))


def _point(fake: Faker) -> str:
    return f"({fake.random.randint(0, 99)},{fake.random.randint(0, 99)})"


_BY_TYPE: Final[dict[str, Callable[[Faker, str, int], Any]]] = {
    "bool": lambda fake, _name, _mod: fake.random.random() < 0.5,
    "int2": lambda fake, _name, _mod: fake.random.randint(0, 1000),
    "int4": lambda fake, _name, _mod: fake.random.randint(0, 100_000),
    "int8": lambda fake, _name, _mod: fake.random.randint(0, 10_000_000),
    "oid": lambda fake, _name, _mod: fake.random.randint(0, 10_000_000),
    "float4": lambda fake, _name, _mod: round(fake.random.uniform(0, 1000), 2),
    "float8": lambda fake, _name, _mod: round(fake.random.uniform(0, 1000), 4),
    "numeric": lambda fake, _name, mod: _number(fake, mod),
    "money": lambda fake, _name, _mod: f"{fake.random.randint(0, 100_000) / 100:.2f}",
    "text": _text,
    "varchar": _text,
    "citext": _text,
    "bpchar": lambda fake, _name, mod: "".join(
        fake.random.choice(string.ascii_uppercase) for _ in range(mod - 4 if mod > 4 else 1)
    ),
    "name": lambda fake, _name, _mod: fake.word(),
    "char": lambda fake, _name, _mod: fake.random.choice(string.ascii_lowercase),
    "uuid": lambda fake, _name, _mod: uuid.UUID(int=fake.random.getrandbits(128), version=4),
    "date": lambda fake, name, _mod: _moment(fake, name).date(),
    "timestamp": lambda fake, name, _mod: _moment(fake, name).replace(tzinfo=None),
    "timestamptz": lambda fake, name, _mod: _moment(fake, name),
    "time": lambda fake, name, _mod: _moment(fake, name).time(),
    "timetz": lambda fake, name, _mod: _moment(fake, name).timetz(),
    "interval": lambda fake, _name, _mod: dt.timedelta(seconds=fake.random.randint(0, 86400 * 30)),
    "json": lambda fake, _name, _mod: f'{{"{fake.word()}": "{fake.word()}"}}',
    "jsonb": lambda fake, _name, _mod: f'{{"{fake.word()}": "{fake.word()}"}}',
    "jsonpath": lambda fake, _name, _mod: f"$.{fake.word()}",
    "xml": lambda fake, _name, _mod: f"<{fake.word()}/>",
    "bytea": lambda fake, _name, _mod: fake.random.randbytes(8),
    "inet": lambda fake, _name, _mod: ipaddress.ip_address(fake.ipv4()),
    "cidr": lambda fake, _name, _mod: f"10.{fake.random.randint(0, 255)}.0.0/16",
    "macaddr": lambda fake, _name, _mod: fake.mac_address(),
    "macaddr8": lambda fake, _name, _mod: fake.mac_address() + ":00:00",
    "bit": lambda fake, _name, mod: _bits(fake, mod, fixed=True),
    "varbit": lambda fake, _name, mod: _bits(fake, mod if mod > 0 else 8, fixed=False),
    "tsvector": lambda fake, _name, _mod: " ".join(fake.words(3)),
    "tsquery": lambda fake, _name, _mod: " & ".join(fake.words(2)),
    "point": lambda fake, _name, _mod: _point(fake),
    "line": lambda fake, _name, _mod: f"{{1,2,{fake.random.randint(0, 9)}}}",
    "lseg": lambda fake, _name, _mod: f"[{_point(fake)},{_point(fake)}]",
    "box": lambda fake, _name, _mod: f"({_point(fake)},{_point(fake)})",
    "path": lambda fake, _name, _mod: f"[{_point(fake)},{_point(fake)}]",
    "polygon": lambda fake, _name, _mod: f"({_point(fake)},{_point(fake)},{_point(fake)})",
    "circle": lambda fake, _name, _mod: f"<{_point(fake)},{fake.random.randint(1, 9)}>",
    "hstore": lambda fake, _name, _mod: f'"{fake.word()}"=>"{fake.word()}"',
    "ltree": lambda fake, _name, _mod: _ltree(fake),
    "vector": lambda fake, _name, mod: _vector(fake, mod),
    "halfvec": lambda fake, _name, mod: _vector(fake, mod),
}
