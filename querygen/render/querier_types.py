"""What a PostgreSQL type is in a querier: what psycopg returns for it, spelled as sqlc-gen-python spells types.

Takes a type's oid; gives a `PyType`, as `pytypes` does for the functions style. Nothing is converted but what psycopg
cannot know: members of the schema's enums, and arrays of types that it reads as text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from querygen.analyze import pgtypes as t
from querygen.analyze.typename import format_type
from querygen.pg_catalog.rows import FIRST_NORMAL_OBJECT_ID
from querygen.render.pytypes import MODELS, Call, ForEach, Import, PyType, TypeMap

if TYPE_CHECKING:
    from querygen.catalog.catalog import Catalog
    from querygen.pg_catalog.rows import Oid, PgType
    from querygen.render.options import RenderOptions
    from querygen.render.pytypes import Conversion

_JSON: Final = "psycopg.types.json"
_ANY: Final = (Import("typing", "Any"),)


# By oid: what the two styles call by different names, or read in different ways.
_BASE: Final[dict[int, PyType]] = {
    t.NUMERICOID: PyType("decimal.Decimal", (Import("decimal"),)),
    t.UUIDOID: PyType("uuid.UUID", (Import("uuid"),)),
    t.JSONOID: PyType("Any", _ANY, dump=Call(Import(_JSON, "Json"))),
    t.JSONBOID: PyType("Any", _ANY, dump=Call(Import(_JSON, "Jsonb"))),
}
_LOADS: Final = Call(Import("json", "loads"))


class QuerierTypes(TypeMap):
    """The Python types of a catalog as queriers have them. `enum_names` gives the class of every enum."""

    def __init__(self, catalog: Catalog, options: RenderOptions, enum_names: dict[Oid, str]) -> None:
        super().__init__(catalog, options, {oid: (name, "") for oid, name in enum_names.items()}, {})
        self._classes = enum_names

    def _scalar(self, row: PgType) -> PyType:
        if row.oid in _BASE:
            return _BASE[row.oid]
        match row.typtype:
            case "e":
                name = self._classes[row.oid]
                return PyType(f"models.{name}", load=Call(Import(MODELS, f"models.{name}")), uses=(row.oid,))
            case "c":
                return self._text(row)
            case "b" | "r" | "m" if row.oid >= FIRST_NORMAL_OBJECT_ID:
                # psycopg has classes for some of them, but on a connection that was told of them only.
                return self._text(row)
        found = super()._scalar(row)
        return found._replace(
            annotation=found.annotation.replace("Decimal", "decimal.Decimal"), imports=_modules(found)
        )

    def _text(self, row: PgType) -> PyType:
        plain = row.typtype == "b"  # what takes any text needs no cast to say so
        return PyType("str", cast="" if plain else format_type(self._catalog, row.oid))

    def _array(self, row: PgType, nullable_elements: bool | None) -> PyType:
        found = super()._array(row, nullable_elements)
        element = self.find(row.typelem).dump
        if element is None or self.base(row.typelem) not in (t.JSONOID, t.JSONBOID):
            return found
        return found._replace(dump=ForEach(element, flat=True))  # a list is one value of JSON, not a dimension

    def from_text(self, oid: Oid) -> Conversion | None:
        """How the text of a value becomes the value."""
        return _LOADS if self.base(oid) in (t.JSONOID, t.JSONBOID) else super().from_text(oid)


def _modules(found: PyType) -> tuple[Import, ...]:
    """A range of numeric names its bound's module."""
    return tuple(Import("decimal") if one == Import("decimal", "Decimal") else one for one in found.imports)
