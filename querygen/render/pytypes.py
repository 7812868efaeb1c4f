"""What a PostgreSQL type is in Python: annotation, how a result is converted, how a parameter is passed.

Takes a type's oid and the catalog; gives a `PyType`. The facts are psycopg's: which types it loads as what in text
results, and with which oid it sends a value. A value that psycopg would send as another type than the analysed one is
wrapped, or the SQL gets a cast. A type that cannot be passed or read without a loss is refused by name, never `Any`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from querygen.analyze import pgtypes as t
from querygen.analyze.typename import format_type
from querygen.diagnostics import PgError
from querygen.render.layout import Choice, Each, Group

if TYPE_CHECKING:
    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid, PgType
    from querygen.render.layout import Doc
    from querygen.render.options import RenderOptions


class Import(NamedTuple):
    """`from module import name`, or `import module` without a name. Modules of the package begin with a dot."""

    module: str
    name: str = ""


ROW: Final = "._row"
MODELS: Final = ".models"


class Call(NamedTuple):
    """`name(value)`"""

    name: Import


class Look(NamedTuple):
    """`name[value]`: an enum's member by its label."""

    name: Import


class ReadArray(NamedTuple):
    """The text of an array whose type psycopg does not know, read as the built-in array type `oid`."""

    oid: int


class ForEach(NamedTuple):
    """The conversion, of every element of a list."""

    element: Conversion
    nullable: bool


class Then(NamedTuple):
    """One conversion after the other."""

    first: Conversion
    second: Conversion


Conversion = Call | Look | ReadArray | ForEach | Then


class PyType(NamedTuple):
    """A type in Python. `load` and `dump` are None where psycopg gives, and takes, the very value."""

    annotation: str
    imports: tuple[Import, ...] = ()
    load: Conversion | None = None
    dump: Conversion | None = None
    cast: str = ""  # written behind the parameter, so that the server sees the analysed type
    json: bool = False  # arrives as text only if the cursor is told so
    uses: tuple[Oid, ...] = ()  # the enums whose classes it needs
    read_refused: str = ""  # why it cannot be read
    write_refused: str = ""  # why it cannot be passed


_DATETIME = (Import("datetime"),)
_NUMERIC = "psycopg.types.numeric"
_JSON = "psycopg.types.json"
_STR = PyType("str")

# By oid of the element type; what is missing here is text to psycopg, in results and in parameters.
_BASE: Final[dict[int, PyType]] = {
    t.BOOLOID: PyType("bool"),
    t.BYTEAOID: PyType("bytes"),
    t.INT2OID: PyType("int", dump=Call(Import(_NUMERIC, "Int2"))),
    t.INT4OID: PyType("int", dump=Call(Import(_NUMERIC, "Int4"))),
    t.INT8OID: PyType("int", dump=Call(Import(_NUMERIC, "Int8"))),
    t.OIDOID: PyType("int", dump=Call(Import(_NUMERIC, "Oid"))),
    # A float may be given as an int, which psycopg would send as one.
    t.FLOAT4OID: PyType("float", dump=Call(Import(_NUMERIC, "Float4"))),
    t.FLOAT8OID: PyType("float", dump=Call(Import(_NUMERIC, "Float8"))),
    t.NUMERICOID: PyType("Decimal", (Import("decimal", "Decimal"),)),
    # psycopg chooses the type by the value's time zone, and a datetime may be given as a date: the cast decides.
    t.DATEOID: PyType("datetime.date", _DATETIME, cast="date"),
    t.TIMEOID: PyType("datetime.time", _DATETIME, cast="time"),
    t.TIMETZOID: PyType("datetime.time", _DATETIME, cast="timetz"),
    t.TIMESTAMPOID: PyType("datetime.datetime", _DATETIME, cast="timestamp"),
    t.TIMESTAMPTZOID: PyType("datetime.datetime", _DATETIME, cast="timestamptz"),
    t.INTERVALOID: PyType("datetime.timedelta", _DATETIME),
    t.UUIDOID: PyType("UUID", (Import("uuid", "UUID"),)),
    869: PyType("Inet", (Import(ROW, "Inet"),)),  # inet
    650: PyType("Cidr", (Import(ROW, "Cidr"),)),  # cidr
    t.JSONOID: PyType(
        "JsonValue",
        (Import("pydantic", "JsonValue"),),
        Call(Import("pydantic_core", "from_json")),
        Call(Import(_JSON, "Json")),
        json=True,
    ),
    t.JSONBOID: PyType(
        "JsonValue",
        (Import("pydantic", "JsonValue"),),
        Call(Import("pydantic_core", "from_json")),
        Call(Import(_JSON, "Jsonb")),
        json=True,
    ),
    t.RECORDOID: PyType("tuple[str | None, ...]", write_refused="a parameter of type record"),
}
# The ranges and multiranges that psycopg knows: class, subtype, and a cast where it would look at the time zone.
_RANGES: Final[dict[int, tuple[str, int, str]]] = {
    3904: ("Range", t.INT4OID, ""),
    3906: ("Range", t.NUMERICOID, ""),
    3908: ("Range", t.TIMESTAMPOID, "tsrange"),
    3910: ("Range", t.TIMESTAMPTZOID, "tstzrange"),
    3912: ("Range", t.DATEOID, ""),
    3926: ("Range", t.INT8OID, ""),
    4451: ("Multirange", t.INT4OID, ""),
    4532: ("Multirange", t.NUMERICOID, ""),
    4533: ("Multirange", t.TIMESTAMPOID, "tsmultirange"),
    4534: ("Multirange", t.TIMESTAMPTZOID, "tstzmultirange"),
    4535: ("Multirange", t.DATEOID, ""),
    4536: ("Multirange", t.INT8OID, ""),
}
_RANGE_MODULES: Final = {"Range": "psycopg.types.range", "Multirange": "psycopg.types.multirange"}
# Built-in types whose arrays psycopg's registry lacks: such an array arrives as its text.
_UNKNOWN_ARRAYS: Final = frozenset({5038, t.CSTRINGOID})  # pg_snapshot
# Arrays of domains and extension types are read with psycopg's loader of an array that looks the same. Only loaders
# that do not depend on the connection's settings can be used so.
_ARRAY_LIKE: Final = {
    t.BOOLOID: 1000,
    t.INT2OID: 1005,
    t.INT4OID: 1007,
    t.INT8OID: 1016,
    t.OIDOID: 1028,
    t.FLOAT4OID: 1021,
    t.FLOAT8OID: 1022,
    t.NUMERICOID: 1231,
    t.UUIDOID: 2951,
}
_TEXT_ARRAY: Final = 1009
_PSEUDO_TEXT: Final = frozenset({t.VOIDOID, t.CSTRINGOID, t.UNKNOWNOID})


class TypeMap:
    """The Python types of a catalog, each worked out once. `enum_names` gives the class of every enum."""

    def __init__(self, catalog: Catalog, options: RenderOptions, enum_names: dict[Oid, tuple[str, str]]) -> None:
        self._catalog = catalog
        self._nullable_elements = options.nullable_elements
        self._enum_names = enum_names  # oid → name of the class, name of its map of labels
        self._known: dict[tuple[Oid, bool], PyType] = {}

    def base(self, oid: Oid) -> Oid:
        """getBaseType: what a domain stands for, as the wire shows it in results."""
        row = self._catalog.type(oid)
        while row.typtype == "d":
            row = self._catalog.type(row.typbasetype)
        return row.oid

    def find(self, oid: Oid, nullable_elements: bool = True) -> PyType:
        """The Python type of a type."""
        key = (oid, nullable_elements)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._work_out(oid, nullable_elements)
        return found

    def _work_out(self, oid: Oid, nullable_elements: bool) -> PyType:
        row = self._catalog.type(oid)
        if row.typtype == "d":
            base = self.find(row.typbasetype, nullable_elements)
            # A str is sent without a type, and the server takes it for the domain; anything else has its own.
            plain = base.annotation == "str" and not base.write_refused
            return base if plain else base._replace(cast=format_type(self._catalog, oid))
        vector = row.oid in (t.INT2VECTOROID, t.OIDVECTOROID)
        if row.typsubscript == "array_subscript_handler" and not vector:
            return self._array(row, nullable_elements)
        return self._scalar(row)

    def _scalar(self, row: PgType) -> PyType:
        known = _BASE.get(row.oid)
        if known is not None:
            return known
        if row.oid in _RANGES:
            name, subtype, cast = _RANGES[row.oid]
            bound = _BASE[subtype]
            imports = (*bound.imports, Import(_RANGE_MODULES[name], name))
            return PyType(f"{name}[{bound.annotation}]", imports, cast=cast)
        label = format_type(self._catalog, row.oid)
        match row.typtype:
            case "b":
                return _STR
            case "e":
                name, labels = self._enum_names[row.oid]
                return PyType(name, (Import(MODELS, name),), Look(Import(MODELS, labels)), uses=(row.oid,))
            case "p" if row.oid in _PSEUDO_TEXT:
                return _STR
            case "c":
                what = f"values of the composite type {label}"
            case "r" | "m":
                what = f"values of the {'range' if row.typtype == 'r' else 'multirange'} type {label}"
            case _:
                what = f"values of type {label}"
        return PyType("str", read_refused=what, write_refused=what)

    def _array(self, row: PgType, nullable_elements: bool) -> PyType:
        element_row = self._catalog.type(row.typelem)
        element = self.find(row.typelem)
        optional = nullable_elements and self._nullable_elements
        annotation = f"list[{element.annotation}{' | None' if optional else ''}]"
        label = format_type(self._catalog, row.oid)
        refused = f"values of type {label}" if element.read_refused else ""
        load: Conversion | None = ForEach(element.load, optional) if element.load else None
        if not self._psycopg_knows_array(element_row):
            base = self.base(row.typelem)
            like = _ARRAY_LIKE.get(base)
            text = element.annotation == "str" or element.json or isinstance(element.load, Look)
            if element_row.typdelim != "," or (like is None and not text):
                refused = refused or f"values of type {label}"
            read = ReadArray(like or _TEXT_ARRAY)
            load = read if load is None else Then(read, load)
        return PyType(
            annotation,
            element.imports,
            load,
            ForEach(element.dump, optional) if element.dump else None,
            # A list of str is sent without a type, as a str is.
            f"{element.cast}[]" if element.cast else "",
            element.json,
            element.uses,
            refused,
            # psycopg writes a comma between elements, whatever the type's delimiter.
            f"a parameter of type {label}" if element.write_refused or element_row.typdelim != "," else "",
        )

    def _psycopg_knows_array(self, element: PgType) -> bool:
        return element.oid in _BASE or element.oid in _RANGES or self._builtin(element)

    @staticmethod
    def _builtin(element: PgType) -> bool:
        return element.oid < 10000 and element.typtype == "b" and element.oid not in _UNKNOWN_ARRAYS


def refuse(what: str, location: int = -1) -> PgError:
    """What is raised for a type that generated code cannot handle yet."""
    return PgError("0A000", f"querygen does not yet generate code for {what}", location)


def convert(conversion: Conversion | None, value: str, *, nullable: bool) -> Doc:
    """The expression that converts the value of a name."""
    if conversion is None:
        return value
    made = _apply(conversion, value)
    return Choice(f"{value} is None", made) if nullable else made


def _apply(conversion: Conversion, value: Doc) -> Doc:
    match conversion:
        case Call(name):
            return Group(f"{name.name}(", (value,))
        case Look(name):
            return Group(f"{name.name}[", (value,), "]", comma=False)
        case ReadArray(oid):
            return Group("load_array(", (str(oid), value))
        case ForEach(element, nullable):
            variable = "each"
            return Each(convert(element, variable, nullable=nullable), variable, value)
        case Then(first, second):
            return _apply(second, _apply(first, value))


def conversion_imports(conversion: Conversion | None) -> tuple[Import, ...]:
    """The names that a conversion needs."""
    match conversion:
        case None:
            return ()
        case Call(name) | Look(name):
            return (name,)
        case ReadArray():
            return (Import(ROW, "load_array"),)
        case ForEach(element, _):
            return conversion_imports(element)
        case Then(first, second):
            return conversion_imports(first) + conversion_imports(second)
