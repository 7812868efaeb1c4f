"""Where a dynamic statement is cut: the smallest droppable thing around each `qg.optional`, as a range of the text.

Takes the statement's text, its raw tree and the marks; gives `Cut`s. A piece is found in the tree and cut out of the
text between tokens; each cut is then parsed on its own and has to be the node that was meant. Droppable are one AND-ed
condition of WHERE, HAVING, ON or FILTER, one item of SET, one value of VALUES, LIMIT and OFFSET. Mirrors no C file.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from msgspec import Struct

from querygen.catalog.ddl_text import walk
from querygen.diagnostics import DiagnosticError, PgError, error
from querygen.sql.nodes import Node, ast, enums
from querygen.sql.parse import parse_statement
from querygen.sql.scan import COMMENTS, fold, tokenize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from querygen.ir import Mark, Needs
    from querygen.sql.scan import Token

NOT_DROPPABLE: Final = "QG340"

# The words that end a condition, a limit or an item of SET where they stand outside of parentheses.
_ENDS: Final = frozenset(
    {"group", "having", "window", "order", "limit", "offset", "fetch", "for", "union", "intersect", "except"}
    | {"returning", "on", "where", "join", "left", "right", "full", "inner", "cross", "natural", "using", "from"}
    | {"when"}
)
_CALLABLE: Final = frozenset({"left", "right", "full", "inner", "cross", "natural"})  # names of functions, too
_BEFORE_FROM: Final = frozenset({"distinct"})  # IS DISTINCT FROM


class Step(NamedTuple):
    """One step down a raw tree: the node, the field, and where in its (nested) list."""

    node: Node
    field: str
    place: tuple[int, ...]


class Cut(Struct, frozen=True):
    """A range of the text that is there only if what it needs is given; `kind` says what it is.

    In its place stands `otherwise`; `unknown` is a condition of which nothing is known, for what holds in both cases.
    """

    kind: str  # condition, item, value, limit, join
    start: int
    end: int
    needs: Needs
    otherwise: str = ""
    unknown: str | None = None
    mark: Mark | None = None
    node: Node | None = None  # of a join: the raw JoinExpr; of an item: the ResTarget


class Text:
    """A statement's text with its tokens but for comments, and how deep in parentheses each is."""

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self.tokens: list[Token] = [one for one in tokenize(sql) if one[0] not in COMMENTS]
        self.starts = [start for _, start, _ in self.tokens]
        self.depths: list[int] = []
        depth = 0
        for _, start, _ in self.tokens:
            if sql[start] in ")]":
                depth -= 1
            self.depths.append(depth)
            if sql[start] in "([":
                depth += 1

    def word(self, index: int) -> str:
        kind, start, end = self.tokens[index]
        return fold(self.sql[start:end]) if kind in ("word", "punct") else ""

    def at(self, offset: int) -> int:
        """The first token that starts at or behind an offset."""
        return bisect_left(self.starts, offset)

    def back_to(self, offset: int, words: frozenset[str] | set[str]) -> int:
        """The last token before an offset that is one of the words."""
        index = self.at(offset) - 1
        while index >= 0 and self.word(index) not in words:
            index -= 1
        return index

    def end_of_clause(self, index: int) -> int:
        """The token behind the clause that begins with this token (a keyword, or the first of an item)."""
        depth, cases = self.depths[index], 0
        index += 1
        while index < len(self.tokens) and self.depths[index] >= depth:
            word = self.word(index)
            if self.depths[index] == depth:
                cases += {"case": 1, "end": -1}.get(word, 0)
                if word == "," or (not cases and self._ends(index, word)):
                    break
            index += 1
        return index

    def _ends(self, index: int, word: str) -> bool:
        if word not in _ENDS:
            return False
        if word in _CALLABLE and index + 1 < len(self.tokens) and self.word(index + 1) == "(":
            return False
        if word == "from" and self.word(index - 1) in _BEFORE_FROM:
            return False
        return not (word == "group" and self.word(index - 1) == "within")

    def inside(self, first: int, last: int) -> tuple[int, int]:
        """The range of the tokens `first` to `last` (exclusive) without parentheses that it does not hold both of."""
        closing: list[int] = []
        unopened = 0
        for index in range(first, last):
            if self.word(index) == "(":
                closing.append(index)
            elif self.word(index) == ")":
                if closing:
                    closing.pop()
                else:
                    unopened += 1
        while closing and first in closing:
            closing.remove(first)
            first += 1
        while unopened and self.word(last - 1) == ")":
            unopened -= 1
            last -= 1
        return self.tokens[first][1], self.tokens[last - 1][2]

    def end_before(self, index: int) -> int:
        """Where the token before this one ends."""
        return self.tokens[index - 1][2] if index else 0


def first_and_last(node: Any) -> tuple[int, int]:
    """The first and the last place that a raw tree knows."""
    places = [
        place
        for one in walk(node)
        for name in ("location", "name_location", "arg_location")
        if isinstance(place := getattr(one, name, None), int) and place >= 0
    ]
    return (min(places), max(places)) if places else (-1, -1)


def path_to(tree: Node, offset: int, kind: type[Node]) -> list[Step]:
    """The steps from the statement down to the node of a kind at an offset; none if there is no such node."""
    stack: list[Step] = []

    def below(node: Any, steps: list[Step]) -> bool:
        if isinstance(node, kind) and node.location == offset:
            stack.extend(steps)
            return True
        return any(below(child, [*steps, Step(node, field, index)]) for field, index, child in _children(node))

    below(tree, [])
    return stack


def _children(node: Node) -> Iterator[tuple[str, tuple[int, ...], Node]]:
    for field in node:
        value = getattr(node, field)
        if isinstance(value, Node):
            yield field, (), value
        elif isinstance(value, tuple):
            for index, one in _listed(value, ()):
                yield field, index, one


def _listed(values: tuple[Any, ...], index: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Node]]:
    for number, one in enumerate(values):
        if isinstance(one, Node):
            yield (*index, number), one
        elif isinstance(one, tuple):
            yield from _listed(one, (*index, number))


def _child(step: Step) -> Any:
    value = getattr(step.node, step.field)
    for number in step.place:
        value = value[number]
    return value


# ---------------------------------------------------------------------------------------------- what is droppable

_CONDITIONS: Final = {
    ("SelectStmt", "whereClause"): "where",
    ("UpdateStmt", "whereClause"): "where",
    ("DeleteStmt", "whereClause"): "where",
    ("SelectStmt", "havingClause"): "having",
    ("JoinExpr", "quals"): "on",
    ("FuncCall", "agg_filter"): "where",
    ("JsonAggConstructor", "agg_filter"): "where",
    ("OnConflictClause", "whereClause"): "where",
}


def cut_of(text: Text, steps: list[Step], mark: Mark, unknown: int) -> Cut:
    """The smallest droppable thing around a parameter. `unknown` is a parameter's number that is free."""
    needs: Needs = (frozenset({mark.name}),)
    for number in range(len(steps) - 1, -1, -1):
        step = steps[number]
        kind = type(step.node).__name__
        clause = _CONDITIONS.get((kind, step.field))
        if clause is not None:
            return _condition(text, steps, number, clause, needs, mark, unknown)
        if kind == "SelectStmt" and step.field in ("limitCount", "limitOffset"):
            return _limit(text, _child(step), needs, mark)
        if kind in ("UpdateStmt", "OnConflictClause") and step.field == "targetList":
            return _item(text, _child(step), needs, mark)
        if kind == "MergeWhenClause" and step.field == "targetList":
            if step.node.commandType == enums.CmdType.CMD_UPDATE:
                return _item(text, _child(step), needs, mark)
        if kind == "MergeWhenClause" and step.field == "values":
            return _value(text, [step.node.values], 0, step.place[-1], needs, mark)
        if kind == "SelectStmt" and step.field == "valuesLists":
            if number and type(steps[number - 1].node).__name__ == "InsertStmt":
                return _value(text, step.node.valuesLists, step.place[0], step.place[1], needs, mark)
    raise not_droppable(mark)


def not_droppable(mark: Mark, why: str = "") -> DiagnosticError:
    """The error of an optional parameter around which nothing can be left out."""
    message = why or f'nothing around qg.optional({mark.name}) can be left out with "{mark.name}"'
    hint = "It may stand in an AND-ed condition of WHERE, HAVING, ON or FILTER, in SET, VALUES, LIMIT or OFFSET."
    return DiagnosticError(error(NOT_DROPPABLE, message, mark.span, hint))


def conjunct(steps: list[Step], number: int) -> tuple[Node, list[tuple[Node, int]]]:
    """The AND-ed condition that a path leads to, and the ANDs above it with the argument's number in each."""
    ands: list[tuple[Node, int]] = []
    node = _child(steps[number])
    for step in steps[number + 1 :]:
        if not (isinstance(node, ast.BoolExpr) and node.boolop == enums.BoolExprType.AND_EXPR):
            break
        ands.append((node, step.place[0]))
        node = _child(step)
    return node, ands


def clause_range(text: Text, root: Node, word: str) -> tuple[int, int]:
    """The tokens of a condition, from its keyword to behind its end."""
    keyword = text.back_to(first_and_last(root)[0], {word})
    return keyword, text.end_of_clause(keyword)


def _condition(text: Text, steps: list[Step], number: int, clause: str, needs: Needs, mark: Mark, unknown: int) -> Cut:
    root = _child(steps[number])
    node, ands = conjunct(steps, number)
    keyword, end = clause_range(text, root, clause)
    first, last = keyword + 1, end
    separator = -1  # the AND before it, if it has a condition before it
    for above, index in ands:
        args = above.args
        separator = -1
        if index:
            separator = _last_and(text, first_and_last(args[index])[0])
            first = separator + 1
        if index + 1 < len(args):
            last = _last_and(text, first_and_last(args[index + 1])[0])
    start, stop = text.inside(first, last)
    _prove(text.sql[start:stop], node, mark)
    opaque = f"${unknown}::boolean"
    if separator >= 0:
        begin = text.end_before(separator)
        return Cut("condition", begin, stop, needs, "", f" AND {opaque}", mark)
    if not ands and steps[number].field == "agg_filter":
        return Cut("condition", *_filter_range(text, root), needs, "", f" FILTER (WHERE {opaque})", mark)
    statement = type(steps[number].node).__name__ in ("SelectStmt", "UpdateStmt", "DeleteStmt")
    if not ands and clause == "where" and statement:
        whole = text.end_before(end)  # its parentheses go with it
        return Cut("condition", text.end_before(keyword), whole, needs, "", f" WHERE {opaque}", mark)
    return Cut("condition", start, stop, needs, "true", opaque, mark)


def _filter_range(text: Text, root: Node) -> tuple[int, int]:
    """All of FILTER (WHERE …): PostgreSQL takes max(x) from an index only where there is none, not even one of true."""
    keyword, end = clause_range(text, root, "where")
    return text.end_before(keyword - 2), text.end_before(end + 1)


def idle_filters(text: Text, tree: Node, cuts: Sequence[Cut]) -> list[Cut]:
    """The FILTERs of several conditions that may all be left out, each with what one of them needs."""
    found: list[Cut] = []
    for node in walk(tree):
        root = getattr(node, "agg_filter", None)
        if root is None:
            continue
        places = [first_and_last(one)[1] for one in _conjuncts(root)]
        own = [
            next((cut for cut in cuts if cut.kind == "condition" and cut.start <= at < cut.end), None) for at in places
        ]
        if len(own) > 1 and all(own):
            needs = tuple(dict.fromkeys(some for cut in own if cut is not None for some in cut.needs))
            found.append(Cut("filter", *_filter_range(text, root), needs))
    return found


def _conjuncts(node: Node) -> list[Node]:
    if isinstance(node, ast.BoolExpr) and node.boolop == enums.BoolExprType.AND_EXPR:
        return [one for arg in node.args for one in _conjuncts(arg)]
    return [node]


def _last_and(text: Text, offset: int) -> int:
    return text.back_to(offset, {"and"})


def _limit(text: Text, node: Node, needs: Needs, mark: Mark) -> Cut:
    keyword = text.back_to(first_and_last(node)[0], {"limit", "offset", "fetch"})
    end = text.end_of_clause(keyword)
    return Cut("limit", text.end_before(keyword), text.end_before(end), needs, "", None, mark)


def _item(text: Text, node: Node, needs: Needs, mark: Mark) -> Cut:
    if isinstance(node.val, ast.MultiAssignRef):
        raise not_droppable(mark, f'a list of columns cannot be left out of SET with "{mark.name}"')
    first = text.at(node.location)
    end = text.end_of_clause(first)
    start, stop = text.inside(first, end)
    statement = parse_statement("UPDATE t SET " + text.sql[start:stop])  # noqa: S608  it is parsed, not run
    if statement.targetList != (node,):
        raise not_droppable(mark)
    return Cut("item", start, stop, needs, "", None, mark, node)


def _value(text: Text, rows: Sequence[Sequence[Node]], row: int, number: int, needs: Needs, mark: Mark) -> Cut:
    """A value between the parentheses of VALUES: DEFAULT takes its place."""
    keyword = text.back_to(first_and_last(rows[0])[0], {"values"})
    first, last = _values(text, keyword)[row][number]
    start, stop = text.inside(first, last)
    _prove(text.sql[start:stop], rows[row][number], mark)
    return Cut("value", start, stop, needs, "DEFAULT", None, mark)


def _values(text: Text, keyword: int) -> list[list[tuple[int, int]]]:
    """The tokens of each value of each row behind VALUES."""
    depth = text.depths[keyword]
    rows: list[list[tuple[int, int]]] = []
    index = keyword + 1
    while index < len(text.tokens) and text.word(index) == "(":
        first = index + 1
        row: list[tuple[int, int]] = []
        while text.depths[index := index + 1] > depth:
            if text.word(index) == "," and text.depths[index] == depth + 1:
                row.append((first, index))
                first = index + 1
        rows.append([*row, (first, index)])
        index += 2  # the parenthesis and the comma behind it
    return rows


def _prove(piece: str, node: Node, mark: Mark) -> None:
    """The text that was cut is the node that was meant, or the cut is not made."""
    try:
        found = parse_statement(f"SELECT ({piece}\n)").targetList[0].val
    except PgError:
        found = None
    if found != node:
        message = f'the condition around "{mark.name}" could not be cut out of the statement'
        raise DiagnosticError(error(NOT_DROPPABLE, message, mark.span, "Put parentheses around it."))
