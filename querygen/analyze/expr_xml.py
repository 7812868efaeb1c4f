"""SQL/XML: XMLELEMENT, XMLFOREST, XMLPARSE … and XMLSERIALIZE.

Mirrors `parse_expr.c` (transformXmlExpr, transformXmlSerialize) and `xml.c`'s map_sql_identifier_to_xml_name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from querygen.analyze import coerce, expr, target_names, typename
from querygen.analyze.nodes import XmlExpr
from querygen.analyze.pgtypes import INT4OID, TEXTOID, XMLOID
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from querygen.analyze.nodes import Expr
    from querygen.analyze.state import ParseState

_Op: Final = enums.XmlExprOp

# The type that all arguments of a construct must have, and its name in messages.
_ARGUMENTS: Final = {
    _Op.IS_XMLCONCAT: (XMLOID, "XMLCONCAT"),
    _Op.IS_XMLFOREST: (XMLOID, "XMLFOREST"),
    _Op.IS_XMLPI: (TEXTOID, "XMLPI"),
    _Op.IS_DOCUMENT: (XMLOID, "IS DOCUMENT"),
}
_XMLROOT_ARGUMENTS: Final = (XMLOID, TEXTOID, INT4OID)


def transform_xml_expr(ps: ParseState, raw: ast.XmlExpr) -> XmlExpr:
    """parse_expr.c: transformXmlExpr"""
    named_args: list[Any] = []
    arg_names: list[str] = []
    for res in raw.named_args or ():
        named_args.append(expr.transform_expr_recurse(ps, res.val))
        location = expr.place(res.location)
        if res.name:
            name = map_sql_identifier_to_xml_name(res.name, fully_escaped=False)
        elif isinstance(res.val, ast.ColumnRef):
            name = map_sql_identifier_to_xml_name(target_names.figure_colname(res.val, ps), fully_escaped=True)
        else:
            what = "attribute" if raw.op == _Op.IS_XMLELEMENT else "element"
            raise PgError("42601", f"unnamed XML {what} value must be a column reference", location)
        if raw.op == _Op.IS_XMLELEMENT and name in arg_names:
            raise PgError("42601", f'XML attribute name "{name}" appears more than once', location)
        arg_names.append(name)
    args = tuple(
        _coerce_argument(ps, raw.op, number, expr.transform_expr_recurse(ps, arg))
        for number, arg in enumerate(raw.args or ())
    )
    return XmlExpr(
        op=raw.op,
        name=map_sql_identifier_to_xml_name(raw.name, fully_escaped=False) if raw.name else None,
        named_args=tuple(named_args),
        arg_names=tuple(arg_names),
        args=args,
        xmloption=raw.xmloption,
        indent=False,
        type=XMLOID,
        typmod=-1,
        location=expr.place(raw.location),
    )


def _coerce_argument(ps: ParseState, op: enums.XmlExprOp, number: int, arg: Expr) -> Expr:
    if (found := _ARGUMENTS.get(op)) is not None:
        return coerce.coerce_to_specific_type(ps, arg, found[0], found[1])
    match op:
        case _Op.IS_XMLPARSE:
            if number == 0:
                return coerce.coerce_to_specific_type(ps, arg, TEXTOID, "XMLPARSE")
            return coerce.coerce_to_boolean(ps, arg, "XMLPARSE")
        case _Op.IS_XMLROOT:
            return coerce.coerce_to_specific_type(ps, arg, _XMLROOT_ARGUMENTS[min(number, 2)], "XMLROOT")
        case _:
            return arg


def transform_xml_serialize(ps: ParseState, raw: ast.XmlSerialize) -> Expr:
    """parse_expr.c: transformXmlSerialize — to anything that text casts to implicitly."""
    value = expr.transform_expr_recurse(ps, raw.expr)
    arg = coerce.coerce_to_specific_type(ps, value, XMLOID, "XMLSERIALIZE")
    wanted, typmod = typename.typename_type_id_and_mod(ps, ps.catalog, raw.typeName)
    location = expr.place(raw.location)
    serialized = XmlExpr(
        op=_Op.IS_XMLSERIALIZE,
        name=None,
        named_args=(),
        arg_names=(),
        args=(arg,),
        xmloption=raw.xmloption,
        indent=bool(raw.indent),
        type=wanted,
        typmod=typmod,
        location=location,
    )
    implicit, cast = enums.CoercionContext.COERCION_IMPLICIT, enums.CoercionForm.COERCE_IMPLICIT_CAST
    result = coerce.coerce_to_target_type(ps, serialized, TEXTOID, wanted, typmod, implicit, cast, -1)
    if result is None:
        shown = typename.format_type(ps.catalog, wanted)
        raise PgError("42846", f"cannot cast XMLSERIALIZE result to {shown}", location)
    return result


def map_sql_identifier_to_xml_name(ident: str, *, fully_escaped: bool) -> str:
    """xml.c: map_sql_identifier_to_xml_name — _xHHHH_ for what XML does not allow in a name; periods are kept."""
    mapped: list[str] = []
    for place, character in enumerate(ident):
        colon = character == ":" and (place == 0 or fully_escaped)
        escape = character == "_" and ident[place + 1 : place + 2] == "x"
        xml_prefix = fully_escaped and place == 0 and ident[:3].lower() == "xml"
        if xml_prefix:
            mapped.append("_x0078_" if character == "x" else "_x0058_")
        elif colon:
            mapped.append("_x003A_")
        elif escape:
            mapped.append("_x005F_")
        elif _is_name_character(character, first=place == 0):
            mapped.append(character)
        else:
            mapped.append(f"_x{ord(character):04X}_")
    return "".join(mapped)


def _is_name_character(character: str, *, first: bool) -> bool:
    """xml.c: is_valid_xml_namefirst, is_valid_xml_namechar — libxml2's letters, digits and combining characters."""
    if character.isalpha() or character in "_:":
        return True
    return not first and (character.isalnum() or character in ".-·")
