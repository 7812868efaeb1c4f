"""What the figures say: text for the terminal, docs/benchmarks.md, docs/benchmarks.svg, and the goals.

Takes `Figures` and `ImportFigures`. A ratio below 1.00 is faster than what it is compared with.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime import imports
from runtime.cases import COPY, Case

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from runtime.imports import ImportFigures
    from runtime.measure import Figures

RAW, HAND, OURS = "raw tuples", "by hand", "querygen"
TYPED_PEERS = ("class_row", "SQLAlchemy Core", "SQLAlchemy ORM", "asyncpg + Model")

MOST_OF_HAND = 1.05
MOST_OF_RAW_COPY = 1.2
MOST_OF_EAGER_IMPORT = 0.6

INTRODUCTION = """# Benchmarks

Written by `python benchmarks/runtime.py --docs`; do not edit. All contestants run in one process against one embedded
server, by turns and in random order; the figures are medians of at least fifteen rounds, of hundreds for the small
cases, and of a third of these for the peers. Client CPU is the processor time of that process (the server is another),
wall is what the clock shows. Every cell but the first column of figures is a ratio: 1.00 is psycopg's raw tuples, below
it is faster. The machine does other things too, so only the ratios mean something.

{versions}.
The session's time zone is `UTC` for all; each contestant has one open connection. Python's garbage collector stays on.

* *by hand*: the same queries written by hand in the fastest shape we know: the yardstick for what
  querygen emits (`benchmarks/runtime/by_hand.py`).
* *raw tuples*: psycopg at its defaults, untyped. *class_row*: psycopg's documented way to models, validated by
  pydantic.
* *SQLAlchemy Core*: what sqlc-gen-python emits: `text()`, a `Querier`, pydantic models. *SQLAlchemy ORM*: mapped
  classes, a session for each call. Both over psycopg, asynchronously over asyncpg.
* *asyncpg + Model*: `Model(**record)`. *aiosql*: tuples over psycopg, asyncpg's records asynchronously; untyped.
* Narrow rows have three columns. Wide rows have nine: bigint, text, timestamptz, boolean, numeric, uuid, an enum,
  an integer or jsonb, a nullable text.
* COPY is binary with psycopg, `copy_records_to_table` with asyncpg; raw tuples and asyncpg are given tuples, the others
  models. The bulk insert by hand is one `unnest` of typed arrays, the peers' is `executemany`.
"""


@dataclass(frozen=True, slots=True)
class Goal:
    text: str
    met: bool


def _cell(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _time(seconds: float) -> str:
    return f"{seconds * 1e3:.1f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f} µs"


def _rows(figures: Figures, cases: Sequence[Case], clock: str, base: str) -> Iterator[list[str]]:
    others = [name for name in figures.names if name != base]
    yield ["", base, *others]
    for case in cases:
        ratios = [_cell(figures.ratio(case.name, name, base, clock)) for name in others]
        yield [case.name, _time(figures.median(case.name, base, clock)), *ratios]


def _text_table(rows: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return "\n".join(lines)


def _markdown_table(rows: list[list[str]]) -> str:
    head, *body = rows
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in body)])


def _mode(figures: Figures) -> str:
    return "asynchronous" if figures.asynchronous else "synchronous"


def _import_rows(figures: ImportFigures) -> list[list[str]]:
    rows = [["", "the models", f"of {imports.EAGER}", "everything", f"of {imports.EAGER}"]]
    for name in figures.models:
        row = [name]
        for measured in (figures.models, figures.everything):
            row += [_time(imports.median(measured, name)), _cell(imports.ratio(measured, name))]
        rows.append(row)
    return rows


def as_text(both: Sequence[Figures], cases: Sequence[Case], imported: ImportFigures | None) -> str:
    parts = []
    for figures in both:
        for clock, title in (("cpu", "client CPU"), ("wall", "wall")):
            parts.append(
                f"{_mode(figures)}, {title}, of {RAW}\n" + _text_table(list(_rows(figures, cases, clock, RAW)))
            )
        parts.append(
            f"{_mode(figures)}, client CPU, of {HAND}\n" + _text_table(list(_rows(figures, cases, "cpu", HAND)))
        )
    if imported is not None:
        title = f"import of {imports.MODELS} models, and with {imports.FUNCTIONS} functions: CPU"
        parts.append(title + "\n" + _text_table(_import_rows(imported)))
    return "\n\n".join(parts)


def goals(both: Sequence[Figures], cases: Sequence[Case], imported: ImportFigures | None) -> list[Goal]:
    """What generated code has to reach, and whether it does. Without generated code there is nothing to judge."""
    found = []
    for figures in both:
        if OURS not in figures.names:
            continue
        for case in cases:
            where = f"{_mode(figures)}, {case.name}"
            if (ratio := figures.ratio(case.name, OURS, HAND, "cpu")) is None:
                found.append(Goal(f"{where}: generated code does it", met=False))
            else:
                found.append(Goal(f"{where}: {ratio:.2f} of {HAND} (at most {MOST_OF_HAND})", ratio <= MOST_OF_HAND))
            if case is COPY and (ratio := figures.ratio(case.name, OURS, RAW, "cpu")) is not None:
                text = f"{where}: {ratio:.2f} of COPY from tuples (at most {MOST_OF_RAW_COPY})"
                found.append(Goal(text, ratio <= MOST_OF_RAW_COPY))
            for peer in TYPED_PEERS:
                if peer == "asyncpg + Model" and case.key.startswith("one"):
                    continue  # psycopg's own cursor costs more than that: the gap is stated in the table
                if (ratio := figures.ratio(case.name, OURS, peer, "cpu")) is not None:
                    found.append(Goal(f"{where}: {ratio:.2f} of {peer} (below 1)", ratio < 1))
    if imported is not None and imports.GENERATED in imported.models:
        ratio = imports.ratio(imported.models, imports.GENERATED)
        text = f"import of the models: {ratio:.2f} of {imports.EAGER} (at most {MOST_OF_EAGER_IMPORT})"
        found.append(Goal(text, ratio <= MOST_OF_EAGER_IMPORT))
    return found


# ---------------------------------------------------------------- the documents


def write_docs(
    folder: Path,
    both: Sequence[Figures],
    cases: Sequence[Case],
    imported: ImportFigures | None,
    versions: str,
) -> list[Path]:
    """Write the table and the plot; gives their paths."""
    page, plot = folder / "benchmarks.md", folder / "benchmarks.svg"
    parts = [INTRODUCTION.format(versions=versions)]
    parts.append(f"![Client CPU as a multiple of psycopg's raw tuples]({plot.name})\n")
    for figures in both:
        parts.append(f"## {_mode(figures).capitalize()}\n")
        for clock, title in (("cpu", "Client CPU"), ("wall", "Wall time")):
            parts.append(f"{title}:\n\n{_markdown_table(list(_rows(figures, cases, clock, RAW)))}\n")
    if imported is not None:
        count = len(imports.modules())
        parts.append("## Import\n")
        what = f"{imports.MODELS} models, and for these with {imports.FUNCTIONS} functions in {count} modules"
        parts.append(f"CPU time for {what};")
        parts.append("psycopg and pydantic are loaded before.\n")
        parts.append(_markdown_table(_import_rows(imported)) + "\n")
    page.write_text("\n".join(parts), encoding="utf-8")
    _draw(plot, both, cases)
    return [page, plot]


COLOURS = {
    OURS: "#0b6e4f",
    HAND: "#6bbf9c",
    "class_row": "#4878a8",
    "SQLAlchemy Core": "#d98c3f",
    "SQLAlchemy ORM": "#b4503c",
    "asyncpg + Model": "#8767a8",
    "aiosql": "#8c8c8c",
}


def _draw(path: Path, both: Sequence[Figures], cases: Sequence[Case]) -> None:
    """Bars of client CPU over raw tuples, logarithmic: half as much is as far from the line as twice as much."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    # Text as text and ids that do not change: a small file, and a small difference when it is drawn again.
    mpl.rcParams.update(
        {"svg.fonttype": "none", "svg.hashsalt": "benchmarks", "font.size": 8, "font.family": "sans-serif"}
    )
    figure, axes = plt.subplots(len(both), 1, figsize=(9.5, 2.9 * len(both) + 0.3), squeeze=False, layout="constrained")
    for axis, figures in zip(axes[:, 0], both, strict=True):
        names = [name for name in figures.names if name != RAW]
        width = 0.84 / len(names)
        for place, name in enumerate(names):
            bars = [
                (number - 0.42 + (place + 0.5) * width, ratio)
                for number, case in enumerate(cases)
                if (ratio := figures.ratio(case.name, name, RAW, "cpu")) is not None
            ]
            tops = [round(ratio, 3) - 1 for _, ratio in bars]
            axis.bar([x for x, _ in bars], tops, width, bottom=1, label=name, color=COLOURS.get(name))
        axis.axhline(1, color="black", linewidth=0.8)
        axis.set_yscale("log", base=2)
        axis.yaxis.set_major_formatter(lambda value, _position: f"{value:g}")
        axis.set_xticks(range(len(cases)), [case.name.replace(", ", ",\n").replace(" + ", "\n+ ") for case in cases])
        axis.set_title(f"{_mode(figures)}: client CPU, raw tuples = 1", loc="left")
        for side in ("top", "right"):
            axis.spines[side].set_visible(False)
    # The last axis has all contestants; below everything, where no bar can reach.
    handles, labels = axes[-1, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    figure.savefig(path, format="svg", metadata={"Date": None})
    plt.close(figure)
    path.write_text(_smaller(path.read_text(encoding="utf-8")), encoding="utf-8")


def _smaller(svg: str) -> str:
    """The drawing without what nobody sees: metadata, clipping of what is inside anyway, decimals, indentation."""
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r' clip-path="[^"]*"', "", svg)
    svg = re.sub(r"(\d+\.\d)\d+", r"\1", svg)
    return re.sub(r"\s*\n\s*", "\n", svg)
