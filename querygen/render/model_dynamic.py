"""Dynamic queries as text: the function that puts the statement together, and the arguments that may be left out.

Takes an analysed query with `dynamic`; gives what `model_functions` prints in place of a constant. The function adds
literals to literals, so that a type checker proves that the text is a LiteralString; no value is ever part of it. What
may be left out is UNSET where it is, and a parameter that the text does not have is sent as NOT_SENT.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from querygen.diagnostics import DiagnosticError, error
from querygen.ir import ALWAYS, Command, OptionalPart, SetPart, SortPart, TextPart, ToggleKind
from querygen.render import naming
from querygen.render.layout import (
    INDENT,
    WIDTH,
    Choice,
    Default,
    Group,
    Items,
    Pair,
    Test,
    Union,
    put,
    put_literal,
    put_signature,
    quoted,
    width,
)
from querygen.render.model_classes import FINAL
from querygen.render.model_items import refused
from querygen.render.model_patch import BAD_PATCH, PatchModel, patch_model
from querygen.render.pytypes import Import, conversion_imports, convert
from querygen.render.sql_text import tidy, with_casts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from querygen.ir import AnalyzedQuery, Dynamic, Needs, Part, Toggle
    from querygen.render.layout import Doc
    from querygen.render.model_items import Param
    from querygen.render.model_rows import Rows

CHANGES: Final = "._changes"
DYNAMIC: Final = "._dynamic"
_COMMANDS: Final = frozenset(
    {Command.ONE, Command.ONE_STRICT, Command.MANY, Command.ITER, Command.STREAM}
    | {Command.EXEC, Command.EXECROWS, Command.EXECRESULT}
)
BODY_NAMES: Final = frozenset({"UNSET", "Unset", "NOT_SENT", "EmptyPatchError", "only_columns", "sql", "chosen"})


class DynamicParts(NamedTuple):
    """What a dynamic query has in the place of a constant and plain parameters."""

    blocks: tuple[str, ...]
    block_imports: frozenset[Import]
    statement: Doc  # the expression that gives the text
    values: Doc | None
    arguments: tuple[Doc, ...]
    imports: frozenset[Import]  # of the function
    before: tuple[str, ...]  # lines of its body before the rest
    notes: tuple[str, ...]  # paragraphs of its documentation


class _Names(NamedTuple):
    """How things are called in the function, and in that of the text."""

    arguments: dict[str, str]  # of each toggle, what it is in the function: `role`, `patch.name`
    flags: dict[str, str]  # the parameter of the text's function
    after: str
    sort: str
    sort_type: str
    sort_table: str


def check_dynamic(query: AnalyzedQuery) -> None:
    """A statement that differs from call to call cannot be one for many items."""
    if query.dynamic is not None and query.command not in _COMMANDS:
        raise refused(query, "parts of it can be left out, and so it is not one statement for all items")


def dynamic_parts(
    query: AnalyzedQuery, dynamic: Dynamic, name: str, params: tuple[Param, ...], rows: Rows, tag: str
) -> DynamicParts:
    """Everything of a dynamic query that a plain one has otherwise. `tag` is what stands behind the statement."""
    by_number = {one.number: one for one in params}
    patched = _patched(query, dynamic)
    patch = None
    if "patch" in query.raw.annotations:
        fields = [by_number[number] for number in patched.values()]
        if not fields:
            message = f'query "{query.name}" has no item of SET that may be left out, so that a patch has no field'
            raise DiagnosticError(error(BAD_PATCH, message, query.raw.name_span, "Write SET name = qg.optional(name)."))
        patch = patch_model(query, fields, rows)
    names = _names(query, dynamic, name, params, patched if patch else {}, rows)
    text_name = rows.free(f"{name}_sql")
    block_imports = {Import("typing", "LiteralString")}
    casts = {one.number: one.field.type.cast for one in params if one.field.type.cast}
    blocks = [_text_function(query, dynamic, text_name, names, casts, tag, block_imports)]
    imports = {Import(rows.module, text_name)}
    if dynamic.sort is not None:
        blocks.insert(0, _sort_blocks(dynamic.sort, names))
        block_imports |= {FINAL, Import("typing", "Literal"), Import("typing", "TypeAlias")}
        imports.add(Import(rows.module, names.sort_type))
    if patch is not None and patch.block:
        blocks.insert(0, patch.block)
        block_imports |= patch.imports
    before = _before(query, dynamic, names, patch, imports)
    arguments = _arguments(dynamic, names, params, patched if patch else {}, patch, imports)
    values = _values(dynamic, names, by_number, imports)
    return DynamicParts(
        tuple(blocks),
        frozenset(block_imports),
        _call(dynamic, text_name, names),
        values,
        arguments,
        frozenset(imports),
        tuple(before),
        tuple(_notes(dynamic)),
    )


def _notes(dynamic: Dynamic) -> list[str]:
    notes = []
    if any(one.kind is ToggleKind.PARAM for one in dynamic.toggles):
        notes.append("What is UNSET is left out of the statement.")
    if dynamic.change != ALWAYS:
        notes.append("Raises EmptyPatchError where nothing is given to be set.")
    if dynamic.sort is not None:
        notes.append("Raises ValueError for a column that it does not sort by.")
    return notes


# ---------------------------------------------------------------------------------------------- names


def _patched(query: AnalyzedQuery, dynamic: Dynamic) -> dict[str, int]:
    """The arguments that items of SET need, with their parameters."""
    if "patch" not in query.raw.annotations:
        return {}
    numbers = {one.name: one.numbers[0] for one in dynamic.toggles if one.kind is ToggleKind.PARAM}
    found: dict[str, int] = {}
    for part in _all_parts(dynamic.parts):
        if isinstance(part, SetPart):
            for needs, _ in part.items:
                found.update({name: numbers[name] for one in needs for name in sorted(one) if name in numbers})
    return found


def _all_parts(parts: Sequence[Part]) -> list[Part]:
    found: list[Part] = []
    for part in parts:
        found.append(part)
        if isinstance(part, OptionalPart):
            found += _all_parts(part.parts)
        elif isinstance(part, SetPart):
            found += [inner for _, item in part.items for inner in _all_parts(item)]
    return found


def _names(
    query: AnalyzedQuery,
    dynamic: Dynamic,
    name: str,
    params: tuple[Param, ...],
    patched: Mapping[str, int],
    rows: Rows,
) -> _Names:
    fields = {one.number: one.field.name for one in params}
    taken = {*fields.values(), *BODY_NAMES, "conn", "cur", "each", "fetched", "patch"}
    arguments: dict[str, str] = {}
    flags: dict[str, str] = {}
    after = ""
    for one in dynamic.toggles:
        match one.kind:
            case ToggleKind.PARAM:
                own = fields[one.numbers[0]]
                arguments[one.name] = f"patch.{own}" if one.name in patched else own
            case ToggleKind.FLAG:
                own = naming.unique(naming.identifier(one.name, "flag"), taken)
                arguments[one.name] = own
            case ToggleKind.AFTER:
                own = after = naming.unique("after", taken)
                arguments[one.name] = own
        taken.add(own)
        flags[one.name] = own
    sort = naming.unique("sort", taken)
    sort_type = sort_table = ""
    if dynamic.sort is not None:
        sort_type = naming.unique(naming.query_camel(query.name) + "Sort", rows.models.names | rows.taken)
        rows.taken.add(sort_type)
        sort_table = rows.free(f"{name}_sort".upper())
    return _Names(arguments, flags, after, sort, sort_type, sort_table)


# ---------------------------------------------------------------------------------------------- the text


def _sort_blocks(sort: SortPart, names: _Names) -> str:
    lines: list[str] = []
    keys = tuple(quoted(key) for key, _ in sort.choices)
    put(lines, "", f"{names.sort_type}: TypeAlias = ", Group("Literal[", keys, "]", comma=True))
    pairs: tuple[Doc, ...] = tuple(Pair(f"{quoted(key)}: ", quoted(text)) for key, text in sort.choices)
    held = f"dict[{names.sort_type}, LiteralString]"
    prefix = f"{names.sort_table}: Final[{held}] = "
    if width(prefix) >= WIDTH:
        lines += [f"{names.sort_table}: Final[", f"{INDENT}{held}"]
        prefix = "] = "
    put(lines, "", prefix, Group("{", pairs, "}"))
    return "\n".join(lines)


def _text_function(
    query: AnalyzedQuery,
    dynamic: Dynamic,
    text_name: str,
    names: _Names,
    casts: Mapping[int, str],
    tag: str,
    imports: set[Import],
) -> str:
    used = {name for part in _all_parts(dynamic.parts) for name in _needed(part)}
    lines: list[str] = []
    arguments: list[Doc] = [f"{names.flags[one.name]}: bool" for one in dynamic.toggles if one.name in used]
    if dynamic.sort is not None:
        arguments.append(f"{names.sort}: tuple[{names.sort_type}, ...]")
    put_signature(lines, f"def {text_name}(", ("*", *arguments), "LiteralString")
    lines.append(f'{INDENT}"""Give the statement of {query.name} for what is given."""')
    parts = [*dynamic.parts, *([TextPart(tag, 0)] if tag else [])]
    writer = _Text(lines, names, casts, query.name, imports)
    writer.write(_stripped(parts), 1, "sql", first=True)
    lines.append(f"{INDENT}return sql")
    return "\n".join(lines)


def _needed(part: Part) -> set[str]:
    match part:
        case OptionalPart():
            return {name for one in part.needs for name in one}
        case SetPart():
            return {name for needs, _ in part.items for one in needs for name in one}
        case _:
            return set()


def _stripped(parts: Sequence[Part]) -> list[Part]:
    """Without the white space around the statement."""
    found = list(parts)
    if isinstance(found[0], TextPart):
        found[0] = TextPart(found[0].text.lstrip(), found[0].offset)
    if isinstance(found[-1], TextPart):
        found[-1] = TextPart(found[-1].text.rstrip(), found[-1].offset)
    return found


class _Text(NamedTuple):
    """Where the lines of the text's function go."""

    lines: list[str]
    names: _Names
    casts: Mapping[int, str]
    query: str
    imports: set[Import]

    def literal(self, text: str) -> str:
        return tidy(with_casts(text, self.casts))

    def add(self, depth: int, prefix: str, text: str, suffix: str = "") -> None:
        put_literal(self.lines, INDENT * depth, prefix, text, suffix)

    def write(self, parts: Sequence[Part], depth: int, target: str, *, first: bool = False) -> None:
        """The lines that add the parts to the variable `target`, or (`first`) begin it."""
        pending = ""
        begun = not first

        def text() -> None:
            nonlocal pending, begun
            if pending or not begun:
                self.add(depth, f"{target} += " if begun else f"{target}: LiteralString = ", pending)
                begun, pending = True, ""

        for part in parts:
            match part:
                case TextPart():
                    pending += self.literal(part.text)
                case OptionalPart():
                    text()
                    self.optional(part, depth, target)
                case SetPart():
                    if part.items[0][0] == ALWAYS and all(isinstance(one, TextPart) for one in part.items[0][1]):
                        pending += "".join(
                            self.literal(one.text) for one in part.items[0][1] if isinstance(one, TextPart)
                        )
                        text()
                        for needs, item in part.items[1:]:
                            self.item(needs, (TextPart(part.separator, 0), *item), depth, target)
                    else:
                        text()
                        self.listed(part, depth, target)
                case SortPart():
                    text()
                    self.imports.add(Import(DYNAMIC, "sort_columns"))
                    call = (quoted(self.query), self.names.sort, self.names.sort_table)
                    default = Pair("default=", quoted(part.default))
                    put(self.lines, INDENT * depth, f"{target} += ", Group("sort_columns(", (*call, default)))
        text() if pending else None

    def item(self, needs: Needs, parts: Sequence[Part], depth: int, target: str) -> None:
        if needs == ALWAYS:
            self.write(parts, depth, target)
        else:
            self.optional(OptionalPart(needs, tuple(parts), "", 0), depth, target)

    def optional(self, part: OptionalPart, depth: int, target: str) -> None:
        condition = _condition(part.needs, self.names.flags)
        self.lines.append(f"{INDENT * depth}if {condition}:")
        self.write(part.parts, depth + 1, target)
        if part.otherwise:
            self.lines.append(f"{INDENT * depth}else:")
            self.add(depth + 1, f"{target} += ", part.otherwise)

    def listed(self, part: SetPart, depth: int, target: str) -> None:
        """A list of which every item may be left out: it is gathered first."""
        items = "chosen" if depth == 1 and not any("chosen: list" in one for one in self.lines) else f"chosen_{depth}"
        self.lines.append(f"{INDENT * depth}{items}: list[LiteralString] = []")
        for needs, parts in part.items:
            texts = [one.text for one in parts if isinstance(one, TextPart)]
            inside = depth if needs == ALWAYS else depth + 1
            if needs != ALWAYS:
                self.lines.append(f"{INDENT * depth}if {_condition(needs, self.names.flags)}:")
            if len(texts) == len(parts):
                self.add(inside, f"{items}.append(", self.literal("".join(texts)), ")")
            else:
                self.write(parts, inside, "item", first=True)
                self.lines.append(f"{INDENT * inside}{items}.append(item)")
        self.lines.append(f"{INDENT * depth}{target} += {quoted(part.separator)}.join({items})")


def _condition(needs: Needs, words: Mapping[str, str], each: str = "{}") -> str:
    """The alternatives as an expression."""
    shown = [[each.format(words[name]) for name in sorted(one, key=list(words).index)] for one in needs]
    groups = [" and ".join(one) for one in shown]
    return " or ".join(f"({one})" if " and " in one and len(groups) > 1 else one for one in groups)


# ---------------------------------------------------------------------------------------------- the call


def _sure(dynamic: Dynamic) -> frozenset[str]:
    """The arguments without which nothing would be sent."""
    return frozenset.intersection(*dynamic.change)


def _is_given(toggle: Toggle, argument: str) -> str:
    match toggle.kind:
        case ToggleKind.PARAM:
            return f"{argument} is not UNSET"
        case ToggleKind.FLAG:
            return argument
        case ToggleKind.AFTER:
            return f"{argument} is not None"


def _flag(dynamic: Dynamic, toggle: Toggle, argument: str) -> Doc:
    if toggle.name in _sure(dynamic):
        return "True"
    value, operator, rest = _is_given(toggle, argument).partition(" ")
    return Test(value, rest) if operator else value


def _call(dynamic: Dynamic, text_name: str, names: _Names) -> Doc:
    used = {name for part in _all_parts(dynamic.parts) for name in _needed(part)}
    flags: list[Doc] = [
        Pair(f"{names.flags[one.name]}=", _flag(dynamic, one, names.arguments[one.name]))
        for one in dynamic.toggles
        if one.name in used
    ]
    if dynamic.sort is not None:
        flags.append(Pair(f"{names.sort}=", names.sort))
    return Group(f"{text_name}(", tuple(flags))


def _before(
    query: AnalyzedQuery, dynamic: Dynamic, names: _Names, patch: PatchModel | None, imports: set[Import]
) -> list[str]:
    lines: list[str] = []
    if patch is not None and patch.others:
        imports.add(Import(DYNAMIC, "only_columns"))
        columns = Items(tuple(quoted(one) for one in patch.columns))
        put(lines, INDENT, "", Group("only_columns(", ("patch", columns, quoted(query.name))))
    if dynamic.change != ALWAYS:
        imports |= {Import(DYNAMIC, "EmptyPatchError"), Import(CHANGES, "UNSET")}
        if all(len(one) == 1 for one in dynamic.change):
            tests = [
                f"{names.arguments[name]} is UNSET" for name in names.arguments if frozenset({name}) in dynamic.change
            ]
        else:
            given = _condition(dynamic.change, names.arguments, "{} is not UNSET")
            tests = [f"not ({given})"]
        line = f"{INDENT}if {' and '.join(tests)}:"
        if width(line) <= WIDTH:
            lines.append(line)
        else:
            lines.append(f"{INDENT}if (")
            lines += [f"{INDENT * 2}{'and ' if number else ''}{one}" for number, one in enumerate(tests)]
            lines.append(f"{INDENT}):")
        lines.append(f"{INDENT * 2}raise EmptyPatchError({quoted(query.name)})")
    return lines


def _arguments(
    dynamic: Dynamic,
    names: _Names,
    params: tuple[Param, ...],
    patched: Mapping[str, int],
    patch: PatchModel | None,
    imports: set[Import],
) -> tuple[Doc, ...]:
    """The parameters: first those that are always needed."""
    toggled = {number: one for one in dynamic.toggles for number in one.numbers}
    inside = set(patched.values())
    needed: list[Doc] = []
    rest: list[Doc] = []
    if patch is not None:
        needed.append(f"patch: {patch.name}")
        imports.add(patch.imported)
    for param in params:
        toggle = toggled.get(param.number)
        if toggle is None:
            imports.update(param.field.imports)
            needed.append(Pair(f"{param.field.name}: ", Union(param.field.annotation, in_brackets=True)))
        elif toggle.kind is ToggleKind.PARAM and param.number not in inside:
            imports |= {Import(CHANGES, "UNSET"), Import(CHANGES, "Unset"), *param.field.imports}
            rest.append(Default(f"{param.field.name}: ", f"{param.field.annotation} | Unset", "UNSET"))
    for toggle in dynamic.toggles:
        if toggle.kind is ToggleKind.FLAG:
            rest.append(f"{names.arguments[toggle.name]}: bool = False")
        elif toggle.kind is ToggleKind.AFTER:
            cursor = [one.field for one in params if one.number in toggle.numbers]
            imports.update(needed for one in cursor for needed in one.imports)
            held = ", ".join(one.annotation for one in cursor)
            rest.append(Default(f"{names.after}: ", f"tuple[{held}] | None", "None"))
    if dynamic.sort is not None:
        default = f"({quoted(dynamic.sort.default)},)"
        rest.append(Default(f"{names.sort}: ", f"tuple[{names.sort_type}, ...]", default))
    return (*needed, *rest)


def _values(dynamic: Dynamic, names: _Names, by_number: Mapping[int, Param], imports: set[Import]) -> Doc | None:
    if not by_number:
        return None
    toggles = {one.name: one for one in dynamic.toggles}
    toggled = {number: one for one in dynamic.toggles for number in one.numbers}
    values: list[Doc] = []
    for number in range(1, max(by_number) + 1):
        param = by_number.get(number)
        if param is None:
            values.append("None")
            continue
        imports.update(conversion_imports(param.field.type.dump))
        toggle = toggled.get(number)
        source = param.field.name
        if toggle is not None and toggle.kind is ToggleKind.AFTER:
            source = f"{names.after}[{toggle.numbers.index(number)}]"
        elif toggle is not None:
            source = names.arguments[toggle.name]
        value = convert(param.field.type.dump, source, nullable=param.field.nullable)
        needs = tuple(one - _sure(dynamic) for one in dynamic.needs.get(number, ALWAYS))
        test = _left_out(needs, toggles, names)
        if test:
            imports.add(Import(DYNAMIC, "NOT_SENT"))
            if " UNSET" in test:
                imports.add(Import(CHANGES, "UNSET"))
            value = Choice(test, value, "NOT_SENT")
        values.append(value)
    return Items(tuple(values))


def _left_out(needs: Needs, toggles: Mapping[str, Toggle], names: _Names) -> str:
    """The test for a parameter that the text does not have, in a form that narrows the argument's type."""
    if frozenset() in needs:
        return ""
    common = frozenset.intersection(*needs)
    tests = [_is_missing(toggles[name], names.arguments[name]) for name in names.arguments if name in common]
    rest = [one - common for one in needs]
    if all(rest):
        given = {name: _is_given(one, names.arguments[name]) for name, one in toggles.items()}
        tests.append(f"not ({_condition(tuple(rest), given)})")
    return " or ".join(tests)


def _is_missing(toggle: Toggle, argument: str) -> str:
    match toggle.kind:
        case ToggleKind.PARAM:
            return f"{argument} is UNSET"
        case ToggleKind.FLAG:
            return f"not {argument}"
        case ToggleKind.AFTER:
            return f"{argument} is None"
