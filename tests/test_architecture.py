"""The shape of the program, checked: layers, module length, who may import what, and the documents' file names."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "querygen"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "project" not in path.parts)
MAX_LINES = 600

# A module may import from its own layer or a lower one: the first entry that matches its dotted name decides.
LAYERS: list[tuple[str, int]] = [
    (
        r"querygen\.singular|querygen\.source|querygen\.diagnostics|querygen\.diagnostics_render|querygen\.config_places",
        0,
    ),
    (r"querygen\.pg_catalog(\..*)?", 1),
    (r"querygen\.catalog\.(objects|store|catalog)", 2),
    (r"querygen\.sql(\..*)?", 3),
    (r"querygen\.(catalog|analyze)(\..*)?", 4),
    (r"querygen\.ir", 5),
    (r"querygen\.(render|lint|migrate|runner|write|server|compat)(\..*)?", 6),
    (r"querygen\.(config|config_file)", 6),
    (r"querygen\.sqlc\.(commands|import_commands)", 8),
    (
        r"querygen\.(pipeline|describe|describe_table|explain|sqlc|verify\w*|schema_load|revision|doctor|plans|reset)(\..*)?",
        7,
    ),
    (r"querygen\.(cli\w*|studio|scaffold|plugin|__main__)(\..*)?", 8),
    (r"querygen", 8),
]
SIBLINGS_THAT_NEVER_MEET = ("querygen.render", "querygen.lint", "querygen.migrate")


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def layer(name: str) -> int:
    return next(level for pattern, level in LAYERS if re.fullmatch(pattern, name))


def imports(path: Path) -> list[tuple[str, bool]]:
    """Modules of querygen that a module imports; true: only for type checking."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            candidates = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [
                name if (ROOT / name.replace(".", "/")).with_suffix(".py").exists() else node.module
                for name in candidates
            ]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        found += [(name, id(node) in typing_only) for name in names]
    return found


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_module_is_in_its_layer(path: Path) -> None:
    name = dotted(path)
    # ir.py names the analysed tree in annotations, and analysis fills ir's classes: they are one contract.
    allowed_up = {"querygen.ir"} if name.startswith(("querygen.analyze", "querygen.sql")) else set()
    for target, _typing_only in imports(path):
        if not target.startswith("querygen") or target in allowed_up or target == "querygen":
            continue
        assert layer(target) <= layer(name), f"{name} imports {target}, which is above it"
        for family in SIBLINGS_THAT_NEVER_MEET:
            if target.startswith(family):
                others = tuple(one for one in SIBLINGS_THAT_NEVER_MEET if one != family)
                assert not name.startswith(others), f"{name} imports {target}"


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_module_is_short_and_documented(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_LINES
    assert not text.strip() or ast.get_docstring(ast.parse(text)), "a module begins with what it takes and gives"


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_who_may_import_the_parser_and_the_driver(path: Path) -> None:
    name = dotted(path)
    for target, _typing_only in imports(path):
        package = target.split(".")[0]
        if package == "pglast":
            assert name.startswith("querygen.sql"), "raw trees come from querygen.sql alone"
        if package == "psycopg":
            allowed = (
                "querygen.server",
                "querygen.pg_catalog.dump",
                "querygen.runner",
                "querygen.verify",
                "querygen.schema_load",
                "querygen.doctor",
                "querygen.plans",
                "querygen.reset",
                "querygen.migrate",
                "querygen.cli_studio",
                "querygen.studio",
                "querygen.scaffold.demo",
            )
            assert name.startswith(allowed), f"{name} must not need a server"
        if package == "querygen" and "sql.nodes" in target:
            below = layer(name) <= 4 or name.startswith(("querygen.lint", "querygen.migrate"))
            assert below, "no raw tree above the analysis"


def test_transform_functions_name_their_model() -> None:
    """Every transform_* of analyze/ says in its docstring which C file and function it is read beside."""
    missing = []
    for path in (PACKAGE / "analyze").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("transform_"):
                if not re.match(r"\w+\.c: \w+", ast.get_docstring(node) or ""):
                    missing.append(f"{path.name}: {node.name}")
    assert not missing


@pytest.mark.parametrize(
    "document", [PACKAGE / "ARCHITECTURE.md", PACKAGE / "analyze" / "README.md"], ids=lambda p: p.parent.name
)
def test_documents_name_files_that_exist(document: Path) -> None:
    for name in re.findall(r"`([\w/]+\.(?:py|tsv|j2|sql))`", document.read_text(encoding="utf-8")):
        places = [document.parent / name, PACKAGE / name, ROOT / name]
        assert any(place.exists() for place in places) or list(PACKAGE.rglob(name)), f"{name} does not exist"
