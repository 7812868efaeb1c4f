"""`qg.embed_many`: by which keys the rows of a join are folded, and what belongs to what.

Takes an analysed statement and its embeds; gives a `Nest`. What a row of the result itself is, its root, are the
columns outside of `embed_many`; a relation in `embed_many` belongs to the embedded relation that its join leads to,
else to the root. Keys come from the schema: where one is missing, the message says what to select. Mirrors no C file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from querygen.analyze import nodes as n
from querygen.analyze.cardinality_keys import (
    base_relations,
    column_keys,
    column_type,
    entered,
    has_full_join,
    known_rows,
    outer_relations,
    single_relations,
)
from querygen.analyze.nodefuncs import expression_returns_set, walk_levels
from querygen.analyze.nullability_relation import column_verdict
from querygen.analyze.nullability_scope import Env, rte_of
from querygen.analyze.pgtypes import TYPCATEGORY_ARRAY
from querygen.analyze.star import ungrouped
from querygen.analyze.typename import format_type, quote_identifier
from querygen.analyze.volatile import is_volatile
from querygen.diagnostics import Diagnostic, DiagnosticError, Severity, warning
from querygen.ir import Nest, NestLevel
from querygen.sql.nodes import enums

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from querygen.analyze.nodes import Expr, Query, TargetEntry
    from querygen.analyze.nullability_scope import Scope
    from querygen.catalog.catalog import Catalog
    from querygen.ir import Embed, RawQuery

NO_KEY: Final = "QG350"
NO_PLACE: Final = "QG351"
LIMITED: Final = "QG352"

_DICTIONARIES: Final = frozenset({"json", "jsonb", "hstore"})

Column = tuple[int, int]


def nest_of(
    raw: RawQuery, query: Query, catalog: Catalog, embeds: Sequence[Embed], entries: Sequence[TargetEntry]
) -> Nest | None:
    """How the rows are folded; None where nothing is. `query` has the conditions that always hold."""
    if not any(one.many for one in embeds):
        return None
    nesting = _Nesting(raw, query, catalog, embeds, entries)
    return nesting.found()


def limit_warning(raw: RawQuery, query: Query) -> Diagnostic | None:
    """LIMIT counts the rows of the join, of which one of the result may be many."""
    if query.limitCount is None:
        return None
    message = f'the LIMIT of query "{raw.name}" counts the rows of the join, not those that they are folded to'
    hint = "Write the LIMIT in a subquery: FROM (SELECT … LIMIT …) AS u LEFT JOIN …"
    return warning(LIMITED, message, raw.name_span, hint)


class _Nesting:
    def __init__(
        self, raw: RawQuery, query: Query, catalog: Catalog, embeds: Sequence[Embed], entries: Sequence[TargetEntry]
    ) -> None:
        self.raw = raw
        self.query = query
        self.embeds = embeds
        self.scope: Scope = entered(Env(catalog), query, None)
        self.columns = [ungrouped(entry.expr, query) for entry in entries]
        self.many = [number for number, one in enumerate(embeds) if one.many]
        inside = {place for one in embeds if one.many for place in range(one.start, one.start + one.count)}
        self.root = [place for place in range(len(entries)) if place not in inside]
        self.relations = list(base_relations(query.jointree)) if query.jointree is not None else []

    def found(self) -> Nest:
        if self.query.commandType != enums.CmdType.CMD_SELECT:
            raise self._refused(NO_PLACE, "qg.embed_many folds the rows of a SELECT", self.many[0])
        relation_of = {number: self._relation(number) for number in self.many}
        if not self.root:
            message = "all columns are in qg.embed_many, so that there is nothing that their rows belong to"
            raise self._refused(NO_PLACE, message, self.many[0], "Select what they belong to, as sqlc.embed(u).")
        root_key = self._root_key(relation_of)
        self._check_root(root_key)
        parents = self._parents(relation_of)
        levels = [self._level(number, relation_of, parents, root_key) for number in self.many]
        return Nest(tuple(root_key), tuple(levels))

    def _refused(self, code: str, message: str, embed: int, hint: str | None = None) -> DiagnosticError:
        return DiagnosticError(Diagnostic(code, Severity.ERROR, message, self.raw.embeds[embed].span, hint))

    def _relation(self, number: int) -> int:
        embed = self.embeds[number]
        columns = self.columns[embed.start : embed.start + embed.count]
        numbers = {one.varno for one in columns if isinstance(one, n.Var) and not one.varlevelsup}
        if len(numbers) != 1 or not all(isinstance(one, n.Var) for one in columns):
            raise self._refused(NO_PLACE, f'the columns of "{embed.name}" are not those of one relation', number)
        return numbers.pop()

    def _name(self, relation: int) -> str:
        return self.query.rtable[relation - 1].eref.aliasname

    # ------------------------------------------------------------------------------------------ keys

    def _keys(self, relation: int) -> list[list[int]]:
        """The unique keys of a relation whose columns are NOT NULL, the shortest first."""
        keys = column_keys(self.scope, relation)
        kept = [key for key in keys if not any(self._may_be_null(relation, attno) for attno in key)]
        return [key for key in kept if not any(self._unhashable(relation, attno) for attno in key)]

    def _unhashable(self, relation: int, attno: int) -> str | None:
        """The type of a column whose values Python cannot look up in a dict; None: it can."""
        type_oid = column_type(self.scope, rte_of(self.scope, relation), attno)
        if type_oid is None:
            return None
        catalog = self.scope.env.catalog
        row = catalog.type(type_oid)
        while row.typtype == "d":
            row = catalog.type(row.typbasetype)
        unhashable = row.typcategory == TYPCATEGORY_ARRAY or row.typtype in "cm" or row.typname in _DICTIONARIES
        return format_type(catalog, type_oid) if unhashable else None

    def _may_be_null(self, relation: int, attno: int) -> bool:
        return column_verdict(self.scope, n.Var(relation, attno, 0)).nullable

    def _selected(self, relation: int, key: Sequence[int], places: Iterable[int]) -> list[int] | None:
        """Where the columns of a key stand in the result."""
        where: dict[int, int] = {}
        for place in places:
            one = self.columns[place]
            if isinstance(one, n.Var) and not one.varlevelsup and one.varno == relation:
                where.setdefault(one.varattno, place)
        return [where[attno] for attno in key] if all(attno in where for attno in key) else None

    def _bound(self, places: Iterable[int]) -> list[Column]:
        found = [self.columns[place] for place in places]
        return [(one.varno, one.varattno) for one in found if isinstance(one, n.Var)]

    def _root_key(self, relation_of: dict[int, int]) -> list[int]:
        """The columns that tell the root's rows apart."""
        named = [one.varno for one in self._plain(self.root) if one.varno not in relation_of.values()]
        key: list[int] = []
        for relation in dict.fromkeys(named):
            rows = known_rows(self.scope, self._bound(key))
            if relation in rows.fixed and key:
                continue
            keys = self._keys(relation)
            places = next((found for one in keys if (found := self._selected(relation, one, self.root))), None)
            if places is None:
                if relation in rows.single and key:
                    continue  # _check_root says what is wrong with it
                raise self._without_key(relation, keys, self.many[0])
            key += places
        if not key:
            message = "no column outside of qg.embed_many is a relation's own, so that its rows cannot be told apart"
            raise self._refused(NO_KEY, message, self.many[0], "Select the primary key of what they belong to.")
        return key

    def _plain(self, places: Iterable[int]) -> Iterator[n.Var]:
        for place in places:
            one = self.columns[place]
            if isinstance(one, n.Var) and not one.varlevelsup:
                yield one

    def _without_key(self, relation: int, keys: list[list[int]], embed: int) -> DiagnosticError:
        name = quote_identifier(self._name(relation))
        if keys:
            names = self.query.rtable[relation - 1].eref.colnames
            wanted = ", ".join(f"{name}.{quote_identifier(names[attno - 1])}" for attno in keys[0])
            message = f"qg.embed_many folds the rows of {name} by their key, which is not selected"
            return self._refused(NO_KEY, message, embed, f"Select {wanted}, too.")
        for own in column_keys(self.scope, relation):
            for attno in own:
                if (kind := self._unhashable(relation, attno)) is not None:
                    column = quote_identifier(self.query.rtable[relation - 1].eref.colnames[attno - 1])
                    message = (
                        f"qg.embed_many cannot fold by {name}.{column}: Python has no hash of a value of type {kind}"
                    )
                    return self._refused(NO_KEY, message, embed, "Give the table another key, or a UNIQUE column.")
        message = f"qg.embed_many cannot tell the rows of {name} apart: no unique key of NOT NULL columns is known"
        return self._refused(NO_KEY, message, embed, self._hint(relation))

    def _hint(self, relation: int) -> str:
        rte = self.query.rtable[relation - 1]
        if rte.rtekind == enums.RTEKind.RTE_SUBQUERY and rte.subquery is not None and rte.subquery.jointree is not None:
            inner = entered(self.scope.env, rte.subquery, self.scope)
            wanted = []
            for below in base_relations(rte.subquery.jointree):
                source = rte_of(inner, below)
                for key in column_keys(inner, below)[:1]:
                    name = quote_identifier(source.eref.aliasname)
                    wanted += [f"{name}.{quote_identifier(source.eref.colnames[attno - 1])}" for attno in key]
            if wanted:
                return f"Select {', '.join(wanted)} in it."
        if rte.rtekind == enums.RTEKind.RTE_RELATION:
            return "Give the table a primary key."
        return "Select a table's primary key in it."

    def _check_root(self, key: list[int]) -> None:
        """A column of the root has one value for all rows that are folded to one."""
        rows = known_rows(self.scope, self._bound(key))
        fixed = rows.fixed | {relation for relation, _ in self._bound(key)}
        if self.query.groupingSets:
            message = "qg.embed_many cannot fold the rows of grouping sets"
            raise self._refused(NO_PLACE, message, self.many[0], "Compute them in a subquery.")
        for place in self.root:
            name = self.query.targetList[place].resname or "?column?"
            if is_volatile(self.scope.env.catalog, self.columns[place]) or expression_returns_set(self.columns[place]):
                message = f'column "{name}" is computed anew for each row of the join, not for those they are folded to'
                raise self._refused(NO_PLACE, message, self.many[0], "Compute it in a subquery.")
            for node, level in walk_levels(self.columns[place]):
                if isinstance(node, n.Aggref | n.WindowFunc) and not level:
                    message = f'column "{name}" is computed over rows of the join, not over those they are folded to'
                    hint = "Compute it in a subquery."
                    raise self._refused(NO_PLACE, message, self.many[0], hint)
                if isinstance(node, n.Var) and node.varlevelsup == level:
                    plain = ungrouped(n.Var(node.varno, node.varattno, node.vartype), self.query)
                    for relation in sorted(self._named(plain) & set(self.relations) - fixed):
                        raise self._depends(name, relation, nulled=relation in rows.single)

    def _depends(self, column: str, relation: int, *, nulled: bool) -> DiagnosticError:
        name = self._name(relation)
        message = f'column "{column}" depends on {name}, of which there may be several rows'
        hint = f"Select it with qg.embed_many({name})."
        if nulled:
            message = f'column "{column}" depends on {name}, which the rows that are folded to one need not all have'
            hint = f"Select the key of {name}, too, or all of it with qg.embed_many({name})."
        return self._refused(NO_PLACE, message, self.many[0], hint)

    # ------------------------------------------------------------------------------------------ what belongs to what

    def _parents(self, relation_of: dict[int, int]) -> dict[int, int | None]:
        """Of each embed_many, that which it belongs to; None: the root."""
        embed_of = {relation: number for number, relation in relation_of.items()}
        roots = {one.varno for one in self._plain(self.root)} - set(embed_of)
        edges = self._edges()
        parents: dict[int, int | None] = {}
        for number in self.many:
            own = relation_of[number]
            seen, reached, waiting = {own}, set[int](), [own]
            while waiting:
                for other in edges.get(waiting.pop(), ()):
                    if other in seen:
                        continue
                    seen.add(other)
                    if other in embed_of or other in roots:
                        reached.add(other)
                    else:
                        waiting.append(other)  # a table between them, such as one of memberships
            before = self.relations[: self.relations.index(own)]
            above = [embed_of[one] for one in before if one in reached and one in embed_of]
            # A relation that is joined to both s and its parent u belongs to s.
            deepest = [one for one in above if not any(self._is_below(other, one, parents) for other in above)]
            if len(deepest) > 1:
                names = " and ".join(f'"{self.embeds[one].name}"' for one in deepest)
                message = (
                    f'"{self.embeds[number].name}" is joined to both {names}, neither of which belongs to the other'
                )
                raise self._refused(NO_PLACE, message, number, "Join it to the one that it belongs to.")
            parents[number] = deepest[0] if deepest else None
        return parents

    def _is_below(self, embed: int, other: int, parents: dict[int, int | None]) -> bool:
        above = parents.get(embed)
        while above is not None:
            if above == other:
                return True
            above = parents.get(above)
        return False

    def _edges(self) -> dict[int, list[int]]:
        """Which relations a condition, or a LATERAL item, brings together."""
        edges: dict[int, list[int]] = {}
        groups = [self._named(one) for one in _conditions(self.query)]
        for relation in self.relations:
            rte = rte_of(self.scope, relation)
            if rte.lateral:
                groups.append({relation, *outer_relations(rte)})
        for group in groups:
            for one in group:
                edges.setdefault(one, []).extend(other for other in group if other != one)
        return edges

    def _named(self, expr: Expr) -> set[int]:
        found: set[int] = set()
        for node, level in walk_levels(expr):
            if isinstance(node, n.Var) and node.varlevelsup == level:
                rte = self.query.rtable[node.varno - 1]
                if rte.rtekind == enums.RTEKind.RTE_JOIN:
                    # The whole row names each of its columns.
                    below = rte.joinaliasvars[max(node.varattno - 1, 0) : node.varattno or None]
                    found |= {relation for one in below if one is not None for relation in self._named(one)}
                else:
                    found.add(node.varno)
        return found

    def _level(
        self, number: int, relation_of: dict[int, int], parents: dict[int, int | None], root_key: list[int]
    ) -> NestLevel:
        embed = self.embeds[number]
        places = range(embed.start, embed.start + embed.count)
        keys = self._keys(relation_of[number])
        key = next((found for one in keys if (found := self._selected(relation_of[number], one, places))), None)
        if key is None:
            raise self._without_key(relation_of[number], keys, number)
        above: list[int] = list(root_key)
        parent = parents[number]
        while parent is not None:
            upper = self.embeds[parent]
            for one in self._keys(relation_of[parent]):
                found = self._selected(relation_of[parent], one, range(upper.start, upper.start + upper.count))
                if found:
                    above += found
                    break
            parent = parents[parent]
        # A row without one beside rows with one: what is there first does not tell.
        settled = relation_of[number] in known_rows(self.scope, self._bound(above)).settled
        bound = self._bound([*above, *key])
        tree = self.query.jointree
        alone = (
            settled
            and tree is not None
            and set(self.relations) <= single_relations(self.scope, bound)
            and not has_full_join(self.scope, tree)
            and not self.query.groupClause
            and not expression_returns_set(self.query.targetList)
        )
        nullable = [
            self._may_be_null(one.varno, one.varattno)
            for one in self._plain(places)
            if one.varno == relation_of[number]
        ]
        return NestLevel(number, tuple(key), parents[number], repeats=not alone, nullable=tuple(nullable))


def _conditions(query: Query) -> Iterator[Expr]:
    """The AND-ed conditions of WHERE and of every ON."""

    def split(quals: Expr | None) -> Iterator[Expr]:
        if isinstance(quals, n.BoolExpr) and quals.boolop == enums.BoolExprType.AND_EXPR:
            for one in quals.args:
                yield from split(one)
        elif quals is not None:
            yield quals

    def below(node: n.JoinTreeNode) -> Iterator[Expr]:
        match node:
            case n.FromExpr():
                yield from split(node.quals)
                for item in node.fromlist:
                    yield from below(item)
            case n.JoinExpr():
                yield from split(node.quals)
                yield from below(node.larg)
                yield from below(node.rarg)

    if query.jointree is not None:
        yield from below(query.jointree)
