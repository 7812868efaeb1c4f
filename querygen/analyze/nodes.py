"""The analysed tree: PostgreSQL's node structs (`primnodes.h`, `parsenodes.h`) under their own field names.

`SELECT email FROM users WHERE id = $1` becomes, in short,

    Query(commandType=CMD_SELECT,
          rtable=[RangeTblEntry(rtekind=RTE_RELATION, relid=…, eref=Alias('users', …))],
          jointree=FromExpr(fromlist=[RangeTblRef(1)],
                            quals=OpExpr(opno=96, args=(Var(1, 1, int4), Param(1, int4)))),
          targetList=[TargetEntry(Var(1, 2, text), resno=1, resname='email', resorigtbl=…, resorigcol=2)])

Fields keep the C names, so that a tree can be compared with the one the server prints, node by node. Left out are
collations, permissions and what only the planner fills. Enums are pglast's (the same as the raw tree's).

Expressions are frozen; `Query`, `RangeTblEntry` and `CommonTableExpr` are filled in step by step, as in C.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from querygen.pg_catalog.rows import Oid

# ---------------------------------------------------------------------------------------------- expressions


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


# ---------------------------------------------------------------------------------------------- the query tree


@dataclass(frozen=True, slots=True)
class RangeTblRef:
    rtindex: int


@dataclass(frozen=True, slots=True)
class JoinExpr:
    jointype: enums.JoinType
    isNatural: bool
    larg: JoinTreeNode
    rarg: JoinTreeNode
    usingClause: tuple[str, ...] = ()
    join_using_alias: Alias | None = None
    quals: Expr | None = None
    alias: Alias | None = None
    rtindex: int = 0


@dataclass(frozen=True, slots=True)
class FromExpr:
    fromlist: tuple[JoinTreeNode, ...]
    quals: Expr | None = None


JoinTreeNode: TypeAlias = RangeTblRef | JoinExpr | FromExpr


@dataclass(frozen=True, slots=True)
class OnConflictExpr:
    action: enums.OnConflictAction
    arbiterElems: tuple[InferenceElem, ...] = ()
    arbiterWhere: Expr | None = None
    constraint: str | None = None
    onConflictSet: tuple[TargetEntry, ...] = ()
    onConflictWhere: Expr | None = None
    exclRelIndex: int = 0
    exclRelTlist: tuple[TargetEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class SortGroupClause:
    tleSortGroupRef: int
    eqop: Oid
    sortop: Oid = 0
    reverse_sort: bool = False
    nulls_first: bool = False
    hashable: bool = False


@dataclass(frozen=True, slots=True)
class GroupingSet:
    kind: enums.GroupingSetKind
    content: tuple[int | GroupingSet, ...] = ()  # ressortgrouprefs for SIMPLE, sets otherwise
    location: int = -1


@dataclass(frozen=True, slots=True)
class WindowClause:
    name: str | None
    refname: str | None
    partitionClause: tuple[SortGroupClause, ...]
    orderClause: tuple[SortGroupClause, ...]
    frameOptions: int
    startOffset: Expr | None = None
    endOffset: Expr | None = None
    startInRangeFunc: Oid = 0
    endInRangeFunc: Oid = 0
    inRangeAsc: bool = False
    inRangeNullsFirst: bool = False
    winref: int = 0
    copiedOrder: bool = False


@dataclass(frozen=True, slots=True)
class RowMarkClause:
    rti: int
    strength: enums.LockClauseStrength
    waitPolicy: enums.LockWaitPolicy
    pushedDown: bool


@dataclass(frozen=True, slots=True)
class TableSampleClause:
    tsmhandler: Oid
    args: tuple[Expr, ...]
    repeatable: Expr | None


@dataclass(frozen=True, slots=True)
class RangeTblFunction:
    funcexpr: Expr
    funccolcount: int
    funccolnames: tuple[str, ...] = ()  # from a column definition list
    funccoltypes: tuple[Oid, ...] = ()
    funccoltypmods: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class JsonTablePath:
    """A path of JSON_TABLE: `value` is the jsonpath text; columns [colMin, colMax] (from 0) are computed from it."""

    value: str
    name: str | None


@dataclass(frozen=True, slots=True)
class JsonTablePathScan:
    path: JsonTablePath
    errorOnError: bool
    child: JsonTablePlan | None
    colMin: int
    colMax: int


@dataclass(frozen=True, slots=True)
class JsonTableSiblingJoin:
    lplan: JsonTablePlan
    rplan: JsonTablePlan


JsonTablePlan: TypeAlias = JsonTablePathScan | JsonTableSiblingJoin


@dataclass(frozen=True, slots=True)
class TableFunc:
    """XMLTABLE or JSON_TABLE."""

    functype: enums.TableFuncType
    ns_uris: tuple[Expr, ...]
    ns_names: tuple[str | None, ...]
    docexpr: Expr
    rowexpr: Expr | None
    colnames: tuple[str, ...]
    coltypes: tuple[Oid, ...]
    coltypmods: tuple[int, ...]
    colexprs: tuple[Expr | None, ...]
    coldefexprs: tuple[Expr | None, ...]
    colvalexprs: tuple[Expr | None, ...]
    passingvalexprs: tuple[Expr, ...]
    notnulls: frozenset[int]
    plan: JsonTablePlan | None
    ordinalitycol: int = -1
    location: int = -1


@dataclass(slots=True, eq=False)
class RangeTblEntry:
    """One entry of the range table; which fields mean something depends on `rtekind`, as in parsenodes.h."""

    rtekind: enums.RTEKind
    alias: Alias | None
    eref: Alias
    lateral: bool = False
    inFromCl: bool = False
    inh: bool = False
    # RTE_RELATION
    relid: Oid = 0
    relkind: str = ""
    tablesample: TableSampleClause | None = None
    # RTE_SUBQUERY
    subquery: Query | None = None
    # RTE_JOIN
    jointype: enums.JoinType = enums.JoinType.JOIN_INNER
    joinmergedcols: int = 0
    joinaliasvars: tuple[Expr | None, ...] = ()
    joinleftcols: tuple[int, ...] = ()
    joinrightcols: tuple[int, ...] = ()
    join_using_alias: Alias | None = None
    # RTE_FUNCTION
    functions: tuple[RangeTblFunction, ...] = ()
    funcordinality: bool = False
    # RTE_TABLEFUNC
    tablefunc: TableFunc | None = None
    # RTE_VALUES
    values_lists: tuple[tuple[Expr, ...], ...] = ()
    # RTE_CTE
    ctename: str | None = None
    ctelevelsup: int = 0
    self_reference: bool = False
    # RTE_VALUES, RTE_CTE, RTE_TABLEFUNC
    coltypes: tuple[Oid, ...] = ()
    coltypmods: tuple[int, ...] = ()
    # RTE_GROUP
    groupexprs: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class CTESearchClause:
    search_col_list: tuple[str, ...]
    search_breadth_first: bool
    search_seq_column: str
    location: int = -1


@dataclass(frozen=True, slots=True)
class CTECycleClause:
    cycle_col_list: tuple[str, ...]
    cycle_mark_column: str
    cycle_mark_value: Expr
    cycle_mark_default: Expr
    cycle_path_column: str
    location: int = -1
    cycle_mark_type: Oid = 0
    cycle_mark_typmod: int = -1
    cycle_mark_neop: Oid = 0


@dataclass(slots=True, eq=False)
class CommonTableExpr:
    ctename: str
    aliascolnames: tuple[str, ...]
    ctematerialized: enums.CTEMaterialize
    ctequery: Query | None  # None until it is analysed
    search_clause: CTESearchClause | None = None
    cycle_clause: CTECycleClause | None = None
    location: int = -1
    cterecursive: bool = False
    cterefcount: int = 0
    ctecolnames: tuple[str, ...] = ()
    ctecoltypes: tuple[Oid, ...] = ()
    ctecoltypmods: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SetOperationStmt:
    op: enums.SetOperation
    all: bool
    larg: RangeTblRef | SetOperationStmt
    rarg: RangeTblRef | SetOperationStmt
    colTypes: tuple[Oid, ...] = ()
    colTypmods: tuple[int, ...] = ()
    groupClauses: tuple[SortGroupClause, ...] = ()


@dataclass(frozen=True, slots=True)
class MergeAction:
    matchKind: enums.MergeMatchKind
    commandType: enums.CmdType
    override: enums.OverridingKind
    qual: Expr | None
    targetList: tuple[TargetEntry, ...]


@dataclass(slots=True, eq=False)
class Query:
    """A statement after parse analysis."""

    commandType: enums.CmdType
    resultRelation: int = 0
    hasAggs: bool = False
    hasWindowFuncs: bool = False
    hasTargetSRFs: bool = False
    hasSubLinks: bool = False
    hasDistinctOn: bool = False
    hasRecursive: bool = False
    hasModifyingCTE: bool = False
    hasForUpdate: bool = False
    hasGroupRTE: bool = False
    isReturn: bool = False
    cteList: list[CommonTableExpr] = field(default_factory=list)
    rtable: list[RangeTblEntry] = field(default_factory=list)
    jointree: FromExpr | None = None
    mergeActionList: tuple[MergeAction, ...] = ()
    mergeTargetRelation: int = 0
    mergeJoinCondition: Expr | None = None
    targetList: tuple[TargetEntry, ...] = ()
    override: enums.OverridingKind = enums.OverridingKind.OVERRIDING_NOT_SET
    onConflict: OnConflictExpr | None = None
    returningOldAlias: str | None = None
    returningNewAlias: str | None = None
    returningList: tuple[TargetEntry, ...] = ()
    groupClause: tuple[SortGroupClause, ...] = ()
    groupDistinct: bool = False
    groupingSets: tuple[GroupingSet, ...] = ()
    havingQual: Expr | None = None
    windowClause: tuple[WindowClause, ...] = ()
    distinctClause: tuple[SortGroupClause, ...] = ()
    sortClause: tuple[SortGroupClause, ...] = ()
    limitOffset: Expr | None = None
    limitCount: Expr | None = None
    limitOption: enums.LimitOption = enums.LimitOption.LIMIT_OPTION_COUNT
    rowMarks: tuple[RowMarkClause, ...] = ()
    setOperations: SetOperationStmt | None = None
    constraintDeps: tuple[Oid, ...] = ()
