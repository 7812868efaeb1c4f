"""What a PostgreSQL type is in Python: annotation, how a result is converted, how a parameter is passed.

Takes a type's oid and the catalog; gives a `PyType`. The facts are psycopg's: which types it loads as what in text
results, and with which oid it sends a value. A value that psycopg would send as another type than the analysed one is
wrapped, or the SQL gets a cast. A type that cannot be passed or read without a loss is refused by name, never `Any`.
"""

from __future__ import annotations

import builtins
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from querygen.analyze import pgtypes as t
from querygen.analyze.typename import format_type
from querygen.diagnostics import PgError
from querygen.render.layout import Choice, Each, Group
from querygen.render.layout import flat as render_flat

if TYPE_CHECKING:
    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid, PgType
    from querygen.render.layout import Doc
    from querygen.render.options import RenderOptions, TypeOverride


class Import(NamedTuple):
    """`from module import name`, or `import module` without a name. Modules of the package begin with a dot."""

    module: str
    name: str = ""


ROW: Final = "._row"
TYPES: Final = "._types"
CURSORS: Final = "._cursors"
MODELS: Final = ".models"


class Call(NamedTuple):
    """`name(value)`"""

    name: Import


class Look(NamedTuple):
    """`name[value]`: an enum's member by its label."""

    name: Import


class Read(NamedTuple):
    """`name(oid, value)`: the text of a value that psycopg does not know, read as the built-in type `oid`."""

    name: Import
    oid: int | str  # or the Python type that is read


class ForEach(NamedTuple):
    """The conversion, of every element of an array; `flat` where the elements are lists themselves."""

    element: Conversion
    flat: bool = False


class Then(NamedTuple):
    """One conversion after the other."""

    first: Conversion
    second: Conversion


Conversion = Call | Look | Read | ForEach | Then


class PyType(NamedTuple):
    """A type in Python. `load` and `dump` are None where psycopg gives, and takes, the very value."""

    annotation: str
    imports: tuple[Import, ...] = ()
    load: Conversion | None = None
    dump: Conversion | None = None
    cast: str = ""  # written behind the parameter, so that the server sees the analysed type
    json: tuple[str, ...] = ()  # what has the cursor leave the value as text
    uses: tuple[Oid, ...] = ()  # the enums and composites whose classes it needs
    read_refused: str = ""  # why it cannot be read
    write_refused: str = ""  # why it cannot be passed
    json_null: bool = False  # its text may be JSON's null, which is None as NULL is


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
        json=("json_as_text",),
    ),
    t.JSONBOID: PyType(
        "JsonValue",
        (Import("pydantic", "JsonValue"),),
        Call(Import("pydantic_core", "from_json")),
        Call(Import(_JSON, "Jsonb")),
        json=("jsonb_as_text",),
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
# Built-in types whose arrays psycopg's registry lacks: such an array arrives as its text.
_UNKNOWN_ARRAYS: Final = frozenset({5038, t.CSTRINGOID})  # pg_snapshot
_TEXT_ARRAY: Final = 1009
_PSEUDO_TEXT: Final = frozenset({t.VOIDOID, t.CSTRINGOID, t.UNKNOWNOID})
_LOAD_TEXT: Final = Import(TYPES, "load_text")
_AS_TEXT: Final = Import(TYPES, "as_text")
_FLOATS: Final = PyType("list[float]", load=Call(Import(TYPES, "load_vector")), dump=Call(Import(TYPES, "dump_vector")))
# Types of extensions that are not text in Python, by the name of the type.
_OF_EXTENSIONS: Final = {
    "hstore": PyType(
        "dict[str, str | None]", load=Call(Import(TYPES, "load_hstore")), dump=Call(Import(TYPES, "dump_hstore"))
    ),
    "vector": _FLOATS,
    "halfvec": _FLOATS,
}
_TEXT_FAMILY: Final = frozenset({t.TEXTOID, t.VARCHAROID, t.BPCHAROID, t.NAMEOID})


class Composite(NamedTuple):
    """The class of a composite type, and the functions that read and write it."""

    name: str
    load: str
    dump: str
    columns: tuple[tuple[str, Oid], ...]


class TypeMap:
    """The Python types of a catalog, each worked out once.

    `enum_names` gives the class of every enum and its map of labels, `composites` the classes by the type's oid.
    """

    def __init__(
        self,
        catalog: Catalog,
        options: RenderOptions,
        enum_names: dict[Oid, tuple[str, str]],
        composites: dict[Oid, Composite],
    ) -> None:
        self._catalog = catalog
        self._nullable_elements = options.nullable_elements
        self._enum_names = enum_names
        self._composites = composites
        self._overrides = {one.query or one.column or f"type {one.type}": one for one in options.overrides}
        self._known: dict[tuple[Oid, bool | None], PyType] = {}

    def base(self, oid: Oid) -> Oid:
        """getBaseType: what a domain stands for, as the wire shows it in results."""
        row = self._catalog.type(oid)
        while row.typtype == "d":
            row = self._catalog.type(row.typbasetype)
        return row.oid

    def find(self, oid: Oid, nullable_elements: bool | None = None) -> PyType:
        """The Python type of a type. What is not known of an array's elements (None), the configuration decides."""
        key = (oid, nullable_elements)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._work_out(oid, nullable_elements)
        return found

    def unchanged(self, oid: Oid) -> PyType:
        """The Python type of a type, whatever the configuration says of it."""
        return self._plain(oid, None)

    def is_overridden(self, name: str) -> bool:
        """Whether the configuration speaks of a column, or of a column or parameter of a query."""
        return name in self._overrides

    def of_column(
        self, names: tuple[str, ...], oid: Oid, nullable_elements: bool | None = None, dimensions: int = 0
    ) -> PyType:
        """The Python type of what may be called by these names; the first that the configuration knows decides.

        Of an array, `dimensions` are those that a column was declared with: the server keeps none to them, but they
        say what the column is for.
        """
        chosen = next((self._overrides[one] for one in names if one in self._overrides), None)
        if chosen is not None:
            return overridden(self._plain(oid, nullable_elements), chosen)
        found = self.find(oid, nullable_elements)
        if dimensions < 2 or not self.has_dimensions(oid):
            return found
        return found._replace(annotation="list[" * (dimensions - 1) + found.annotation + "]" * (dimensions - 1))

    def has_dimensions(self, oid: Oid) -> bool:
        """Whether values are arrays that are read to any depth: where an element is a list itself, one cannot tell."""
        row = self._catalog.type(oid)
        if not self._is_array(row):
            return False
        element = self.find(row.typelem)
        return not (element.json or element.annotation.startswith(("list[", "dict[")))

    def _plain(self, oid: Oid, nullable_elements: bool | None) -> PyType:
        row = self._catalog.type(oid)
        if self._is_array(row):
            return self._array(row, nullable_elements)
        if row.typtype == "d":
            base = self._plain(row.typbasetype, nullable_elements)
            # A str is sent without a type, and the server takes it for the domain; anything else has its own.
            plain = base.annotation == "str" and not base.write_refused
            return base if plain else base._replace(cast=format_type(self._catalog, oid, -1))
        return self._scalar(row)

    def wire(self, oid: Oid) -> Oid:
        """The built-in type as which psycopg can read the text of a value: what `find` converts from."""
        base = self.base(oid)
        row = self._catalog.type(base)
        if self._is_array(row):
            element = self._catalog.type(row.typelem)
            if not self._psycopg_knows_array(element):
                return t.TEXTOID
            return _TEXT_ARRAY if self.find(row.typelem).json else base
        if base in _BASE:
            return t.TEXTOID if _BASE[base].json else base
        return base if base in _RANGES else t.TEXTOID

    def from_text(self, oid: Oid) -> Conversion | None:
        """How the text of a value becomes the value; None for a type that is text in Python."""
        return self.text_conversion(oid, self.find(oid))

    def text_conversion(self, oid: Oid, found: PyType) -> Conversion | None:
        """The same, where the value is to be of this Python type."""
        load, wire = found.load, self.wire(oid)
        if wire == t.TEXTOID:
            return load
        read = Read(_LOAD_TEXT, wire)
        return read if load is None else Then(read, load)

    def binary_copy(self, oid: Oid) -> str:
        """The name by which psycopg's binary COPY knows how to write a type; empty where it has to be text."""
        row = self._catalog.type(self.base(oid))
        if self._is_array(row):
            element = self._catalog.type(row.typelem)
            known = element.oid in _BASE or element.oid in _RANGES or element.oid in _TEXT_FAMILY
            return f"{element.typname}[]" if known else ""
        if row.oid in _BASE or row.oid in _RANGES:
            return row.typname
        text = row.oid in _TEXT_FAMILY or row.typtype == "e" or row.typname == "citext"
        return "text" if text else ""

    def reads_binary(self, oid: Oid) -> bool:
        """Whether psycopg reads a binary result as the value that it reads from text."""
        row = self._catalog.type(self.base(oid))
        if row.typtype == "e":
            return True  # labels are looked up, be they str or bytes
        if self._is_array(row):
            row = self._catalog.type(row.typelem)
        known = row.oid in _TEXT_FAMILY or (row.oid in _BASE and not _BASE[row.oid].json and row.oid != t.RECORDOID)
        return known or row.oid in _RANGES

    def _is_array(self, row: PgType) -> bool:
        vector = row.oid in (t.INT2VECTOROID, t.OIDVECTOROID)
        return row.typsubscript == "array_subscript_handler" and not vector

    def is_array(self, oid: Oid) -> bool:
        """Whether values are arrays, a domain over arrays included."""
        return self._is_array(self._catalog.type(self.base(oid)))

    def is_composite(self, oid: Oid) -> bool:
        """Whether values are composites, a domain over composites included."""
        return self._catalog.type(self.base(oid)).typtype == "c"

    def _work_out(self, oid: Oid, nullable_elements: bool | None) -> PyType:
        row = self._catalog.type(oid)
        schema = self._catalog.namespace_name(row.typnamespace)
        names = (f"type {schema}.{row.typname}", f"type {row.typname}", f"type {format_type(self._catalog, oid)}")
        chosen = next((self._overrides[one] for one in names if one in self._overrides), None)
        if chosen is not None:
            return overridden(self._plain(oid, nullable_elements), chosen)
        if row.typtype == "d":
            base = self.find(row.typbasetype, nullable_elements)
            plain = self._plain(oid, nullable_elements)
            return base._replace(cast=plain.cast)
        return self._plain(oid, nullable_elements)

    def _scalar(self, row: PgType) -> PyType:
        known = _BASE.get(row.oid)
        if known is not None:
            return known
        if row.oid in _RANGES:
            name, subtype, cast = _RANGES[row.oid]
            bound = _BASE[subtype]
            imports = (*bound.imports, Import(TYPES, name))
            return PyType(f"{name}[{bound.annotation}]", imports, cast=cast)
        label = format_type(self._catalog, row.oid)
        match row.typtype:
            case "b":
                found = _OF_EXTENSIONS.get(row.typname)
                return found._replace(cast=label) if found and row.typinput == f"{row.typname}_in" else _STR
            case "e":
                name, labels = self._enum_names[row.oid]
                return PyType(name, (Import(MODELS, name),), Look(Import(MODELS, labels)), uses=(row.oid,))
            case "p" if row.oid in _PSEUDO_TEXT:
                return _STR
            case "c" if row.oid in self._composites:
                return self._composite(row, self._composites[row.oid], label)
            case "c":
                what = f"values of the composite type {label}"
            case "r" | "m":
                return self._range(row, label)
            case _:
                what = f"values of type {label}"
        return PyType("str", read_refused=what, write_refused=what)

    def _composite(self, row: PgType, made: Composite, label: str) -> PyType:
        fields = [(name, self.find(oid)) for name, oid in made.columns]
        of = f"values of the composite type {label}, because its attribute"
        unread = next((name for name, one in fields if one.read_refused), None)
        unwritten = next((name for name, one in fields if one.write_refused), None)
        return PyType(
            made.name,
            (Import(MODELS, made.name),),
            Call(Import(MODELS, made.load)),
            Call(Import(MODELS, made.dump)),
            label,
            uses=(row.oid,),
            read_refused="" if unread is None else f'{of} "{unread}" cannot be read',
            write_refused="" if unwritten is None else f'{of} "{unwritten}" cannot be passed',
        )

    def _range(self, row: PgType, label: str) -> PyType:
        multiple = row.typtype == "m"
        known = self._catalog.range_of_multirange(row.oid) if multiple else self._catalog.range(row.oid)
        subtype = known.rngsubtype if known else t.TEXTOID
        bound = self.find(subtype)
        name = "Multirange" if multiple else "Range"
        if known is None or bound.load is not None or (bound.dump is not None and bound.annotation not in _NUMBERS):
            what = f"values of the {name.lower()} type {label}"
            return PyType("str", read_refused=what, write_refused=what)
        return PyType(
            f"{name}[{bound.annotation}]",
            (*bound.imports, Import(TYPES, name)),
            Read(Import(TYPES, f"load_{name.lower()}"), self.wire(subtype)),
            Call(_AS_TEXT),
            label,
        )

    def _array(self, row: PgType, nullable_elements: bool | None) -> PyType:
        element_row = self._catalog.type(row.typelem)
        element = self.find(row.typelem)
        optional = self._nullable_elements if nullable_elements is None else nullable_elements
        annotation = f"list[{element.annotation}{' | None' if optional else ''}]"
        label = format_type(self._catalog, row.oid, -1)
        refused = f"values of type {label}" if element.read_refused else ""
        load: Conversion | None = ForEach(element.load) if element.load else None
        if not self._psycopg_knows_array(element_row):
            if element_row.typdelim != ",":
                refused = refused or f"values of type {label}"
            load = self._unknown_array(row.typelem)
        dump = element.dump
        if self.is_array(row.typelem):  # a domain over an array: an element is sent as its text
            dump = Call(_AS_TEXT) if dump is None else Then(dump, Call(_AS_TEXT))
        # Elements that are lists themselves cannot be told from the dimensions of the array.
        flat = bool(element.json) or element.annotation.startswith(("list[", "dict["))
        return PyType(
            annotation,
            element.imports,
            load,
            ForEach(dump, flat) if dump else None,
            # A list of str is sent without a type, as a str is.
            f"{element.cast}[]" if element.cast else "",
            element.json,
            element.uses,
            refused,
            # psycopg writes a comma between elements, whatever the type's delimiter.
            f"a parameter of type {label}" if element.write_refused or element_row.typdelim != "," else "",
        )

    def _unknown_array(self, element: Oid) -> Conversion:
        """How the text of an array becomes a list: by psycopg's array of a type that looks the same, or as texts."""
        wire = self._catalog.type(self.wire(element))
        load = self.find(element).load
        if wire.oid == t.TEXTOID or self._is_array(wire) or not wire.typarray:
            read: Conversion = Read(_LOAD_TEXT, _TEXT_ARRAY)
            load = self.from_text(element)
        else:
            read = Read(_LOAD_TEXT, wire.typarray)
        return read if load is None else Then(read, ForEach(load))

    def _psycopg_knows_array(self, element: PgType) -> bool:
        return element.oid in _BASE or element.oid in _RANGES or self._builtin(element)

    @staticmethod
    def _builtin(element: PgType) -> bool:
        return element.oid < 10000 and element.typtype == "b" and element.oid not in _UNKNOWN_ARRAYS


_DOTTED = re.compile(r"[A-Za-z_][\w.]*")
_BUILTINS: Final = frozenset({*dir(builtins), "None"})


_AS_IT_IS: Final = ("typing.Any", "object")  # as types: whatever psycopg gives


def dotted(name: str) -> Import:
    """`app.types.UserId` as an import."""
    module, _, last = name.rpartition(".")
    return Import(module, last)


def names_of(override: TypeOverride) -> dict[str, str]:
    """The names that generated modules import for an override, and what each stands for."""
    written = [one for one in _DOTTED.findall(override.python) if one not in _BUILTINS]
    written += filter(None, (override.load, override.dump))
    return {dotted(one).name: one for one in written}


def overridden(base: PyType, override: TypeOverride) -> PyType:
    """A type as the configuration wants it."""
    named = tuple(dotted(one) for one in _DOTTED.findall(override.python) if one not in _BUILTINS)
    annotation = _DOTTED.sub(lambda match: match.group().rpartition(".")[2], override.python)
    load: Conversion | None
    if override.load:
        load = Call(dotted(override.load))
        # A converter is given what psycopg gives, JSON as its text.
        load = load if base.json or base.load is None else Then(base.load, load)
    elif base.json:
        load = Read(Import(TYPES, "read_json"), annotation)
    elif override.python in _AS_IT_IS:
        load = base.load
    else:
        load = Call(named[0] if annotation == override.python.rpartition(".")[2] and named else Import("", annotation))
        load = load if base.load is None else Then(base.load, load)
    dump = base.dump
    if override.dump:
        dump = Call(dotted(override.dump))
        wire = base.dump
        if base.json:  # text, as the converter that reads is given it
            wire = Call(Import(TYPES, "json_text" if base.json == ("json_as_text",) else "jsonb_text"))
        dump = dump if wire is None else Then(dump, wire)
    elif base.json:
        dump = Call(Import(TYPES, "json_model" if base.json == ("json_as_text",) else "jsonb_model"))
    return base._replace(annotation=annotation, imports=named, load=load, dump=dump, read_refused="", write_refused="")


_NUMBERS: Final = frozenset({"int", "float"})


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
        case Read(name, oid):
            return Group(f"{name.name}(", (str(oid), value))
        case ForEach(element, flat):
            if flat:
                return Each(convert(element, "each", nullable=True), "each", value)
            return Group("map_array(", (_function(element), value))
        case Then(first, second):
            return _apply(second, _apply(first, value))


def _function(conversion: Conversion) -> str:
    match conversion:
        case Call(name):
            return name.name
        case Look(name):
            return f"{name.name}.__getitem__"
        case _:
            return f"lambda each: {render_flat(_apply(conversion, 'each'))}"


def conversion_imports(conversion: Conversion | None) -> tuple[Import, ...]:
    """The names that a conversion needs."""
    match conversion:
        case None | Call(Import("", _)):
            return ()
        case Call(name) | Look(name) | Read(name, _):
            return (name,)
        case ForEach(element, flat):
            return conversion_imports(element) if flat else (Import(ROW, "map_array"), *conversion_imports(element))
        case Then(first, second):
            return conversion_imports(first) + conversion_imports(second)
