"""The shape of sqlc's configuration, versions 1 and 2: what is read of it, with its types and defaults.

Mirrors sqlc's internal/config. Values of generators that are not Python's stay plain: only their names are needed.
"""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct, field


class Database(Struct):
    uri: str = ""
    managed: bool = False


class Analyzer(Struct):
    database: bool | None = None


class Codegen(Struct):
    out: str = ""
    plugin: str = ""
    options: dict[str, Any] = field(default_factory=dict)


class Gen(Struct):
    """The built-in generators; `python` and `kotlin` are those of sqlc before 1.17."""

    go: dict[str, Any] | None = None
    json: dict[str, Any] | None = None
    python: dict[str, Any] | None = None
    kotlin: dict[str, Any] | None = None


class QuerySet(Struct):
    """One entry of `sql`."""

    name: str = ""
    engine: str = ""
    schema: str | list[str] = field(default_factory=list)
    queries: str | list[str] = field(default_factory=list)
    database: Database | None = None
    strict_function_checks: bool = False
    strict_order_by: bool | None = None
    gen: Gen = field(default_factory=Gen)
    codegen: list[Codegen] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    analyzer: Analyzer = field(default_factory=Analyzer)


class Wasm(Struct):
    url: str = ""
    sha256: str = ""


class Process(Struct):
    cmd: str = ""
    format: str = ""


class Plugin(Struct):
    name: str = ""
    env: list[str] = field(default_factory=list)
    process: Process | None = None
    wasm: Wasm | None = None


class Rule(Struct):
    name: str = ""
    rule: str = ""
    message: str = ""


class Cloud(Struct):
    organization: str = ""
    project: str = ""
    hostname: str = ""


class Server(Struct):
    name: str = ""
    engine: str = ""
    uri: str = ""


class VersionTwo(Struct):
    version: str | int
    cloud: Cloud | None = None
    servers: list[Server] = field(default_factory=list)
    sql: list[QuerySet] = field(default_factory=list)
    overrides: dict[str, Any] = field(default_factory=dict)
    plugins: list[Plugin] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)


class Package(Struct):
    """One entry of `packages` in version 1: a query set and Go's options in one mapping."""

    name: str = ""
    engine: str = "postgresql"
    path: str = ""
    schema: str | list[str] = field(default_factory=list)
    queries: str | list[str] = field(default_factory=list)
    database: Database | None = None
    analyzer: Analyzer = field(default_factory=Analyzer)
    strict_function_checks: bool = False
    strict_order_by: bool | None = None
    rules: list[str] = field(default_factory=list)


class VersionOne(Struct):
    version: str | int
    cloud: Cloud | None = None
    packages: list[Package] = field(default_factory=list)
    overrides: list[dict[str, Any]] = field(default_factory=list)
    rename: dict[str, Any] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)


# What Go's generator takes, and version 1 takes beside the keys of a package.
GO_OPTIONS: Final = frozenset(
    {
        "package",
        "out",
        "sql_package",
        "sql_driver",
        "overrides",
        "rename",
        "emit_interface",
        "emit_json_tags",
        "emit_db_tags",
        "emit_prepared_queries",
        "emit_exact_table_names",
        "emit_empty_slices",
        "emit_exported_queries",
        "emit_result_struct_pointers",
        "emit_params_struct_pointers",
        "emit_methods_with_db_argument",
        "emit_pointers_for_null_types",
        "emit_pointers_for_null_enum_types",
        "emit_enum_valid_method",
        "emit_all_enum_values",
        "emit_sql_as_comment",
        "json_tags_case_style",
        "json_tags_id_uppercase",
        "build_tags",
        "initialisms",
        "wrap_errors",
        "omit_unused_structs",
        "omit_sqlc_version",
        "query_parameter_limit",
        "inflection_exclude_table_names",
        "output_batch_file_name",
        "output_db_file_name",
        "output_models_file_name",
        "output_models_path",
        "output_models_package",
        "output_models_import",
        "output_models_emit",
        "output_querier_file_name",
        "output_copyfrom_file_name",
        "output_files_suffix",
    }
)
