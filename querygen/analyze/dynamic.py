"""Dynamic queries: `qg.optional`, `qg.when`, `qg.sort`, `qg.after`; the statements that can run, all analysed.

Takes a `RawQuery` with marks; gives an `AnalyzedQuery` whose `dynamic` is the statement in parts. The text that runs is
put together from these constants alone.

What is analysed, and why it is enough. With up to four arguments every combination is. With more, these are: all given,
none, each left out alone, and for each piece exactly what it needs. A piece that is dropped leaves a statement of the
same form (a condition is gone, a value is DEFAULT, a limit is gone), so that what is left is typed as before, but for
a parameter that stands in several pieces: its type is settled by the first that is there, and each piece is that first
in the statement with that piece alone. Columns of a join that is dropped are looked for one by one. What is proved of
the result (NOT NULL, the number of rows) has to hold with and without every condition: it is what holds when each of
them is an unknown truth value, for every choice of joins, and with everything left out.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from msgspec.structs import replace

from querygen.analyze import nodes as n
from querygen.analyze.dynamic_after import after_condition
from querygen.analyze.dynamic_cuts import NOT_DROPPABLE, Text, cut_of, first_and_last, idle_filters, path_to
from querygen.analyze.dynamic_joins import always, both, check_references, either, idle_joins, needs_at, when_cut
from querygen.analyze.dynamic_parts import BAD_SORT, Edit, holds, make_parts, set_lists, sort_of, variant_text
from querygen.analyze.nested import nest_of
from querygen.analyze.nodefuncs import walk_levels
from querygen.analyze.nullability import is_outer_joined, open_targets, result_entries
from querygen.analyze.nullability_expr import domain_not_null
from querygen.analyze.star import star_edits, ungrouped
from querygen.catalog.ddl_text import walk
from querygen.catalog.serving import fills
from querygen.diagnostics import Diagnostic, DiagnosticError, Note, Severity, error
from querygen.ir import (
    ALWAYS,
    Cardinality,
    Dynamic,
    MarkKind,
    ParamKind,
    RawParam,
    Toggle,
    ToggleKind,
    Variant,
)
from querygen.source import Span
from querygen.sql.nodes import ast, enums
from querygen.sql.parse import parse_statement
from querygen.sql.scan import skim

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from querygen.analyze.dynamic_cuts import Cut
    from querygen.analyze.dynamic_parts import SetList, Sort
    from querygen.catalog.catalog import Catalog
    from querygen.ir import AnalyzedQuery, Embed, Needs, RawQuery
    from querygen.sql.nodes import Node

    Analyze = Callable[[RawQuery, Catalog], AnalyzedQuery]

VARIANT_DIFFERS: Final = "QG344"
NO_DEFAULT: Final = "QG345"
EVERY_ROW: Final = "QG346"

_ALL_COMBINATIONS: Final = 4  # arguments of which every combination is analysed
_MOST_JOINS: Final = 4


def analyze_dynamic(raw: RawQuery, catalog: Catalog, analyze: Analyze) -> AnalyzedQuery:
    """Everything that is known of a query whose statement has parts that may be left out."""
    base = analyze(replace(raw, marks=()), catalog)
    tree = parse_statement(raw.sql)
    text = Text(raw.sql)
    toggles = _toggles(raw)
    cuts, edits, sort = _cut(raw, text, tree, base, catalog)
    cuts += idle_filters(text, tree, cuts)
    cuts += idle_joins(text, tree, base.query, catalog, cuts)
    check_references(raw, catalog, base.query, cuts)
    needs = _param_needs(raw, cuts, toggles)
    edits += [Edit(start, end, new) for start, end, new in star_edits(tree, base.query, raw.sql)]
    changes = set_lists(text, tree, cuts)
    _check_every_row(tree, cuts)
    dynamic = Dynamic(
        parts=make_parts(raw.sql, cuts, edits, changes, sort),
        toggles=toggles,
        needs=needs,
        variants=(),
        sort=sort.part if sort else None,
        change=_change(changes),
    )
    return _analyze_variants(raw, base, dynamic, cuts, catalog, analyze)


# ---------------------------------------------------------------------------------------------- arguments


def _toggles(raw: RawQuery) -> tuple[Toggle, ...]:
    """The arguments that may be left out, in the order of the text."""
    numbers = {param.name: param.number for param in raw.params if param.name}
    found: dict[str, Toggle] = {}
    for mark in raw.marks:
        match mark.kind:
            case MarkKind.OPTIONAL:
                found[mark.name] = Toggle(mark.name, ToggleKind.PARAM, (numbers[mark.name],))
            case MarkKind.WHEN if mark.name not in found:
                optional = any(one.kind is MarkKind.OPTIONAL and one.name == mark.name for one in raw.marks)
                if not optional and mark.name in numbers:
                    message = f'qg.when({mark.name}) drops a join without "{mark.name}", which has to be given here'
                    note = Note("it is needed here", _spans(raw, numbers[mark.name])[0])
                    hint = f"Write it as qg.optional({mark.name}) there."
                    raise DiagnosticError(
                        Diagnostic(NOT_DROPPABLE, Severity.ERROR, message, mark.span, hint, notes=(note,))
                    )
                found[mark.name] = Toggle(mark.name, ToggleKind.FLAG)
            case MarkKind.AFTER:
                if mark.name in found:
                    raise DiagnosticError(error(NOT_DROPPABLE, "a query has one qg.after at most", mark.span))
                found[mark.name] = Toggle(mark.name, ToggleKind.AFTER, mark.numbers)
            case _:
                pass
    return tuple(found.values())


def _spans(raw: RawQuery, number: int) -> tuple[Span, ...]:
    return next((one.spans for one in raw.params if one.number == number), ()) or (raw.span,)


def _param_needs(raw: RawQuery, cuts: Sequence[Cut], toggles: Sequence[Toggle]) -> dict[int, Needs]:
    """When each parameter is in the text; one that may be left out has to be nowhere else."""
    found: dict[int, Needs] = {}
    places: dict[int, int] = {}
    names = {number: one.name for one in toggles for number in one.numbers}
    for kind, start, end in skim(raw.sql):
        if kind != "param":
            continue
        number = int(raw.sql[start + 1 : end])
        needs = needs_at(cuts, start)
        name = names.get(number)
        if name is not None and not all(name in one for one in needs):
            place = raw.file_offset(start)
            message = f'"{name}" may be left out, but it is still needed here'
            hint = f"Write it as qg.optional({name}) here, too, where it can be left out."
            raise DiagnosticError(error(NOT_DROPPABLE, message, Span(raw.source, place, place + 1), hint))
        found[number] = either(found.get(number, ()), needs)
        places.setdefault(number, raw.file_offset(start))
    for param in raw.params:
        needs = found.get(param.number, ALWAYS)
        if needs != ALWAYS and param.number not in names:
            place = places[param.number]
            without = " and ".join(f'"{name}"' for name in sorted(needs[0]))
            what = f'"{param.name}"' if param.name else f"${param.number}"
            message = f"the caller has to give {what}, but this is left out without {without}, and {what} with it"
            hint = f"Write it as qg.optional({param.name or 'name'}), or in a condition of its own."
            raise DiagnosticError(error(NOT_DROPPABLE, message, Span(raw.source, place, place + 1), hint))
    return found


# ---------------------------------------------------------------------------------------------- cutting


def _cut(
    raw: RawQuery, text: Text, tree: Node, base: AnalyzedQuery, catalog: Catalog
) -> tuple[list[Cut], list[Edit], Sort | None]:
    cuts: list[Cut] = []
    edits: list[Edit] = []
    sort: Sort | None = None
    free = max((one.number for one in raw.params), default=0) + 1
    for mark in raw.marks:
        match mark.kind:
            case MarkKind.OPTIONAL:
                _add(cuts, cut_of(text, path_to(tree, mark.start, ast.ParamRef), mark, free))
            case MarkKind.WHEN:
                cut, (start, end) = when_cut(text, path_to(tree, mark.start, ast.A_Const), mark)
                _add(cuts, cut)
                edits.append(Edit(start, end, ""))
            case MarkKind.AFTER:
                inside = raw.sql.index("ROW", mark.start)
                path = path_to(tree, inside, ast.RowExpr)
                cut = cut_of(text, path, mark, free)
                _add(cuts, cut)
            case MarkKind.SORT:
                if sort is not None:
                    raise DiagnosticError(error(BAD_SORT, "a query has one qg.sort at most", mark.span))
                if any(one.kind is MarkKind.AFTER for one in raw.marks):
                    message = "qg.after needs an ORDER BY that is always the same, not qg.sort"
                    raise DiagnosticError(error(BAD_SORT, message, mark.span, "Make two queries of it."))
                sort = sort_of(text, tree, mark)
    for mark in raw.marks:
        if mark.kind is MarkKind.AFTER:
            condition = after_condition(mark, base.query, catalog, cuts)
            start = mark.start + len(raw.sql[mark.start : mark.end]) - len(raw.sql[mark.start : mark.end].lstrip())
            around = max(cut.start for cut in cuts if cut.start <= start < cut.end)
            edits.append(Edit(max(mark.start, around), mark.end, condition))
            edits.append(Edit(mark.start, around, ""))  # where the condition alone is cut, the space before it
    return cuts, edits, sort


def _add(cuts: list[Cut], new: Cut) -> None:
    """A second mark in the same piece adds to what the piece needs."""
    for number, cut in enumerate(cuts):
        if (cut.start, cut.end, cut.kind) == (new.start, new.end, new.kind):
            cuts[number] = replace(cut, needs=both(cut.needs, new.needs))
            return
    cuts.append(new)


def _change(lists: Sequence[SetList]) -> Needs:
    """What has to be given so that every SET has something to set."""
    found = ALWAYS
    for one in lists:
        found = both(found, either(*(needs for _, _, needs in one.items)))
    return found


def _check_every_row(tree: Node, cuts: Sequence[Cut]) -> None:
    """An UPDATE or DELETE must not lose all its conditions: it would then run for every row."""
    for node in walk(tree):
        if not isinstance(node, (ast.UpdateStmt, ast.DeleteStmt)) or node.whereClause is None:
            continue
        conditions = [cut for cut in cuts if cut.kind == "condition"]
        holding = []
        for one in _and_ed(node.whereClause):
            first, last = first_and_last(one)
            holding.append(next((cut for cut in conditions if cut.start <= first and last < cut.end), None))
        cut = holding[0]
        if cut is not None and all(holding) and cut.mark is not None:
            verb = "UPDATE" if isinstance(node, ast.UpdateStmt) else "DELETE"
            message = f"every condition of this {verb} may be left out: it would then run for all rows"
            hint = "Add a condition that is always there, or AND true if that is meant."
            raise DiagnosticError(error(EVERY_ROW, message, cut.mark.span, hint))


def _and_ed(node: Any) -> Iterator[Node]:
    if isinstance(node, ast.BoolExpr) and node.boolop == enums.BoolExprType.AND_EXPR:
        for one in node.args:
            yield from _and_ed(one)
    else:
        yield node


# ---------------------------------------------------------------------------------------------- variants


def _analyze_variants(
    raw: RawQuery, base: AnalyzedQuery, dynamic: Dynamic, cuts: Sequence[Cut], catalog: Catalog, analyze: Analyze
) -> AnalyzedQuery:
    names = [one.name for one in dynamic.toggles]
    everything = frozenset(names)
    variants: list[Variant] = []
    proofs: list[AnalyzedQuery] = []
    for given in _given(names, cuts):
        if not holds(dynamic.change, given):
            continue
        text = variant_text(dynamic.parts, given)
        found = _analyzed(raw, text, catalog, analyze, given, everything)
        _check_same(raw, base, found, given)
        _check_defaults(raw, base, found, given, catalog, cuts)
        proofs.append(found)
        variants.append(Variant(given, text))
    if dynamic.sort is not None:
        for key, _ in dynamic.sort.choices:
            for given in dict.fromkeys((everything, frozenset[str]())):
                text = variant_text(dynamic.parts, given, sort=key)
                found = _analyzed(raw, text, catalog, analyze, given, everything)
                variants.append(Variant(given, text, key))
    for given in _joins_given(raw, names, cuts):
        if not holds(dynamic.change, given):
            continue
        text = variant_text(dynamic.parts, given, unknown=True)
        proofs.append(_analyzed(raw, text, catalog, analyze, given, everything))
    columns = tuple(
        replace(
            column,
            nullable=any(one.columns[number].nullable for one in proofs),
            proved_nullable=any(one.columns[number].proved_nullable for one in proofs),
            nullable_elements=any(one.columns[number].nullable_elements for one in proofs),
            why=next((one.columns[number].why for one in proofs if one.columns[number].nullable), column.why),
            shape=_weakest_shape([one.columns[number].shape for one in proofs]),
        )
        for number, column in enumerate(base.columns)
    )
    said = [{(one.code, one.message) for one in found.warnings} for found in proofs]
    return replace(
        base,
        raw=raw,
        sql=variant_text(dynamic.parts, everything),
        columns=columns,
        rows=lambda: _weakest([base, *proofs]),
        embeds=tuple(
            replace(one, nullable=one.nullable or any(_is_absent(found.query, one, catalog) for found in proofs))
            for one in base.embeds
        ),
        nest=nest_of(raw, always(base.query, cuts), catalog, base.embeds, result_entries(base.query)),
        read_only=all(one.read_only for one in (base, *proofs)),
        warnings=tuple(one for one in base.warnings if all((one.code, one.message) in some for some in said)),
        dynamic=replace(dynamic, variants=tuple(variants)),
    )


def _given(names: Sequence[str], cuts: Sequence[Cut]) -> Iterator[frozenset[str]]:
    """What is given in each variant that is analysed on its own; see above."""
    everything = frozenset(names)
    found: dict[frozenset[str], None] = {}
    if len(names) <= _ALL_COMBINATIONS:
        for count in range(len(names), -1, -1):
            found.update(dict.fromkeys(map(frozenset, combinations(names, count))))
    else:
        found[everything] = None
        found.update(dict.fromkeys(everything - {name} for name in names))
        found.update(dict.fromkeys(some for cut in cuts for some in cut.needs))
        found[frozenset()] = None
    yield from found


def _joins_given(raw: RawQuery, names: Sequence[str], cuts: Sequence[Cut]) -> Iterator[frozenset[str]]:
    """All arguments, without each choice of those that joins need."""
    joins = [cut for cut in cuts if cut.kind == "join"]
    if len(joins) > _MOST_JOINS:
        message = f"a query can have {_MOST_JOINS} joins that may be left out, not {len(joins)}"
        span = next((cut.mark.span for cut in joins if cut.mark is not None), raw.name_span)
        raise DiagnosticError(error(NOT_DROPPABLE, message, span))
    wanted = sorted({name for cut in joins for one in cut.needs for name in one})
    if len(wanted) > _MOST_JOINS:
        yield frozenset(names)
        yield from (frozenset(names) - {name for one in cut.needs for name in one} for cut in joins)
        yield frozenset(names) - set(wanted)
        return
    for count in range(len(wanted) + 1):
        for left_out in combinations(wanted, count):
            yield frozenset(names) - set(left_out)


def _weakest(found: Iterable[AnalyzedQuery]) -> Cardinality:
    order = (Cardinality.ONE, Cardinality.AT_MOST_ONE, Cardinality.MANY)
    return order[max(order.index(one.cardinality) for one in found)]


def _is_absent(query: n.Query, embed: Embed, catalog: Catalog) -> bool:
    """Whether the row of an embed may be that of an outer join."""
    var = ungrouped(result_entries(query)[embed.start].expr, query)
    return isinstance(var, n.Var) and is_outer_joined(open_targets(query, catalog), var)


def _weakest_shape(found: Sequence[Any]) -> Any:
    """A shape in which null may stand where it may in one of them."""
    first = found[0]
    if all(one == first for one in found):
        return first
    if isinstance(first, bool):
        return any(found)
    if isinstance(first, tuple):
        parts = [_weakest_shape(several) for several in zip(*found, strict=True)]
        return tuple(parts) if type(first) is tuple else type(first)(*parts)
    if isinstance(first, Struct):
        fields = {name: _weakest_shape([getattr(one, name) for one in found]) for name in first.__struct_fields__}
        return replace(first, **fields)
    return first


def _dense(text: str) -> tuple[str, dict[int, int]]:
    """The text with parameters numbered without a gap, and which number was which."""
    numbers: dict[int, int] = {}
    pieces: list[str] = []
    done = 0
    for kind, start, end in skim(text):
        if kind == "param":
            own = int(text[start + 1 : end])
            pieces += (text[done:start], f"${numbers.setdefault(own, len(numbers) + 1)}")
            done = end
    pieces.append(text[done:])
    return "".join(pieces), {new: own for own, new in numbers.items()}


def _analyzed(
    raw: RawQuery, text: str, catalog: Catalog, analyze: Analyze, given: frozenset[str], everything: frozenset[str]
) -> AnalyzedQuery:
    """A variant, analysed on its own; its parameters have the numbers of the whole statement."""
    sql, owns = _dense(text)
    params = {one.number: one for one in raw.params}
    own_params = tuple(
        replace(params[own], number=number) if own in params else RawParam(number, None, ParamKind.ARG)
        for number, own in sorted(owns.items())
    )
    own_raw = replace(raw, sql=sql, params=own_params, marks=(), offsets=((0, raw.span.start),), embeds=())
    try:
        found = analyze(own_raw, catalog)
    except DiagnosticError as refused:
        raise DiagnosticError(_of_variant(raw, refused.diagnostic, given, everything)) from refused
    numbered = tuple(replace(one, number=owns[one.number]) for one in found.params if one.number in owns)
    return replace(found, params=numbered)


def _of_variant(raw: RawQuery, problem: Diagnostic, given: frozenset[str], everything: frozenset[str]) -> Diagnostic:
    """What PostgreSQL says of a variant, at the place of what makes it one."""
    missing = sorted(everything - given)
    mark = next((one for one in raw.marks if one.name in missing), None) or raw.marks[0]
    without = f"without {', '.join(missing)}" if missing else "with everything given"
    if mark.kind is MarkKind.SORT:
        without = "in one of its orders"
    return replace(problem, message=f"{without}: {problem.message}", span=mark.span)


def _check_same(raw: RawQuery, base: AnalyzedQuery, found: AnalyzedQuery, given: frozenset[str]) -> None:
    """The result has the same columns, and a parameter the same type, whatever is left out."""
    missing = ", ".join(sorted({one.name for one in raw.marks} - given)) or "nothing"
    if [(one.name, one.type.oid) for one in found.columns] != [(one.name, one.type.oid) for one in base.columns]:
        message = f"the result has other columns without {missing}"
        raise DiagnosticError(error(VARIANT_DIFFERS, message, raw.marks[0].span, "Name the columns in place of *."))
    types = {one.number: one for one in base.params}
    for param in found.params:
        other = types[param.number]
        if param.type != other.type:
            message = f'the type of parameter "{param.name}" is another one without {missing}'
            hint = "Write a cast behind the parameter."
            raise DiagnosticError(error(VARIANT_DIFFERS, message, other.span or raw.span, hint))


def _check_defaults(
    raw: RawQuery,
    base: AnalyzedQuery,
    found: AnalyzedQuery,
    given: frozenset[str],
    catalog: Catalog,
    cuts: Sequence[Cut],
) -> None:
    """A column that is left out of an INSERT has to have something else to hold."""
    dropped = [cut for cut in cuts if cut.kind == "value" and not holds(cut.needs, given)]
    if not dropped:
        return
    written = set(_defaults(base.query))
    for statement, relid, row, attnum in _defaults(found.query):
        relation = catalog.find_relation(relid)
        column = next((one for one in relation.columns if one.attnum == attnum), None) if relation else None
        if column is None or (statement, relid, row, attnum) in written:
            continue
        needed = column.not_null or domain_not_null(catalog, column.type_oid)
        if not needed or fills(catalog, column):
            continue
        mark = next((cut.mark for cut in dropped if cut.mark and cut.mark.name == column.name), dropped[0].mark)
        message = f'column "{column.name}" is NOT NULL and has no default: it cannot be left out'
        raise DiagnosticError(error(NO_DEFAULT, message, mark.span if mark else raw.name_span))


def _defaults(query: n.Query) -> Iterator[tuple[int, int, int, int]]:
    """Each DEFAULT that is put in: the number of the statement, the table, the row or action and the column."""
    queries = [node for node, _level in walk_levels(query) if isinstance(node, n.Query)]
    written = [one for one in queries if one.commandType in (enums.CmdType.CMD_INSERT, enums.CmdType.CMD_MERGE)]
    for number, one in enumerate(written):
        relid = one.rtable[one.resultRelation - 1].relid
        inserts = [action.commandType == enums.CmdType.CMD_INSERT for action in one.mergeActionList]
        lists = [
            action.targetList if is_insert else ()
            for action, is_insert in zip(one.mergeActionList, inserts, strict=True)
        ]
        for row, entries in enumerate(lists or [one.targetList]):
            for entry in entries:
                if isinstance(entry.expr, n.SetToDefault):
                    yield number, relid, row, entry.resno
                elif isinstance(entry.expr, n.Var):
                    # VALUES of several rows
                    for place, values in enumerate(one.rtable[entry.expr.varno - 1].values_lists):
                        if isinstance(values[entry.expr.varattno - 1], n.SetToDefault):
                            yield number, relid, place, entry.resno
