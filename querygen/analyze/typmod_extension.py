"""The typmod input and output functions of the types that extensions bring.

Takes the texts in a type's brackets, gives a typmod, and back to text. Source: the documentation of PostGIS, pgvector,
hll, orafce and pointcloud, and what their servers answer (no C file of PostgreSQL's).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from querygen.analyze.typmod import call_typmodin, char_out, int32, parenthesised
from querygen.diagnostics import PgError

if TYPE_CHECKING:
    from collections.abc import Callable


def _invalid(message: str) -> PgError:
    return PgError("22023", message)


# ---------------------------------------------------------------------------------------------- vector


def _dimensions(name: str, limit: int) -> Callable[[list[str]], int]:
    """What the extension vector calls for its three types."""

    def read(texts: list[str]) -> int:
        if len(texts) != 1:
            raise _invalid("invalid type modifier")
        dimensions = int32(texts[0])
        if dimensions < 1:
            raise _invalid(f"dimensions for type {name} must be at least 1")
        if dimensions > limit:
            raise _invalid(f"dimensions for type {name} cannot exceed {limit}")
        return dimensions

    return read


# ---------------------------------------------------------------------------------------------- postgis

# A spatial typmod has the SRID in bits 8 to 28, the kind of shape in bits 2 to 7, Z in bit 1 and M in bit 0.
_SHAPES = (
    "Geometry",
    "Point",
    "LineString",
    "Polygon",
    "MultiPoint",
    "MultiLineString",
    "MultiPolygon",
    "GeometryCollection",
    "CircularString",
    "CompoundCurve",
    "CurvePolygon",
    "MultiCurve",
    "MultiSurface",
    "PolyhedralSurface",
    "Triangle",
    "Tin",
)
_DIMENSIONS = ("", "M", "Z", "ZM")
_SHAPE_BITS = {
    (shape + letters).lower(): number << 2 | dimensions
    for number, shape in enumerate(_SHAPES)
    for dimensions, letters in enumerate(_DIMENSIONS)
}
_SRID_MAXIMUM = 999_999
_SRID_USER_MAXIMUM = 998_999
_WGS84 = 4326  # what geography means without a number


def _clamped(srid: int) -> int:
    """An SRID out of range becomes none, or one of those kept for such."""
    if srid > _SRID_MAXIMUM:
        return _SRID_USER_MAXIMUM + 1 + srid % (_SRID_MAXIMUM - _SRID_USER_MAXIMUM - 1)
    return max(srid, 0)


def _spatial(usual_srid: int) -> Callable[[list[str]], int]:
    def read(texts: list[str]) -> int:
        bits = _SHAPE_BITS.get(texts[0].strip(" ").lower())
        if bits is None:
            raise _invalid(f"Invalid geometry type modifier: {texts[0]}")
        # PG: geography refuses the numbers that spatial_ref_sys has as flat, which are rows and no catalogue
        srid = _clamped(int32(texts[1])) if len(texts) > 1 else 0
        return (srid or usual_srid) << 8 | bits

    return read


def _spatial_out(typmod: int) -> str:
    srid, shape, dimensions = typmod >> 8 & 0x1FFFFF, typmod >> 2 & 0x3F, typmod & 3
    if not typmod or shape >= len(_SHAPES):
        return ""
    return f"({_SHAPES[shape]}{_DIMENSIONS[dimensions]}{f',{srid}' if srid else ''})"


# ---------------------------------------------------------------------------------------------- hll

_HLL_USUAL = (11, 5, -1, 1)  # log2m, regwidth, expthresh, sparseon
_NO_THRESHOLD = 63
_LOG2M_MAXIMUM, _REGWIDTH_MAXIMUM, _EXPTHRESH_MAXIMUM = 17, 7, 16_383


def _hll(texts: list[str]) -> int:
    if len(texts) > len(_HLL_USUAL):
        raise _invalid("invalid number of type modifiers")
    given = [int32(text) for text in texts]
    log2m, regwidth, expthresh, sparseon = (*given, *_HLL_USUAL[len(given) :])
    if not 0 <= log2m <= _LOG2M_MAXIMUM:
        raise _invalid(f"log2m modifier must be between 0 and {_LOG2M_MAXIMUM}")
    if not 0 <= regwidth <= _REGWIDTH_MAXIMUM:
        raise _invalid(f"regwidth modifier must be between 0 and {_REGWIDTH_MAXIMUM}")
    if not -1 <= expthresh <= _EXPTHRESH_MAXIMUM:
        raise _invalid(f"expthresh modifier must be between -1 and {_EXPTHRESH_MAXIMUM}")
    if expthresh > 0 and expthresh & (expthresh - 1):
        raise _invalid("expthresh modifier must be power of 2")
    if sparseon not in (0, 1):
        raise _invalid("sparseon modifier must be 0 or 1")
    threshold = _NO_THRESHOLD if expthresh < 0 else expthresh.bit_length()
    return log2m << 10 | regwidth << 7 | threshold << 1 | sparseon


def _hll_out(typmod: int) -> str:
    threshold = typmod >> 1 & _NO_THRESHOLD
    expthresh = -1 if threshold == _NO_THRESHOLD else 1 << threshold >> 1
    return f"({typmod >> 10},{typmod >> 7 & 7},{expthresh},{typmod & 1})"


# ---------------------------------------------------------------------------------------------- orafce, pointcloud


def _like_varchar(texts: list[str]) -> int:
    return call_typmodin("varchartypmodin", texts) or -1


def _point_schema(texts: list[str]) -> int:
    if len(texts) != 1:
        raise PgError("2202E", "typmod array must have one element")
    return int32(texts[0])


def _point_schema_out(typmod: int) -> str:
    return parenthesised(typmod) if typmod else ""


# ---------------------------------------------------------------------------------------------- all of them

# typmodin function → how it reads, how the typmodout function beside it shows
_FUNCTIONS: dict[str, tuple[Callable[[list[str]], int], Callable[[int], str]]] = {
    "vector_typmod_in": (_dimensions("vector", 16000), parenthesised),
    "halfvec_typmod_in": (_dimensions("halfvec", 16000), parenthesised),
    "sparsevec_typmod_in": (_dimensions("sparsevec", 1_000_000_000), parenthesised),
    "geometry_typmod_in": (_spatial(0), _spatial_out),
    "geography_typmod_in": (_spatial(_WGS84), _spatial_out),
    "hll_typmod_in": (_hll, _hll_out),
    "varchar2typmodin": (_like_varchar, char_out),
    "nvarchar2typmodin": (_like_varchar, char_out),
    "pc_typmod_in": (_point_schema, _point_schema_out),
}


def call_extension_typmodin(function: str, texts: list[str]) -> int:
    """The typmod that a typmodin function of an extension makes of the modifiers in the parentheses."""
    known = _FUNCTIONS.get(function)
    if known is None:
        raise PgError("0A000", f"querygen does not yet analyse type modifiers read by {function}()")
    return known[0](texts)


def show_extension_typmod(function: str, typmod: int) -> str:
    """The modifiers in parentheses again, of a type whose typmodin function this is."""
    known = _FUNCTIONS.get(function)
    return parenthesised(typmod) if known is None else known[1](typmod)
