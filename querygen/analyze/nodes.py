"""The analysed tree: PostgreSQL's node structs (`primnodes.h`, `parsenodes.h`) under their own field names.

`SELECT email FROM users WHERE id = $1` becomes, in short,

    Query(commandType=CMD_SELECT,
          rtable=[RangeTblEntry(rtekind=RTE_RELATION, relid=…, eref=Alias('users', …))],
          jointree=FromExpr(fromlist=[RangeTblRef(1)],
                            quals=OpExpr(opno=96, args=(Var(1, 1, int4), Param(1, int4)))),
          targetList=[TargetEntry(Var(1, 2, text), resno=1, resname='email', resorigtbl=…, resorigcol=2)])

Fields keep the C names, so that a tree can be compared with the one the server prints, node by node. Left out are
collations, permissions and what only the planner fills. Enums are pglast's (the same as the raw tree's).

Expressions are in `primnodes.py` and are frozen; `Query`, `RangeTblEntry` and `CommonTableExpr` are filled in step by
step, as in C.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

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
