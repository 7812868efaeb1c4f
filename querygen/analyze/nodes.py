"""The analysed tree: PostgreSQL's node structs (`primnodes.h`, `parsenodes.h`) under their own field names.

`SELECT email FROM users WHERE id = $1` becomes, in short,

    Query(commandType=CMD_SELECT,
          rtable=[RangeTblEntry(rtekind=RTE_RELATION, relid=…, eref=Alias('users', …))],
          jointree=FromExpr(fromlist=[RangeTblRef(1)],
                            quals=OpExpr(opno=96, args=(Var(1, 1, int4), Param(1, int4)))),
          targetList=[TargetEntry(Var(1, 2, text), resno=1, resname='email', resorigtbl=…, resorigcol=2)])

Fields keep the C names, so that a tree can be compared with the one the server prints, node by node. Left out are
permissions and what only the planner fills. Enums are pglast's (the same as the raw tree's).

Expressions are in `primnodes.py` and are frozen; `Query`, `RangeTblEntry` and `CommonTableExpr` are filled in step by
step, as in C.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct, field

from querygen.analyze.primnodes import (
    Aggref as Aggref,
)
from querygen.analyze.primnodes import (
    Alias as Alias,
)
from querygen.analyze.primnodes import (
    ArrayCoerceExpr as ArrayCoerceExpr,
)
from querygen.analyze.primnodes import (
    ArrayExpr as ArrayExpr,
)
from querygen.analyze.primnodes import (
    BooleanTest as BooleanTest,
)
from querygen.analyze.primnodes import (
    BoolExpr as BoolExpr,
)
from querygen.analyze.primnodes import (
    CaseExpr as CaseExpr,
)
from querygen.analyze.primnodes import (
    CaseTestExpr as CaseTestExpr,
)
from querygen.analyze.primnodes import (
    CaseWhen as CaseWhen,
)
from querygen.analyze.primnodes import (
    CoalesceExpr as CoalesceExpr,
)
from querygen.analyze.primnodes import (
    CoerceToDomain as CoerceToDomain,
)
from querygen.analyze.primnodes import (
    CoerceToDomainValue as CoerceToDomainValue,
)
from querygen.analyze.primnodes import (
    CoerceViaIO as CoerceViaIO,
)
from querygen.analyze.primnodes import (
    CollateExpr as CollateExpr,
)
from querygen.analyze.primnodes import (
    Const as Const,
)
from querygen.analyze.primnodes import (
    ConvertRowtypeExpr as ConvertRowtypeExpr,
)
from querygen.analyze.primnodes import (
    CurrentOfExpr as CurrentOfExpr,
)
from querygen.analyze.primnodes import (
    DistinctExpr as DistinctExpr,
)
from querygen.analyze.primnodes import (
    Expr as Expr,
)
from querygen.analyze.primnodes import (
    FieldSelect as FieldSelect,
)
from querygen.analyze.primnodes import (
    FieldStore as FieldStore,
)
from querygen.analyze.primnodes import (
    FuncExpr as FuncExpr,
)
from querygen.analyze.primnodes import (
    GroupingFunc as GroupingFunc,
)
from querygen.analyze.primnodes import (
    InferenceElem as InferenceElem,
)
from querygen.analyze.primnodes import (
    JsonBehavior as JsonBehavior,
)
from querygen.analyze.primnodes import (
    JsonConstructorExpr as JsonConstructorExpr,
)
from querygen.analyze.primnodes import (
    JsonExpr as JsonExpr,
)
from querygen.analyze.primnodes import (
    JsonFormat as JsonFormat,
)
from querygen.analyze.primnodes import (
    JsonIsPredicate as JsonIsPredicate,
)
from querygen.analyze.primnodes import (
    JsonReturning as JsonReturning,
)
from querygen.analyze.primnodes import (
    JsonValueExpr as JsonValueExpr,
)
from querygen.analyze.primnodes import (
    MergeSupportFunc as MergeSupportFunc,
)
from querygen.analyze.primnodes import (
    MinMaxExpr as MinMaxExpr,
)
from querygen.analyze.primnodes import (
    NamedArgExpr as NamedArgExpr,
)
from querygen.analyze.primnodes import (
    NullIfExpr as NullIfExpr,
)
from querygen.analyze.primnodes import (
    NullTest as NullTest,
)
from querygen.analyze.primnodes import (
    OpExpr as OpExpr,
)
from querygen.analyze.primnodes import (
    Param as Param,
)
from querygen.analyze.primnodes import (
    RelabelType as RelabelType,
)
from querygen.analyze.primnodes import (
    RowCompareExpr as RowCompareExpr,
)
from querygen.analyze.primnodes import (
    RowExpr as RowExpr,
)
from querygen.analyze.primnodes import (
    ScalarArrayOpExpr as ScalarArrayOpExpr,
)
from querygen.analyze.primnodes import (
    SetToDefault as SetToDefault,
)
from querygen.analyze.primnodes import (
    SQLValueFunction as SQLValueFunction,
)
from querygen.analyze.primnodes import (
    SubLink as SubLink,
)
from querygen.analyze.primnodes import (
    SubscriptingRef as SubscriptingRef,
)
from querygen.analyze.primnodes import (
    TargetEntry as TargetEntry,
)
from querygen.analyze.primnodes import (
    Var as Var,
)
from querygen.analyze.primnodes import (
    WindowFunc as WindowFunc,
)
from querygen.analyze.primnodes import (
    XmlExpr as XmlExpr,
)
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from querygen.pg_catalog.rows import Oid


class RangeTblRef(Struct, frozen=True):
    rtindex: int


class JoinExpr(Struct, frozen=True):
    jointype: enums.JoinType
    isNatural: bool
    larg: JoinTreeNode
    rarg: JoinTreeNode
    usingClause: tuple[str, ...] = ()
    join_using_alias: Alias | None = None
    quals: Expr | None = None
    alias: Alias | None = None
    rtindex: int = 0


class FromExpr(Struct, frozen=True):
    fromlist: tuple[JoinTreeNode, ...]
    quals: Expr | None = None


JoinTreeNode: TypeAlias = RangeTblRef | JoinExpr | FromExpr


class OnConflictExpr(Struct, frozen=True):
    action: enums.OnConflictAction
    arbiterElems: tuple[InferenceElem, ...] = ()
    arbiterWhere: Expr | None = None
    constraint: str | None = None
    onConflictSet: tuple[TargetEntry, ...] = ()
    onConflictWhere: Expr | None = None
    exclRelIndex: int = 0
    exclRelTlist: tuple[TargetEntry, ...] = ()


class SortGroupClause(Struct, frozen=True):
    tleSortGroupRef: int
    eqop: Oid
    sortop: Oid = 0
    reverse_sort: bool = False
    nulls_first: bool = False
    hashable: bool = False


class GroupingSet(Struct, frozen=True):
    kind: enums.GroupingSetKind
    content: tuple[int | GroupingSet, ...] = ()  # ressortgrouprefs for SIMPLE, sets otherwise
    location: int = -1


class WindowClause(Struct, frozen=True):
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


class RowMarkClause(Struct, frozen=True):
    rti: int
    strength: enums.LockClauseStrength
    waitPolicy: enums.LockWaitPolicy
    pushedDown: bool


class TableSampleClause(Struct, frozen=True):
    tsmhandler: Oid
    args: tuple[Expr, ...]
    repeatable: Expr | None


class RangeTblFunction(Struct, frozen=True):
    funcexpr: Expr
    funccolcount: int
    funccolnames: tuple[str, ...] = ()  # from a column definition list
    funccoltypes: tuple[Oid, ...] = ()
    funccoltypmods: tuple[int, ...] = ()
    funccolcollations: tuple[Oid, ...] = ()


class JsonTablePath(Struct, frozen=True):
    """A path of JSON_TABLE: `value` is the jsonpath text; columns [colMin, colMax] (from 0) are computed from it."""

    value: str
    name: str | None


class JsonTablePathScan(Struct, frozen=True):
    path: JsonTablePath
    errorOnError: bool
    child: JsonTablePlan | None
    colMin: int
    colMax: int


class JsonTableSiblingJoin(Struct, frozen=True):
    lplan: JsonTablePlan
    rplan: JsonTablePlan


JsonTablePlan: TypeAlias = JsonTablePathScan | JsonTableSiblingJoin


class TableFunc(Struct, frozen=True):
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
    colcollations: tuple[Oid, ...] = ()


class RangeTblEntry(Struct, eq=False):
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
    colcollations: tuple[Oid, ...] = ()
    # RTE_GROUP
    groupexprs: tuple[Expr, ...] = ()


class CTESearchClause(Struct, frozen=True):
    search_col_list: tuple[str, ...]
    search_breadth_first: bool
    search_seq_column: str
    location: int = -1


class CTECycleClause(Struct, frozen=True):
    cycle_col_list: tuple[str, ...]
    cycle_mark_column: str
    cycle_mark_value: Expr
    cycle_mark_default: Expr
    cycle_path_column: str
    location: int = -1
    cycle_mark_type: Oid = 0
    cycle_mark_typmod: int = -1
    cycle_mark_neop: Oid = 0
    cycle_mark_collation: Oid = 0


class CommonTableExpr(Struct, eq=False):
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
    ctecolcollations: tuple[Oid, ...] = ()


class SetOperationStmt(Struct, frozen=True):
    op: enums.SetOperation
    all: bool
    larg: RangeTblRef | SetOperationStmt
    rarg: RangeTblRef | SetOperationStmt
    colTypes: tuple[Oid, ...] = ()
    colTypmods: tuple[int, ...] = ()
    groupClauses: tuple[SortGroupClause, ...] = ()
    colCollations: tuple[Oid, ...] = ()


class MergeAction(Struct, frozen=True):
    matchKind: enums.MergeMatchKind
    commandType: enums.CmdType
    override: enums.OverridingKind
    qual: Expr | None
    targetList: tuple[TargetEntry, ...]


class Query(Struct, eq=False):
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
    constraintDeps: tuple[Oid, ...] = ()  # the tables whose primary keys GROUP BY relies on
