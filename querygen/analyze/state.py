"""What the analyser knows while it works on one query level: `ParseState`, its namespace, the parameters' types.

Mirrors `parse_node.h` (ParseState, ParseNamespaceItem, ParseExprKind), `parse_node.c` (make_parsestate) and
`parse_param.c` (variable parameters). `ParseState` is the one mutable object of the analyser.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from querygen.analyze.nodes import Alias, CommonTableExpr, Param, RangeTblEntry
from querygen.analyze.pgtypes import UNKNOWNOID
from querygen.diagnostics import PgError
from querygen.sql.nodes import ast, enums

if TYPE_CHECKING:
    from collections.abc import Iterator

    from querygen.analyze.nodes import Expr, JoinExpr, JoinTreeNode, Query, TargetEntry
    from querygen.catalog.catalog import Catalog
    from querygen.catalog.objects import Relation
    from querygen.pg_catalog.rows import Oid


class ExprKind(Enum):
    """ParseExprKind: which clause an expression stands in. Only messages and placement rules depend on it."""

    EXPR_KIND_NONE = auto()
    EXPR_KIND_OTHER = auto()
    EXPR_KIND_JOIN_ON = auto()
    EXPR_KIND_JOIN_USING = auto()
    EXPR_KIND_FROM_SUBSELECT = auto()
    EXPR_KIND_FROM_FUNCTION = auto()
    EXPR_KIND_WHERE = auto()
    EXPR_KIND_HAVING = auto()
    EXPR_KIND_FILTER = auto()
    EXPR_KIND_WINDOW_PARTITION = auto()
    EXPR_KIND_WINDOW_ORDER = auto()
    EXPR_KIND_WINDOW_FRAME_RANGE = auto()
    EXPR_KIND_WINDOW_FRAME_ROWS = auto()
    EXPR_KIND_WINDOW_FRAME_GROUPS = auto()
    EXPR_KIND_SELECT_TARGET = auto()
    EXPR_KIND_INSERT_TARGET = auto()
    EXPR_KIND_UPDATE_SOURCE = auto()
    EXPR_KIND_UPDATE_TARGET = auto()
    EXPR_KIND_MERGE_WHEN = auto()
    EXPR_KIND_GROUP_BY = auto()
    EXPR_KIND_ORDER_BY = auto()
    EXPR_KIND_DISTINCT_ON = auto()
    EXPR_KIND_LIMIT = auto()
    EXPR_KIND_OFFSET = auto()
    EXPR_KIND_RETURNING = auto()
    EXPR_KIND_MERGE_RETURNING = auto()
    EXPR_KIND_VALUES = auto()
    EXPR_KIND_VALUES_SINGLE = auto()
    EXPR_KIND_CHECK_CONSTRAINT = auto()
    EXPR_KIND_DOMAIN_CHECK = auto()
    EXPR_KIND_COLUMN_DEFAULT = auto()
    EXPR_KIND_FUNCTION_DEFAULT = auto()
    EXPR_KIND_INDEX_EXPRESSION = auto()
    EXPR_KIND_INDEX_PREDICATE = auto()
    EXPR_KIND_STATS_EXPRESSION = auto()
    EXPR_KIND_ALTER_COL_TRANSFORM = auto()
    EXPR_KIND_EXECUTE_PARAMETER = auto()
    EXPR_KIND_TRIGGER_WHEN = auto()
    EXPR_KIND_POLICY = auto()
    EXPR_KIND_PARTITION_BOUND = auto()
    EXPR_KIND_PARTITION_EXPRESSION = auto()
    EXPR_KIND_CALL_ARGUMENT = auto()
    EXPR_KIND_COPY_WHERE = auto()
    EXPR_KIND_GENERATED_COLUMN = auto()
    EXPR_KIND_CYCLE_MARK = auto()


class NamespaceColumn(Struct, frozen=True):
    """ParseNamespaceColumn: what a column of a namespace item stands for.

    For a column of a join without alias `p_varno`/`p_varattno` are those of the underlying table, and
    `p_varnosyn`/`p_varattnosyn` those of the join. A dropped column has `p_varno` 0.
    """

    p_varno: int
    p_varattno: int
    p_vartype: Oid
    p_vartypmod: int
    p_varreturningtype: enums.VarReturningType = enums.VarReturningType.VAR_RETURNING_DEFAULT
    p_varnosyn: int = 0
    p_varattnosyn: int = 0
    p_dontexpand: bool = False
    p_varcollid: Oid = 0


class NamespaceItem(Struct, eq=False):
    """ParseNamespaceItem: a relation as names may see it.

    `p_names` are its visible name and column names (the RTE's alias or eref, or JOIN USING's alias).
    """

    p_names: Alias
    p_rte: RangeTblEntry
    p_rtindex: int
    p_nscolumns: list[NamespaceColumn]
    p_rel_visible: bool = True
    p_cols_visible: bool = True
    p_lateral_only: bool = False
    p_lateral_ok: bool = True
    p_returning_type: enums.VarReturningType = enums.VarReturningType.VAR_RETURNING_DEFAULT


class ParamTable(Struct, eq=False):
    """The types of $1, $2, … as they become known (parse_param.c: VarParamState). Shared by all levels of a statement.

    `types` maps a number to a type's oid, UNKNOWNOID once seen and not yet settled. `places` remembers the location
    where each type was decided, for messages that show both sides of a conflict. `fixed` holds the numbers of
    parameters whose types are given (function arguments).
    """

    types: dict[int, Oid] = field(default_factory=dict)
    places: dict[int, int] = field(default_factory=dict)
    fixed: bool = False

    def param(self, pref: ast.ParamRef, catalog: Catalog) -> Param:
        """parse_param.c: variable_paramref_hook (fixed_paramref_hook when `fixed`) — $n → Param."""
        number: int = pref.number
        if number <= 0 or (self.fixed and number not in self.types):
            raise PgError("42P02", f"there is no parameter ${number}", pref.location)
        known = self.types.setdefault(number, UNKNOWNOID)
        collation = 0 if known == UNKNOWNOID else catalog.type(known).typcollation
        return Param(enums.ParamKind.PARAM_EXTERN, number, known, -1, pref.location, collation)

    def coerce(self, param: Param, target: Oid, location: int, catalog: Catalog) -> Param | None:
        """parse_param.c: variable_coerce_param_hook — settle an unknown parameter's type; None: not one."""
        if self.fixed or param.paramkind != enums.ParamKind.PARAM_EXTERN or param.paramtype != UNKNOWNOID:
            return None
        number = param.paramid
        known = self.types[number]
        if known == UNKNOWNOID:
            self.types[number] = target
            self.places[number] = param.location
        elif known != target:
            from querygen.analyze.typename import format_type  # a type's name needs the layer above

            raise PgError(
                "42P08",
                f"inconsistent types deduced for parameter ${number}",
                param.location,
                detail=f"{format_type(catalog, known)} versus {format_type(catalog, target)}",
            )
        place = param.location
        if location >= 0 and (place < 0 or location < place):
            place = location
        return Param(enums.ParamKind.PARAM_EXTERN, number, target, -1, place, catalog.type(target).typcollation)


class ParseState(Struct, eq=False):
    """The state of one query level; C's fields that analysis of types needs, under their own names."""

    catalog: Catalog
    parent: ParseState | None = None  # parentParseState: the outer query level
    params: ParamTable = field(default_factory=ParamTable)  # p_ref_hook_state
    sourcetext: str = ""  # p_sourcetext
    p_rtable: list[RangeTblEntry] = field(default_factory=list)
    p_joinexprs: dict[int, JoinExpr] = field(default_factory=dict)  # by the join's RT index
    p_nullingrels: dict[int, frozenset[int]] = field(default_factory=dict)  # RT index → outer joins that can null it
    p_joinlist: list[JoinTreeNode] = field(default_factory=list)
    p_namespace: list[NamespaceItem] = field(default_factory=list)
    p_lateral_active: bool = False
    p_ctenamespace: list[CommonTableExpr] = field(default_factory=list)
    p_future_ctes: list[Any] = field(default_factory=list)  # raw CommonTableExpr nodes not yet in scope
    p_parent_cte: CommonTableExpr | None = None
    p_target_relation: Relation | None = None
    p_target_nsitem: NamespaceItem | None = None
    p_grouping_nsitem: NamespaceItem | None = None
    p_is_insert: bool = False
    p_windowdefs: list[Any] = field(default_factory=list)  # raw WindowDef nodes
    p_expr_kind: ExprKind = ExprKind.EXPR_KIND_NONE
    p_next_resno: int = 1
    p_multiassign_exprs: list[TargetEntry] = field(default_factory=list)
    p_resolve_unknowns: bool = True
    # whether collations are assigned (collate.py): where only the default one is in play, nothing depends on them
    collating: bool = True
    p_hasAggs: bool = False
    p_hasWindowFuncs: bool = False
    p_hasTargetSRFs: bool = False
    p_hasSubLinks: bool = False
    p_hasModifyingCTE: bool = False
    p_last_srf: Expr | None = None
    # scalar sublinks analysed at this level, by the raw node's id: FigureColname names a column after them
    p_sublinks: dict[int, Query] = field(default_factory=dict)
    # names that columns of a function's body may have besides the namespace's: SQL function arguments by name
    function_arguments: dict[str, int] = field(default_factory=dict)
    function_name: str | None = None
    # CoerceToDomainValue: what VALUE means inside a domain's CHECK (p_pre_columnref_hook)
    domain_value: tuple[Oid, int] | None = None

    def make_child(self) -> ParseState:
        """parse_node.c: make_parsestate(parent) — the state of a subquery."""
        return ParseState(
            catalog=self.catalog,
            parent=self,
            params=self.params,
            sourcetext=self.sourcetext,
            collating=self.collating,
            function_arguments=self.function_arguments,
            function_name=self.function_name,
        )

    def levels(self) -> Iterator[ParseState]:
        """This level, then the ones around it."""
        level: ParseState | None = self
        while level is not None:
            yield level
            level = level.parent
