"""CREATE DOMAIN and ALTER DOMAIN.

Takes raw statements and a `DdlState`, puts a row of pg_type and a `DomainType`. Mirrors `typecmds.c: DefineDomain` and
its ALTERs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from querygen.analyze.typename import format_type, lookup_collation, typename_type_id_and_mod
from querygen.catalog import ddl_drop, ddl_expr, ddl_names, ddl_text, ddl_type
from querygen.catalog.ddl_depend import Address
from querygen.catalog.ddl_names import where
from querygen.catalog.objects import Constraint, DomainType
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from querygen.catalog.ddl_state import DdlState
    from querygen.pg_catalog.rows import Oid, PgType

_NO_DOMAIN_CONSTRAINT = {
    enums.ConstrType.CONSTR_UNIQUE: "unique constraints not possible for domains",
    enums.ConstrType.CONSTR_PRIMARY: "primary key constraints not possible for domains",
    enums.ConstrType.CONSTR_EXCLUSION: "exclusion constraints not possible for domains",
    enums.ConstrType.CONSTR_FOREIGN: "foreign key constraints not possible for domains",
}


def create_domain(state: DdlState, stmt: ast.CreateDomainStmt) -> None:
    """DefineDomain"""
    catalog = state.catalog
    namespace, name = ddl_names.creation_namespace(state, stmt.domainname)
    if (old := ddl_names.type_in(state, name, namespace)) is not None and not ddl_type.move_array_type(state, old):
        raise PgError("42710", f'type "{name}" already exists')
    base_oid, typmod = typename_type_id_and_mod(None, catalog, stmt.typeName)
    base = catalog.type(base_oid)
    if base.typtype not in "bcderm":
        raise PgError("42804", f'"{base.typname}" is not a valid base type for a domain', where(stmt.typeName))
    ddl_type.check_attribute_type(state, name, base_oid, where(stmt.typeName))
    typcollation = base.typcollation
    if ddl_type.collation_of(state, stmt.collClause) is not None:
        if not typcollation:
            shown = format_type(catalog, base_oid)
            raise PgError("42804", f"collations are not supported by type {shown}", where(stmt.typeName))
        typcollation = lookup_collation(catalog, stmt.collClause.collname, where(stmt.collClause))
    row = replace(
        ddl_type.base_row(catalog.new_oid(), name, namespace),
        typlen=base.typlen,
        typtype="d",
        typcategory=base.typcategory,
        typdelim=base.typdelim,
        typelem=base.typelem if base.typsubscript == "-" else 0,
        typinput="domain_in",
        typbasetype=base_oid,
        typtypmod=typmod,
        typcollation=typcollation,
    )
    default_sql = default_expr = None
    null_seen: bool | None = None
    for constraint in stmt.constraints or ():
        match constraint.contype:
            case enums.ConstrType.CONSTR_DEFAULT:
                if default_sql is not None:
                    raise PgError("42601", "multiple default expressions", where(constraint))
                default_sql = ddl_text.column_default(state.text, state.offset(constraint.location))
                default_expr = constraint.raw_expr
                ddl_expr.check_domain_default(state, row, default_expr)
            case enums.ConstrType.CONSTR_NOTNULL | enums.ConstrType.CONSTR_NULL:
                not_null = constraint.contype == enums.ConstrType.CONSTR_NOTNULL
                if null_seen not in (None, not_null):
                    raise PgError("42601", "conflicting NULL/NOT NULL constraints", where(constraint))
                null_seen = not_null
            case enums.ConstrType.CONSTR_CHECK:
                if constraint.is_no_inherit:
                    raise PgError(
                        "42P16", "check constraints for domains cannot be marked NO INHERIT", where(constraint)
                    )
            case other if other in _NO_DOMAIN_CONSTRAINT:
                raise PgError("42601", _NO_DOMAIN_CONSTRAINT[other], where(constraint))
            case _:
                raise PgError(
                    "0A000", "specifying constraint deferrability not supported for domains", where(constraint)
                )
    row = ddl_type.define_type(state, replace(row, typnotnull=bool(null_seen)))
    catalog.put_domain(DomainType(row.oid, default_sql=default_sql, default_expr=default_expr))
    for constraint in stmt.constraints or ():
        if constraint.contype in (enums.ConstrType.CONSTR_CHECK, enums.ConstrType.CONSTR_NOTNULL):
            _add_constraint(state, row, constraint)


def _domain(state: DdlState, oid: Oid) -> DomainType:
    """The part of a domain that its row of pg_type does not hold; an extension's domain has none yet."""
    return state.catalog.domain(oid) or DomainType(oid)


def _add_constraint(state: DdlState, row: PgType, node: ast.Constraint) -> None:
    """domainAddCheckConstraint, domainAddNotNullConstraint"""
    domain = _domain(state, row.oid)
    kind = "c" if node.contype == enums.ConstrType.CONSTR_CHECK else "n"
    if kind == "c":
        ddl_expr.check_domain_constraint(state, row, node.raw_expr)
    if node.conname:
        if any(one.name == node.conname for one in domain.checks):
            raise PgError("42710", f'constraint "{node.conname}" for domain "{row.typname}" already exists')
        name = node.conname
    else:
        label = "check" if kind == "c" else "not_null"
        name = ddl_names.choose_constraint_name(state, row.typname, None, label, row.typnamespace)
    constraint = Constraint(
        name,
        kind,
        expression=node.raw_expr,
        expression_sql=ddl_text.parenthesised(state.text, state.offset(node.location)) if kind == "c" else None,
        validated=not node.skip_validation,
        span=state.span(node.location),
    )
    state.catalog.put_domain(replace(domain, checks=(*domain.checks, constraint)))


def alter_domain(state: DdlState, stmt: ast.AlterDomainStmt) -> None:
    """AlterDomainDefault, AlterDomainNotNull, AlterDomainAddConstraint, AlterDomainDropConstraint, …Validate…"""
    row = find_domain(state, stmt.typeName)
    domain = _domain(state, row.oid)
    catalog = state.catalog
    match stmt.subtype:
        case "T":
            text = None
            if stmt.def_ is not None:
                ddl_expr.check_domain_default(state, row, stmt.def_)
            if stmt.def_ is not None and state.raw is not None:
                text = ddl_text.expression(state.text, stmt.def_, state.raw.shift, state.raw.end)
            catalog.put_domain(replace(domain, default_sql=text, default_expr=stmt.def_))
        case "O":
            if not row.typnotnull:
                catalog.put_type(replace(row, typnotnull=True))
                _add_constraint(state, row, ast.Constraint(contype=enums.ConstrType.CONSTR_NOTNULL))
        case "N":
            _drop_not_null(state, row)
        case "C":
            match stmt.def_.contype:
                case enums.ConstrType.CONSTR_NOTNULL:
                    if not row.typnotnull:
                        catalog.put_type(replace(row, typnotnull=True))
                        _add_constraint(state, row, stmt.def_)
                case enums.ConstrType.CONSTR_CHECK:
                    _add_constraint(state, row, stmt.def_)
                case other:
                    message = _NO_DOMAIN_CONSTRAINT.get(
                        other, "specifying constraint deferrability not supported for domains"
                    )
                    raise PgError("42601", message, where(stmt.def_))
        case "X":
            found = next((one for one in domain.checks if one.name == stmt.name), None)
            if found is None:
                if not stmt.missing_ok:
                    raise PgError("42704", f'constraint "{stmt.name}" of domain "{row.typname}" does not exist')
            elif found.kind == "n":
                _drop_not_null(state, row)
            else:
                ddl_drop.drop_domain_constraint(state, row.oid, stmt.name)
        case "V":
            if all(one.name != stmt.name for one in domain.checks):
                raise PgError("42704", f'constraint "{stmt.name}" of domain "{row.typname}" does not exist')
            checks = tuple(replace(one, validated=True) if one.name == stmt.name else one for one in domain.checks)
            catalog.put_domain(replace(domain, checks=checks))


def _drop_not_null(state: DdlState, row: PgType) -> None:
    domain = _domain(state, row.oid)
    state.catalog.put_type(replace(row, typnotnull=False))
    state.catalog.put_domain(replace(domain, checks=tuple(one for one in domain.checks if one.kind != "n")))


def find_domain(state: DdlState, names: tuple[Any, ...]) -> PgType:
    """checkDomainOwner: the domain, or why it is none."""
    row = ddl_type.find_type(state, names)
    if row.typtype != "d":
        raise PgError("42809", f"{row.typname} is not a domain")
    return row


def rename_constraint(state: DdlState, names: tuple[Any, ...], old: str, new: str) -> None:
    """ALTER DOMAIN … RENAME CONSTRAINT"""
    row = find_domain(state, names)
    domain = _domain(state, row.oid)
    if all(one.name != old for one in domain.checks):
        raise PgError("42704", f'constraint "{old}" for domain {row.typname} does not exist')
    if any(one.name == new for one in domain.checks):
        raise PgError("42710", f'constraint "{new}" for domain {row.typname} already exists')
    checks = tuple(replace(one, name=new) if one.name == old else one for one in domain.checks)
    state.catalog.put_domain(replace(domain, checks=checks))
    state.depend.rename(Address("constraint", row.oid, old), Address("constraint", row.oid, new))


def comment_on_constraint(state: DdlState, names: tuple[Any, ...], name: str, comment: str | None) -> None:
    """COMMENT ON CONSTRAINT … ON DOMAIN …"""
    row = find_domain(state, names)
    domain = _domain(state, row.oid)
    if all(one.name != name for one in domain.checks):
        raise PgError("42704", f'constraint "{name}" for domain {row.typname} does not exist')
    checks = tuple(replace(one, comment=comment) if one.name == name else one for one in domain.checks)
    state.catalog.put_domain(replace(domain, checks=checks))
