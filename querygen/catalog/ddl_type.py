"""CREATE TYPE and ALTER TYPE: enums, composites, ranges, base types, and the array type that comes with each.

Takes raw statements and a `DdlState`, puts rows of pg_type. Mirrors `typecmds.c` and `pg_type.c`; domains are in
`ddl_domain.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from querygen.analyze import typename
from querygen.analyze.pgtypes import CSTRINGOID, TEXTOID
from querygen.analyze.typename import (
    deconstruct_qualified_name,
    typename_type_id,
    typename_type_id_and_mod,
)
from querygen.catalog import ddl_expr, ddl_function, ddl_label, ddl_names
from querygen.catalog.catalog import FIRST_USER_OID
from querygen.catalog.ddl_depend import INTERNAL, NORMAL, Address
from querygen.catalog.ddl_names import where
from querygen.catalog.objects import Column, EnumType, Relation
from querygen.diagnostics import PgError
from querygen.pg_catalog.rows import PgCast, PgProc, PgRange, PgType
from querygen.sql.nodes import ast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from querygen.catalog.ddl_state import DdlState
    from querygen.pg_catalog.rows import Oid

_SHELL = "shell_in"


def base_row(
    oid: Oid,
    name: str,
    namespace: Oid,
    *,
    typtype: str = "b",
    typcategory: str = "U",
    typlen: int = -1,
    typinput: str = "-",
    typrelid: Oid = 0,
) -> PgType:
    """A row of pg_type with the values that most kinds of types share."""
    return PgType(
        oid=oid,
        typname=name,
        typnamespace=namespace,
        typlen=typlen,
        typtype=typtype,
        typcategory=typcategory,
        typispreferred=False,
        typdelim=",",
        typrelid=typrelid,
        typsubscript="-",
        typelem=0,
        typarray=0,
        typinput=typinput,
        typmodin="-",
        typnotnull=False,
        typbasetype=0,
        typtypmod=-1,
        typcollation=0,
    )


def is_shell(row: PgType) -> bool:
    """Not typisdefined: a name that CREATE TYPE has reserved."""
    return row.typinput == _SHELL


def move_array_type(state: DdlState, oid: Oid) -> bool:
    """moveArrayTypeName: give way to a new type if the one of this name was made for an array. False: it stays."""
    catalog = state.catalog
    row = catalog.type(oid)
    if is_shell(row):
        return True
    if not row.typelem or row.typsubscript != "array_subscript_handler":
        return False
    element = catalog.find_type(row.typelem)
    if element is None or element.typarray != oid:
        return False
    # PG: the new name is chosen for the array's present name
    catalog.put_type(replace(row, typname=ddl_names.make_array_type_name(state, row.typname, row.typnamespace)))
    return True


def check_free(state: DdlState, name: str, namespace: Oid, hint: str | None = None) -> PgType | None:
    """42710 unless the name is free, can be made free, or is a shell, which is given back."""
    oid = ddl_names.type_in(state, name, namespace)
    if oid is None:
        return None
    row = state.catalog.type(oid)
    if is_shell(row):
        return row
    if not move_array_type(state, oid):
        raise PgError("42710", f'type "{name}" already exists', hint=hint)
    return None


def define_type(state: DdlState, row: PgType, owner: Address | None = None) -> PgType:
    """TypeCreate for a type and for its array type; `owner` is what both belong to, else their schema is."""
    catalog = state.catalog
    array_name = ddl_names.make_array_type_name(state, row.typname, row.typnamespace)
    array_oid = catalog.new_oid()
    row = replace(row, typarray=array_oid)
    catalog.put_type(row)
    catalog.put_type(
        replace(
            base_row(array_oid, array_name, row.typnamespace),
            typcategory="A",
            typdelim=row.typdelim,
            typsubscript="array_subscript_handler",
            typelem=row.oid,
            typinput="array_in",
            typmodin=row.typmodin,
            typcollation=row.typcollation,
        )
    )
    me = Address("type", row.oid)
    state.depend.record(Address("type", array_oid), me, INTERNAL)
    if owner is not None:
        state.depend.record(me, owner, INTERNAL)
    else:
        state.depend.record(me, Address("schema", row.typnamespace))
    if row.typbasetype:
        state.depend.record(me, Address("type", row.typbasetype))
    return row


def move_type(state: DdlState, oid: Oid, *, name: str | None = None, namespace: Oid | None = None) -> None:
    """RenameTypeInternal, AlterTypeNamespaceInternal: the array type goes along."""
    catalog = state.catalog
    row = catalog.type(oid)
    new_name = row.typname if name is None else name
    new_namespace = row.typnamespace if namespace is None else namespace
    other = ddl_names.type_in(state, new_name, new_namespace)
    if other is not None and other != oid:
        if other != row.typarray and not move_array_type(state, other):
            where_in = f' in schema "{catalog.namespace_name(new_namespace)}"' if namespace is not None else ""
            raise PgError("42710", f'type "{new_name}" already exists{where_in}')
        if other == row.typarray:
            move_array_type(state, other)
    catalog.put_type(replace(catalog.type(oid), typname=new_name, typnamespace=new_namespace))
    if row.typarray:
        array = catalog.type(row.typarray)
        if name is not None:
            array_name = ddl_names.make_array_type_name(state, new_name, new_namespace)
        else:
            array_name = array.typname
        catalog.put_type(replace(array, typname=array_name, typnamespace=new_namespace))
    if namespace is not None:
        move_dependency_on_schema(state, Address("type", oid), row.typnamespace, new_namespace)


def move_dependency_on_schema(state: DdlState, thing: Address, old: Oid, new: Oid) -> None:
    """changeDependencyFor an object's schema."""
    if any(target == Address("schema", old) for target, _kind in state.depend.references(thing)):
        state.depend.forget(thing, only="schema")
        state.depend.record(thing, Address("schema", new))


# ---------------------------------------------------------------------------------------------- enums


def create_enum(state: DdlState, stmt: ast.CreateEnumStmt) -> None:
    """DefineEnum"""
    namespace, name = ddl_names.creation_namespace(state, stmt.typeName)
    shell = check_free(state, name, namespace)
    labels = tuple(value.sval for value in stmt.vals or ())
    for place, label in enumerate(labels):
        _check_label(label)
        if label in labels[:place]:
            message = 'duplicate key value violates unique constraint "pg_enum_typid_label_index"'
            raise PgError("23505", message, hint=f"Remove the second '{label}'.")
    oid = shell.oid if shell else state.catalog.new_oid()
    row = base_row(oid, name, namespace, typlen=4, typtype="e", typcategory="E", typinput="enum_in")
    define_type(state, row)
    state.catalog.put_enum(EnumType(oid, labels))


def _check_label(label: str) -> None:
    if len(label.encode()) >= ddl_names.NAMEDATALEN:
        raise PgError("42602", f'invalid enum label "{label}"', detail="Labels must be 63 bytes or less.")


def find_type(state: DdlState, names: Sequence[Any], location: int = -1) -> PgType:
    """typenameType(makeTypeNameFromNameList(names))"""
    type_name = ast.TypeName(names=tuple(names), typemod=-1, location=location)
    return state.catalog.type(typename_type_id(None, state.catalog, type_name))


def alter_enum(state: DdlState, stmt: ast.AlterEnumStmt) -> None:
    """AlterEnum: ADD VALUE, RENAME VALUE"""
    row = find_type(state, stmt.typeName)
    enum = state.catalog.enum(row.oid)
    if enum is None:
        raise PgError("42809", f"{row.typname} is not an enum")
    labels = [*enum.labels]
    if stmt.oldVal is not None:
        if stmt.oldVal not in labels:
            raise PgError("22023", f'"{stmt.oldVal}" is not an existing enum label')
        if stmt.newVal in labels:
            raise PgError("42710", f'enum label "{stmt.newVal}" already exists')
        labels[labels.index(stmt.oldVal)] = stmt.newVal
    else:
        _check_label(stmt.newVal)
        if stmt.newVal in labels:
            if stmt.skipIfNewValExists:
                return
            raise PgError("42710", f'enum label "{stmt.newVal}" already exists')
        place = len(labels)
        if stmt.newValNeighbor is not None:
            if stmt.newValNeighbor not in labels:
                raise PgError("22023", f'"{stmt.newValNeighbor}" is not an existing enum label')
            place = labels.index(stmt.newValNeighbor) + (1 if stmt.newValIsAfter else 0)
        labels.insert(place, stmt.newVal)
    state.catalog.put_enum(replace(enum, labels=tuple(labels)))
    if stmt.oldVal is not None:
        ddl_label.rename_label(state, row.oid, stmt.oldVal, stmt.newVal)


# ---------------------------------------------------------------------------------------------- composite types


def create_composite(state: DdlState, stmt: ast.CompositeTypeStmt) -> None:
    """DefineCompositeType"""
    node = stmt.typevar
    namespace = ddl_names.relation_creation_namespace(state, node)
    catalog = state.catalog
    if ddl_names.relation_in(state, node.relname, namespace) is not None:
        raise PgError("42P07", f'relation "{node.relname}" already exists', where(node))
    shell = check_free(state, node.relname, namespace)
    columns: list[Column] = []
    for element in stmt.coldeflist or ():
        if any(column.name == element.colname for column in columns):
            raise PgError("42701", f'column "{element.colname}" specified more than once', where(element))
        columns.append(attribute(state, element, len(columns) + 1))
    oid = catalog.new_oid()
    type_oid = shell.oid if shell else catalog.new_oid()
    relation = Relation(
        oid, node.relname, namespace, "c", tuple(columns), reltype=type_oid, span=state.span(where(node))
    )
    catalog.put_relation(relation)
    row = define_type(state, row_type(relation))
    state.depend.record(Address("relation", oid), Address("type", row.oid), INTERNAL)
    record_column_types(state, relation)


def attribute(state: DdlState, element: ast.ColumnDef, attnum: int) -> Column:
    """BuildDescForRelation, for one attribute of a composite type."""
    type_oid, typmod = typename_type_id_and_mod(None, state.catalog, element.typeName)
    if element.typeName.setof:
        raise PgError("42P16", f'column "{element.colname}" cannot be declared SETOF', where(element))
    check_attribute_type(state, element.colname, type_oid, where(element.typeName))
    return Column(
        element.colname,
        attnum,
        type_oid,
        typmod,
        collation=collation_of(state, element.collClause),
        attcollation=typename.get_column_def_collation(state.catalog, element, type_oid),
        dimensions=len(element.typeName.arrayBounds or ()),
        span=state.span(where(element), len(element.colname)),
    )


def collation_of(state: DdlState, clause: ast.CollateClause | None) -> str | None:
    """The name that COLLATE gives, which must be a collation's."""
    if clause is None:
        return None
    state.catalog.has_collations = True
    typename.lookup_collation(state.catalog, clause.collname, where(clause))
    schema, name = deconstruct_qualified_name(clause.collname)
    return name if schema is None else f"{schema}.{name}"


def check_attribute_type(state: DdlState, name: str, type_oid: Oid, location: int, inside: Oid = 0) -> None:
    """CheckAttributeType, as far as a wrong type can be written down."""
    row = state.catalog.type(type_oid)
    if is_shell(row):
        raise PgError("42704", f'type "{row.typname}" is only a shell', location)
    if row.typtype == "p":
        raise PgError("42P16", f'column "{name}" has pseudo-type {row.typname}', location)
    if inside:
        check_not_inside(state, type_oid, inside)


def check_not_inside(state: DdlState, type_oid: Oid, inside: Oid) -> None:
    """CheckAttributeType's recursion: a row type does not hold values of itself."""
    row = state.catalog.type(type_oid)
    if type_oid == inside:
        raise PgError("42P16", f"composite type {row.typname} cannot be made a member of itself")
    if row.typtype == "d":
        check_not_inside(state, row.typbasetype, inside)
    elif row.typtype == "r" and (range_ := state.catalog.range(type_oid)) is not None:
        check_not_inside(state, range_.rngsubtype, inside)
    elif row.typrelid and type_oid >= FIRST_USER_OID:
        for column in state.catalog.relation(row.typrelid).live_columns:
            check_not_inside(state, column.type_oid, inside)
    elif row.typelem and row.typsubscript == "array_subscript_handler":
        check_not_inside(state, row.typelem, inside)


def row_type(relation: Relation) -> PgType:
    """The row type of a relation (heap_create_with_catalog's AddNewRelationType)."""
    return base_row(
        relation.reltype,
        relation.name,
        relation.namespace,
        typtype="c",
        typcategory="C",
        typrelid=relation.oid,
        typinput="record_in",
    )


def record_column_types(state: DdlState, relation: Relation) -> None:
    """The columns' dependencies on their types."""
    for column in relation.columns:
        if not column.dropped:
            me = Address("relation", relation.oid, column.attnum)
            state.depend.record(me, Address("type", column.type_oid))


# ---------------------------------------------------------------------------------------------- ranges


def create_range(state: DdlState, stmt: ast.CreateRangeStmt) -> None:
    """DefineRange: the range, its multirange, their arrays, constructors and casts."""
    catalog = state.catalog
    namespace, name = ddl_names.creation_namespace(state, stmt.typeName)
    shell = check_free(state, name, namespace)
    subtype = 0
    multirange: tuple[Oid, str] | None = None
    for option in stmt.params or ():
        match option.defname:
            case "subtype":
                subtype = typename_type_id(None, catalog, option.arg)
            case "multirange_type_name":
                multirange = ddl_names.creation_namespace(state, _names_of(option.arg))
    if not subtype:
        raise PgError("42601", 'type attribute "subtype" is required')
    row = catalog.type(subtype)
    if row.typtype == "p":
        raise PgError("42804", f"range subtype cannot be {row.typname}")
    if not any(option.defname == "subtype_opclass" for option in stmt.params):
        ddl_expr.check_opclass(catalog, subtype, "btree")
    oid = shell.oid if shell else catalog.new_oid()
    range_row = base_row(oid, name, namespace, typtype="r", typcategory="R", typinput="range_in")
    if multirange is not None:
        multi_namespace, multi_name = multirange
        if ddl_names.type_in(state, multi_name, multi_namespace) is not None:
            check_free(state, multi_name, multi_namespace)
    range_row = define_type(state, range_row)
    if multirange is None:
        multi_namespace = namespace
        multi_name = make_multirange_name(name)
        other = ddl_names.type_in(state, multi_name, namespace)
        if other is not None and not move_array_type(state, other):
            raise PgError(
                "42710",
                f'type "{multi_name}" already exists',
                detail=f'Failed while creating a multirange type for type "{name}".',
                hint='You can manually specify a multirange type name using the "multirange_type_name" attribute.',
            )
    multi_oid = catalog.new_oid()
    me = Address("type", oid)
    state.depend.record(me, Address("type", subtype))
    multi_row = define_type(
        state,
        replace(
            base_row(multi_oid, multi_name, multi_namespace), typtype="m", typcategory="R", typinput="multirange_in"
        ),
        me,
    )
    catalog.put_range(PgRange(oid, subtype, multi_oid))
    _make_constructors(state, range_row, multi_row, subtype)


def make_multirange_name(name: str) -> str:
    """makeMultirangeTypeName: the first "range" of the name becomes "multirange", or "_multirange" is added."""
    at = name.find("range")
    if at >= 0:
        return ddl_names.clip(f"{name[:at]}multi{name[at:]}", ddl_names.NAMEDATALEN - 1)
    return ddl_names.clip(name, ddl_names.NAMEDATALEN - 12) + "_multirange"


def _make_constructors(state: DdlState, range_row: PgType, multi_row: PgType, subtype: Oid) -> None:
    """makeRangeConstructors, makeMultirangeConstructors"""
    owner = Address("type", range_row.oid)
    name, namespace, oid = range_row.typname, range_row.typnamespace, range_row.oid

    def make(proname: str, schema: Oid, result: Oid, arguments: tuple[Oid, ...], variadic: Oid = 0) -> Oid:
        proc = PgProc(
            oid=state.catalog.new_oid(),
            proname=proname,
            pronamespace=schema,
            provariadic=variadic,
            prokind="f",
            proisstrict=result == multi_row.oid,
            proretset=False,
            provolatile="i",
            pronargdefaults=0,
            prorettype=result,
            proargtypes=arguments,
            proallargtypes=arguments if variadic else None,
            proargmodes="v" if variadic else None,
            proargnames=None,
        )
        state.catalog.put_proc(proc)
        state.depend.record(Address("proc", proc.oid), owner, INTERNAL)
        return proc.oid

    make(name, namespace, oid, (subtype, subtype))
    make(name, namespace, oid, (subtype, subtype, TEXTOID))
    multi = multi_row.oid
    make(multi_row.typname, multi_row.typnamespace, multi, ())
    cast = make(multi_row.typname, multi_row.typnamespace, multi, (oid,))
    make(multi_row.typname, multi_row.typnamespace, multi, (range_row.typarray,), oid)
    state.catalog.put_cast(PgCast(oid, multi, cast, "e", "f"))
    state.depend.record(Address("cast", oid, multi), Address("proc", cast), INTERNAL)


# ---------------------------------------------------------------------------------------------- base types


def _names_of(argument: Any) -> tuple[Any, ...]:
    """defGetQualifiedName"""
    match argument:
        case ast.TypeName():
            return tuple(argument.names)
        case ast.String():
            return (argument,)
        case tuple():
            return argument
    raise PgError("42601", "argument of a type's attribute must be a name")


def make_shell(state: DdlState, name: str, namespace: Oid) -> PgType:
    """TypeShellMake"""
    row = replace(
        base_row(state.catalog.new_oid(), name, namespace), typlen=4, typtype="p", typcategory="P", typinput=_SHELL
    )
    state.catalog.put_type(row)
    state.depend.record(Address("type", row.oid), Address("schema", namespace))
    return row


def create_base_type(state: DdlState, stmt: ast.DefineStmt) -> None:
    """DefineType"""
    catalog = state.catalog
    namespace, name = ddl_names.creation_namespace(state, stmt.defnames)
    shell = check_free(state, name, namespace)
    if not stmt.definition:
        if shell is not None:
            raise PgError("42710", f'type "{name}" already exists')
        make_shell(state, name, namespace)
        return
    if shell is None:
        raise PgError(
            "42704",
            f'type "{name}" does not exist',
            hint="Create the type as a shell type, then create its I/O functions, then do a full CREATE TYPE.",
        )
    options: dict[str, Any] = {option.defname.lower(): option for option in stmt.definition}
    row = base_row(shell.oid, name, namespace)
    if (like := options.get("like")) is not None:
        row = replace(row, typlen=catalog.type(typename_type_id(None, catalog, like.arg)).typlen)
    for required in ("input", "output"):
        if required not in options:
            raise PgError("42P17", f"type {required} function must be specified")
    for key, option in options.items():
        match key:
            case "internallength":
                variable = isinstance(option.arg, (ast.TypeName, ast.String))
                row = replace(row, typlen=-1 if variable else option.arg.ival)
            case "category":
                row = replace(row, typcategory=_text_of(option.arg)[:1])
            case "preferred":
                row = replace(row, typispreferred=_is_true(option.arg))
            case "delimiter":
                row = replace(row, typdelim=_text_of(option.arg)[:1])
            case "element":
                row = replace(
                    row,
                    typelem=typename_type_id(None, catalog, option.arg),
                    typsubscript="array_subscript_handler" if "subscript" not in options else row.typsubscript,
                )
            case "subscript":
                row = replace(row, typsubscript=_text_of(option.arg))
            case "typmod_in":
                row = replace(row, typmodin=_text_of(option.arg))
            case "collatable":
                row = replace(row, typcollation=100 if _is_true(option.arg) else 0)
            case "input":
                row = replace(row, typinput=_text_of(option.arg))
    if row.typelem and "subscript" not in options:
        row = replace(row, typsubscript="raw_array_subscript_handler" if row.typlen > 0 else "-")
    define_type(state, row)
    for key, arguments in (("input", (CSTRINGOID,)), ("output", (row.oid,))):
        found = ddl_function.find_exact(state, _names_of(options[key].arg), arguments)
        if found is not None:
            state.depend.record(Address("type", row.oid), Address("proc", found.oid), NORMAL)


def _text_of(argument: Any) -> str:
    """defGetString"""
    match argument:
        case ast.String():
            return str(argument.sval)
        case ast.TypeName():
            return str(argument.names[-1].sval)
        case ast.Boolean():
            return "true" if argument.boolval else "false"
        case ast.Integer():
            return str(argument.ival or 0)
        case ast.Float():
            return str(argument.fval)
        case tuple():
            return str(argument[-1].sval)
    return ""


def _is_true(argument: Any) -> bool:
    """defGetBoolean"""
    return argument is None or _text_of(argument).lower() in ("true", "on", "1")


def alter_base_type(state: DdlState, stmt: ast.AlterTypeStmt) -> None:
    """AlterType: of what it can change, the typmod input function and the subscripting."""
    row = find_type(state, stmt.typeName)
    if row.typtype != "b":
        raise PgError("42809", f"{row.typname} is not a base type")
    for option in stmt.options or ():
        match option.defname.lower():
            case "typmod_in":
                row = replace(row, typmodin=_text_of(option.arg) if option.arg is not None else "-")
            case "subscript":
                row = replace(row, typsubscript=_text_of(option.arg) if option.arg is not None else "-")
    state.catalog.put_type(row)
