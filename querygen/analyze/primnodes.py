"""The expressions of the analysed tree: the structs of PostgreSQL's `primnodes.h`, under their own field names.

Frozen dataclasses; `Expr` is their closed union, so that a pass over expressions can be checked for completeness. They
are imported from `nodes.py`, which holds the rest of the tree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from querygen.analyze.nodes import Query, SortGroupClause
    from querygen.pg_catalog.rows import Oid


@dataclass(frozen=True, slots=True)
class Alias:
    aliasname: str
    colnames: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Var:
    varno: int
    varattno: int
    vartype: Oid
    vartypmod: int = -1
    varnullingrels: frozenset[int] = frozenset()
    varlevelsup: int = 0
    varreturningtype: enums.VarReturningType = enums.VarReturningType.VAR_RETURNING_DEFAULT
    varnosyn: int = 0
    varattnosyn: int = 0
    location: int = -1


@dataclass(frozen=True, slots=True)
class Const:
    """`value` is the literal as text (None for NULL); of an unknown literal that was coerced, the text it had."""

    consttype: Oid
    consttypmod: int
    value: str | None
    location: int = -1

    @property
    def constisnull(self) -> bool:
        return self.value is None


@dataclass(frozen=True, slots=True)
class Param:
    paramkind: enums.ParamKind
    paramid: int
    paramtype: Oid
    paramtypmod: int = -1
    location: int = -1


@dataclass(frozen=True, slots=True)
class Aggref:
    aggfnoid: Oid
    aggtype: Oid
    aggargtypes: tuple[Oid, ...] = ()
    aggdirectargs: tuple[Expr, ...] = ()
    args: tuple[TargetEntry, ...] = ()
    aggorder: tuple[SortGroupClause, ...] = ()
    aggdistinct: tuple[SortGroupClause, ...] = ()
    aggfilter: Expr | None = None
    aggstar: bool = False
    aggvariadic: bool = False
    aggkind: str = "n"
    agglevelsup: int = 0
    location: int = -1


@dataclass(frozen=True, slots=True)
class GroupingFunc:
    args: tuple[Expr, ...]
    refs: tuple[int, ...] = ()
    agglevelsup: int = 0
    location: int = -1


@dataclass(frozen=True, slots=True)
class WindowFunc:
    winfnoid: Oid
    wintype: Oid
    args: tuple[Expr, ...] = ()
    aggfilter: Expr | None = None
    winref: int = 0
    winstar: bool = False
    winagg: bool = False
    location: int = -1


@dataclass(frozen=True, slots=True)
class MergeSupportFunc:
    msftype: Oid
    location: int = -1


@dataclass(frozen=True, slots=True)
class SubscriptingRef:
    refcontainertype: Oid
    refelemtype: Oid
    refrestype: Oid
    reftypmod: int
    refupperindexpr: tuple[Expr | None, ...]
    reflowerindexpr: tuple[Expr | None, ...]  # empty: not a slice
    refexpr: Expr
    refassgnexpr: Expr | None = None


@dataclass(frozen=True, slots=True)
class FuncExpr:
    funcid: Oid
    funcresulttype: Oid
    funcretset: bool
    funcvariadic: bool
    funcformat: enums.CoercionForm
    args: tuple[Expr, ...]
    location: int = -1


@dataclass(frozen=True, slots=True)
class NamedArgExpr:
    arg: Expr
    name: str
    argnumber: int
    location: int = -1


@dataclass(frozen=True, slots=True)
class OpExpr:
    opno: Oid
    opfuncid: Oid  # 0 in the server's own printed tree: the planner fills it there
    opresulttype: Oid
    opretset: bool
    args: tuple[Expr, ...]
    location: int = -1


@dataclass(frozen=True, slots=True)
class DistinctExpr:
    """IS DISTINCT FROM; IS NOT DISTINCT FROM is a NOT around it."""

    opno: Oid
    opfuncid: Oid
    opresulttype: Oid
    opretset: bool
    args: tuple[Expr, ...]
    location: int = -1


@dataclass(frozen=True, slots=True)
class NullIfExpr:
    opno: Oid
    opfuncid: Oid
    opresulttype: Oid
    opretset: bool
    args: tuple[Expr, ...]
    location: int = -1


@dataclass(frozen=True, slots=True)
class ScalarArrayOpExpr:
    opno: Oid
    opfuncid: Oid
    useOr: bool
    args: tuple[Expr, ...]
    location: int = -1


@dataclass(frozen=True, slots=True)
class BoolExpr:
    boolop: enums.BoolExprType
    args: tuple[Expr, ...]
    location: int = -1


@dataclass(frozen=True, slots=True)
class SubLink:
    subLinkType: enums.SubLinkType
    subLinkId: int
    testexpr: Expr | None
    operName: tuple[str, ...]
    subselect: Query
    location: int = -1
    arraytype: Oid = 0  # of an ARRAY sublink its type: exprType asks the catalogue for it, expr_type has none


@dataclass(frozen=True, slots=True)
class FieldSelect:
    arg: Expr
    fieldnum: int
    resulttype: Oid
    resulttypmod: int = -1


@dataclass(frozen=True, slots=True)
class FieldStore:
    arg: Expr
    newvals: tuple[Expr, ...]
    fieldnums: tuple[int, ...]
    resulttype: Oid


@dataclass(frozen=True, slots=True)
class RelabelType:
    arg: Expr
    resulttype: Oid
    resulttypmod: int
    relabelformat: enums.CoercionForm
    location: int = -1


@dataclass(frozen=True, slots=True)
class CoerceViaIO:
    arg: Expr
    resulttype: Oid
    coerceformat: enums.CoercionForm
    location: int = -1


@dataclass(frozen=True, slots=True)
class ArrayCoerceExpr:
    arg: Expr
    elemexpr: Expr
    resulttype: Oid
    resulttypmod: int
    coerceformat: enums.CoercionForm
    location: int = -1


@dataclass(frozen=True, slots=True)
class ConvertRowtypeExpr:
    arg: Expr
    resulttype: Oid
    convertformat: enums.CoercionForm
    location: int = -1


@dataclass(frozen=True, slots=True)
class CollateExpr:
    arg: Expr
    collOid: Oid
    location: int = -1


@dataclass(frozen=True, slots=True)
class CaseWhen:
    expr: Expr
    result: Expr
    location: int = -1


@dataclass(frozen=True, slots=True)
class CaseExpr:
    casetype: Oid
    arg: Expr | None
    args: tuple[CaseWhen, ...]
    defresult: Expr | None
    location: int = -1


@dataclass(frozen=True, slots=True)
class CaseTestExpr:
    typeId: Oid
    typeMod: int = -1


@dataclass(frozen=True, slots=True)
class ArrayExpr:
    array_typeid: Oid
    element_typeid: Oid
    elements: tuple[Expr, ...]
    multidims: bool
    location: int = -1
    list_start: int = -1
    list_end: int = -1


@dataclass(frozen=True, slots=True)
class RowExpr:
    args: tuple[Expr, ...]
    row_typeid: Oid
    row_format: enums.CoercionForm
    colnames: tuple[str, ...] = ()
    location: int = -1


@dataclass(frozen=True, slots=True)
class RowCompareExpr:
    cmptype: enums.CompareType
    opnos: tuple[Oid, ...]
    opfamilies: tuple[Oid, ...]
    largs: tuple[Expr, ...]
    rargs: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class CoalesceExpr:
    coalescetype: Oid
    args: tuple[Expr, ...]
    location: int = -1


@dataclass(frozen=True, slots=True)
class MinMaxExpr:
    minmaxtype: Oid
    op: enums.MinMaxOp
    args: tuple[Expr, ...]
    location: int = -1


@dataclass(frozen=True, slots=True)
class SQLValueFunction:
    op: enums.SQLValueFunctionOp
    type: Oid
    typmod: int
    location: int = -1


@dataclass(frozen=True, slots=True)
class XmlExpr:
    op: enums.XmlExprOp
    name: str | None
    named_args: tuple[Expr, ...]
    arg_names: tuple[str, ...]
    args: tuple[Expr, ...]
    xmloption: enums.XmlOptionType
    indent: bool
    type: Oid
    typmod: int
    location: int = -1


@dataclass(frozen=True, slots=True)
class JsonFormat:
    format_type: enums.JsonFormatType
    encoding: enums.JsonEncoding
    location: int = -1


@dataclass(frozen=True, slots=True)
class JsonReturning:
    format: JsonFormat | None
    typid: Oid
    typmod: int


@dataclass(frozen=True, slots=True)
class JsonValueExpr:
    raw_expr: Expr
    formatted_expr: Expr | None
    format: JsonFormat


@dataclass(frozen=True, slots=True)
class JsonConstructorExpr:
    type: enums.JsonConstructorType
    args: tuple[Expr, ...]
    func: Expr | None
    coercion: Expr | None
    returning: JsonReturning
    absent_on_null: bool
    unique: bool
    location: int = -1


@dataclass(frozen=True, slots=True)
class JsonIsPredicate:
    expr: Expr
    format: JsonFormat | None
    item_type: enums.JsonValueType
    unique_keys: bool
    location: int = -1


@dataclass(frozen=True, slots=True)
class JsonBehavior:
    btype: enums.JsonBehaviorType
    expr: Expr | None
    coerce: bool = False
    location: int = -1


@dataclass(frozen=True, slots=True)
class JsonExpr:
    op: enums.JsonExprOp
    column_name: str | None
    formatted_expr: Expr
    format: JsonFormat | None
    path_spec: Expr
    returning: JsonReturning
    passing_names: tuple[str, ...]
    passing_values: tuple[Expr, ...]
    on_empty: JsonBehavior | None
    on_error: JsonBehavior | None
    use_io_coercion: bool
    use_json_coercion: bool
    wrapper: enums.JsonWrapper
    omit_quotes: bool
    location: int = -1


@dataclass(frozen=True, slots=True)
class NullTest:
    arg: Expr
    nulltesttype: enums.NullTestType
    argisrow: bool
    location: int = -1


@dataclass(frozen=True, slots=True)
class BooleanTest:
    arg: Expr
    booltesttype: enums.BoolTestType
    location: int = -1


@dataclass(frozen=True, slots=True)
class CoerceToDomain:
    arg: Expr
    resulttype: Oid
    resulttypmod: int
    coercionformat: enums.CoercionForm
    location: int = -1


@dataclass(frozen=True, slots=True)
class CoerceToDomainValue:
    typeId: Oid
    typeMod: int
    location: int = -1


@dataclass(frozen=True, slots=True)
class SetToDefault:
    typeId: Oid
    typeMod: int
    location: int = -1


@dataclass(frozen=True, slots=True)
class InferenceElem:
    expr: Expr
    infercollid: Oid = 0
    inferopclass: Oid = 0


Expr: TypeAlias = (
    Var
    | Const
    | Param
    | Aggref
    | GroupingFunc
    | WindowFunc
    | MergeSupportFunc
    | SubscriptingRef
    | FuncExpr
    | NamedArgExpr
    | OpExpr
    | DistinctExpr
    | NullIfExpr
    | ScalarArrayOpExpr
    | BoolExpr
    | SubLink
    | FieldSelect
    | FieldStore
    | RelabelType
    | CoerceViaIO
    | ArrayCoerceExpr
    | ConvertRowtypeExpr
    | CollateExpr
    | CaseExpr
    | CaseTestExpr
    | ArrayExpr
    | RowExpr
    | RowCompareExpr
    | CoalesceExpr
    | MinMaxExpr
    | SQLValueFunction
    | XmlExpr
    | JsonValueExpr
    | JsonConstructorExpr
    | JsonIsPredicate
    | JsonExpr
    | NullTest
    | BooleanTest
    | CoerceToDomain
    | CoerceToDomainValue
    | SetToDefault
    | InferenceElem
)


@dataclass(frozen=True, slots=True)
class TargetEntry:
    expr: Expr
    resno: int
    resname: str | None = None
    ressortgroupref: int = 0
    resorigtbl: Oid = 0
    resorigcol: int = 0
    resjunk: bool = False
