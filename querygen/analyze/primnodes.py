"""The expressions of the analysed tree: the structs of PostgreSQL's `primnodes.h`, under their own field names.

Frozen structs; `Expr` is their closed union, so that a pass over expressions can be checked for completeness. They
are imported from `nodes.py`, which holds the rest of the tree. Only `collate.py` writes into one that is made: the
collations, which C puts into finished trees too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from querygen.analyze.nodes import Query, SortGroupClause
    from querygen.pg_catalog.rows import Oid


class Alias(Struct, frozen=True):
    aliasname: str
    colnames: tuple[str, ...] = ()


class Var(Struct, frozen=True):
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
    varcollid: Oid = 0


class Const(Struct, frozen=True):
    """`value` is the literal as text (None for NULL); of an unknown literal that was coerced, the text it had."""

    consttype: Oid
    consttypmod: int
    value: str | None
    location: int = -1
    constcollid: Oid = 0

    @property
    def constisnull(self) -> bool:
        return self.value is None


class Param(Struct, frozen=True):
    paramkind: enums.ParamKind
    paramid: int
    paramtype: Oid
    paramtypmod: int = -1
    location: int = -1
    paramcollid: Oid = 0


class Aggref(Struct, frozen=True):
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
    aggcollid: Oid = 0
    inputcollid: Oid = 0


class GroupingFunc(Struct, frozen=True):
    args: tuple[Expr, ...]
    refs: tuple[int, ...] = ()
    agglevelsup: int = 0
    location: int = -1


class WindowFunc(Struct, frozen=True):
    winfnoid: Oid
    wintype: Oid
    args: tuple[Expr, ...] = ()
    aggfilter: Expr | None = None
    winref: int = 0
    winstar: bool = False
    winagg: bool = False
    location: int = -1
    wincollid: Oid = 0
    inputcollid: Oid = 0


class MergeSupportFunc(Struct, frozen=True):
    msftype: Oid
    location: int = -1
    msfcollid: Oid = 0


class SubscriptingRef(Struct, frozen=True):
    refcontainertype: Oid
    refelemtype: Oid
    refrestype: Oid
    reftypmod: int
    refupperindexpr: tuple[Expr | None, ...]
    reflowerindexpr: tuple[Expr | None, ...]  # empty: not a slice
    refexpr: Expr
    refassgnexpr: Expr | None = None
    refcollid: Oid = 0


class FuncExpr(Struct, frozen=True):
    funcid: Oid
    funcresulttype: Oid
    funcretset: bool
    funcvariadic: bool
    funcformat: enums.CoercionForm
    args: tuple[Expr, ...]
    location: int = -1
    funccollid: Oid = 0
    inputcollid: Oid = 0


class NamedArgExpr(Struct, frozen=True):
    arg: Expr
    name: str
    argnumber: int
    location: int = -1


class OpExpr(Struct, frozen=True):
    opno: Oid
    opfuncid: Oid  # 0 in the server's own printed tree: the planner fills it there
    opresulttype: Oid
    opretset: bool
    args: tuple[Expr, ...]
    location: int = -1
    opcollid: Oid = 0
    inputcollid: Oid = 0


class DistinctExpr(Struct, frozen=True):
    """IS DISTINCT FROM; IS NOT DISTINCT FROM is a NOT around it."""

    opno: Oid
    opfuncid: Oid
    opresulttype: Oid
    opretset: bool
    args: tuple[Expr, ...]
    location: int = -1
    opcollid: Oid = 0
    inputcollid: Oid = 0


class NullIfExpr(Struct, frozen=True):
    opno: Oid
    opfuncid: Oid
    opresulttype: Oid
    opretset: bool
    args: tuple[Expr, ...]
    location: int = -1
    opcollid: Oid = 0
    inputcollid: Oid = 0


class ScalarArrayOpExpr(Struct, frozen=True):
    opno: Oid
    opfuncid: Oid
    useOr: bool
    args: tuple[Expr, ...]
    location: int = -1
    inputcollid: Oid = 0


class BoolExpr(Struct, frozen=True):
    boolop: enums.BoolExprType
    args: tuple[Expr, ...]
    location: int = -1


class SubLink(Struct, frozen=True):
    subLinkType: enums.SubLinkType
    subLinkId: int
    testexpr: Expr | None
    operName: tuple[str, ...]
    subselect: Query
    location: int = -1
    arraytype: Oid = 0  # of an ARRAY sublink its type: exprType asks the catalogue for it, expr_type has none


class FieldSelect(Struct, frozen=True):
    arg: Expr
    fieldnum: int
    resulttype: Oid
    resulttypmod: int = -1
    resultcollid: Oid = 0


class FieldStore(Struct, frozen=True):
    arg: Expr
    newvals: tuple[Expr, ...]
    fieldnums: tuple[int, ...]
    resulttype: Oid


class RelabelType(Struct, frozen=True):
    arg: Expr
    resulttype: Oid
    resulttypmod: int
    relabelformat: enums.CoercionForm
    location: int = -1
    resultcollid: Oid = 0


class CoerceViaIO(Struct, frozen=True):
    arg: Expr
    resulttype: Oid
    coerceformat: enums.CoercionForm
    location: int = -1
    resultcollid: Oid = 0


class ArrayCoerceExpr(Struct, frozen=True):
    arg: Expr
    elemexpr: Expr
    resulttype: Oid
    resulttypmod: int
    coerceformat: enums.CoercionForm
    location: int = -1
    resultcollid: Oid = 0


class ConvertRowtypeExpr(Struct, frozen=True):
    arg: Expr
    resulttype: Oid
    convertformat: enums.CoercionForm
    location: int = -1


class CollateExpr(Struct, frozen=True):
    arg: Expr
    collOid: Oid
    location: int = -1


class CaseWhen(Struct, frozen=True):
    expr: Expr
    result: Expr
    location: int = -1


class CaseExpr(Struct, frozen=True):
    casetype: Oid
    arg: Expr | None
    args: tuple[CaseWhen, ...]
    defresult: Expr | None
    location: int = -1
    casecollid: Oid = 0


class CaseTestExpr(Struct, frozen=True):
    typeId: Oid
    typeMod: int = -1
    collation: Oid = 0


class ArrayExpr(Struct, frozen=True):
    array_typeid: Oid
    element_typeid: Oid
    elements: tuple[Expr, ...]
    multidims: bool
    location: int = -1
    list_start: int = -1
    list_end: int = -1
    array_collid: Oid = 0


class RowExpr(Struct, frozen=True):
    args: tuple[Expr, ...]
    row_typeid: Oid
    row_format: enums.CoercionForm
    colnames: tuple[str, ...] = ()
    location: int = -1


class RowCompareExpr(Struct, frozen=True):
    cmptype: enums.CompareType
    opnos: tuple[Oid, ...]
    opfamilies: tuple[Oid, ...]
    largs: tuple[Expr, ...]
    rargs: tuple[Expr, ...]
    inputcollids: tuple[Oid, ...] = ()


class CoalesceExpr(Struct, frozen=True):
    coalescetype: Oid
    args: tuple[Expr, ...]
    location: int = -1
    coalescecollid: Oid = 0


class MinMaxExpr(Struct, frozen=True):
    minmaxtype: Oid
    op: enums.MinMaxOp
    args: tuple[Expr, ...]
    location: int = -1
    minmaxcollid: Oid = 0
    inputcollid: Oid = 0


class SQLValueFunction(Struct, frozen=True):
    op: enums.SQLValueFunctionOp
    type: Oid
    typmod: int
    location: int = -1


class XmlExpr(Struct, frozen=True):
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


class JsonFormat(Struct, frozen=True):
    format_type: enums.JsonFormatType
    encoding: enums.JsonEncoding
    location: int = -1


class JsonReturning(Struct, frozen=True):
    format: JsonFormat | None
    typid: Oid
    typmod: int


class JsonValueExpr(Struct, frozen=True):
    raw_expr: Expr
    formatted_expr: Expr | None
    format: JsonFormat


class JsonConstructorExpr(Struct, frozen=True):
    type: enums.JsonConstructorType
    args: tuple[Expr, ...]
    func: Expr | None
    coercion: Expr | None
    returning: JsonReturning
    absent_on_null: bool
    unique: bool
    location: int = -1


class JsonIsPredicate(Struct, frozen=True):
    expr: Expr
    format: JsonFormat | None
    item_type: enums.JsonValueType
    unique_keys: bool
    location: int = -1


class JsonBehavior(Struct, frozen=True):
    btype: enums.JsonBehaviorType
    expr: Expr | None
    coerce: bool = False
    location: int = -1


class JsonExpr(Struct, frozen=True):
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
    collation: Oid = 0


class NullTest(Struct, frozen=True):
    arg: Expr
    nulltesttype: enums.NullTestType
    argisrow: bool
    location: int = -1


class BooleanTest(Struct, frozen=True):
    arg: Expr
    booltesttype: enums.BoolTestType
    location: int = -1


class CoerceToDomain(Struct, frozen=True):
    arg: Expr
    resulttype: Oid
    resulttypmod: int
    coercionformat: enums.CoercionForm
    location: int = -1
    resultcollid: Oid = 0


class CoerceToDomainValue(Struct, frozen=True):
    typeId: Oid
    typeMod: int
    location: int = -1
    collation: Oid = 0


class SetToDefault(Struct, frozen=True):
    typeId: Oid
    typeMod: int
    location: int = -1
    collation: Oid = 0


class CurrentOfExpr(Struct, frozen=True):
    """WHERE CURRENT OF: the row that a cursor is at."""

    cvarno: int
    cursor_name: str


class InferenceElem(Struct, frozen=True):
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
    | CurrentOfExpr
    | InferenceElem
)


class TargetEntry(Struct, frozen=True):
    expr: Expr
    resno: int
    resname: str | None = None
    ressortgroupref: int = 0
    resorigtbl: Oid = 0
    resorigcol: int = 0
    resjunk: bool = False
