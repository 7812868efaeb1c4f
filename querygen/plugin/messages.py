"""What sqlc and its plugins say to each other: the messages of its codegen.proto, as structs.

Takes the bytes of a request, gives a `Request`; takes files, gives the bytes of a response. Both of sqlc's formats are
spoken: JSON (protojson with the names of the .proto) by msgspec, the binary one by the `protobuf` library over a
description made of the table below. What a request leaves out has proto3's default; what a newer sqlc adds is skipped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import Struct, field

from querygen.diagnostics import DiagnosticError, error

if TYPE_CHECKING:
    from collections.abc import Iterable

    from querygen.render.files import OutputFile

BAD_REQUEST: Final = "QG080"
NO_PROTOBUF: Final = "QG083"
SYSTEM_SCHEMAS: Final = ("pg_catalog", "information_schema")


class Identifier(Struct, frozen=True):
    catalog: str = ""
    schema: str = ""
    name: str = ""


class Column(Struct, frozen=True):
    """A column of a table or of a result, or what is known of a parameter."""

    name: str = ""
    not_null: bool = False
    is_array: bool = False
    comment: str = ""
    is_named_param: bool = False
    table: Identifier | None = None
    type: Identifier | None = None
    is_sqlc_slice: bool = False
    embed_table: Identifier | None = None
    original_name: str = ""
    array_dims: int = 0


class Table(Struct, frozen=True):
    rel: Identifier | None = None
    columns: list[Column] = field(default_factory=list)
    comment: str = ""


class Enum(Struct, frozen=True):
    name: str = ""
    vals: list[str] = field(default_factory=list)
    comment: str = ""


class CompositeType(Struct, frozen=True):
    name: str = ""
    comment: str = ""


class Schema(Struct, frozen=True):
    comment: str = ""
    name: str = ""
    tables: list[Table] = field(default_factory=list)
    enums: list[Enum] = field(default_factory=list)
    composite_types: list[CompositeType] = field(default_factory=list)


class Catalog(Struct, frozen=True):
    default_schema: str = ""
    schemas: list[Schema] = field(default_factory=list)


class Parameter(Struct, frozen=True):
    number: int = 0
    column: Column | None = None


class Query(Struct, frozen=True):
    text: str = ""
    name: str = ""
    cmd: str = ""
    columns: list[Column] = field(default_factory=list)
    params: list[Parameter] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    filename: str = ""


class Settings(Struct, frozen=True):
    version: str = ""
    engine: str = ""


class Request(Struct, frozen=True):
    settings: Settings | None = None
    catalog: Catalog | None = None
    queries: list[Query] = field(default_factory=list)
    sqlc_version: str = ""
    plugin_options: bytes = b""


def is_json(data: bytes) -> bool:
    """Which format a request is in: no message of the binary format begins with a brace."""
    return data.lstrip()[:1] == b"{"


def read_request(data: bytes) -> Request:
    """Raises DiagnosticError (QG080) for what is no request, and (QG083) where protobuf is needed and missing."""
    if not data.strip():
        raise _bad("it is empty")
    try:
        return _read_json(data) if is_json(data) else _read_binary(data)
    except (msgspec.DecodeError, msgspec.ValidationError) as problem:
        raise _bad(str(problem)) from None


def write_response(files: Iterable[OutputFile], *, as_json: bool) -> bytes:
    """The response in the format of the request."""
    if as_json:
        return msgspec.json.encode({"files": [{"name": one.path, "contents": one.text.encode()} for one in files]})
    response = _message("GenerateResponse")()
    for one in files:
        response.files.add(name=one.path, contents=one.text.encode())
    written: bytes = response.SerializeToString()
    return written


def _bad(why: str) -> DiagnosticError:
    message = f"what came on standard input is no request of sqlc: {why}"
    hint = "sqlc starts this program itself: name it in sqlc.yaml under plugins, as process.cmd."
    return DiagnosticError(error(BAD_REQUEST, message, hint=hint))


# ---------------------------------------------------------------------------------------------- JSON


def _read_json(data: bytes) -> Request:
    decoded = msgspec.json.decode(data)
    # protojson may call the parameters by either of their names.
    queries = decoded.get("queries")
    for query in queries if isinstance(queries, list) else []:
        if isinstance(query, dict) and "params" not in query and "parameters" in query:
            query["params"] = query["parameters"]
    return msgspec.convert(_without_system(_without_nulls(decoded)), Request)


def _without_nulls(value: Any) -> Any:
    """null stands for a default."""
    if isinstance(value, dict):
        return {key: _without_nulls(one) for key, one in value.items() if one is not None}
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value


def _without_system(request: dict[str, Any]) -> dict[str, Any]:
    """PostgreSQL's own tables are nine tenths of a request, and known."""
    catalog = request.get("catalog")
    if isinstance(catalog, dict) and isinstance(catalog.get("schemas"), list):
        kept = [one for one in catalog["schemas"] if not (isinstance(one, dict) and one.get("name") in SYSTEM_SCHEMAS)]
        return request | {"catalog": catalog | {"schemas": kept}}
    return request


# ---------------------------------------------------------------------------------------------- the binary format

# Fields by message: name, number, type; `*` before the type: repeated. A type with a capital is a message.
_FIELDS: Final = {
    "File": "name 1 string, contents 2 bytes",
    "Settings": "version 1 string, engine 2 string",
    "Catalog": "default_schema 2 string, schemas 4 *Schema",
    "Schema": "comment 1 string, name 2 string, tables 3 *Table, enums 4 *Enum, composite_types 5 *CompositeType",
    "CompositeType": "name 1 string, comment 2 string",
    "Enum": "name 1 string, vals 2 *string, comment 3 string",
    "Table": "rel 1 Identifier, columns 2 *Column, comment 3 string",
    "Identifier": "catalog 1 string, schema 2 string, name 3 string",
    "Column": "name 1 string, not_null 3 bool, is_array 4 bool, comment 5 string, is_named_param 7 bool,"
    " table 10 Identifier, type 12 Identifier, is_sqlc_slice 13 bool, embed_table 14 Identifier,"
    " original_name 15 string, array_dims 17 int32",
    "Query": "text 1 string, name 2 string, cmd 3 string, columns 4 *Column, params 5 *Parameter, comments 6 *string,"
    " filename 7 string",
    "Parameter": "number 1 int32, column 2 Column",
    "GenerateRequest": "settings 1 Settings, catalog 2 Catalog, queries 3 *Query, sqlc_version 4 string,"
    " plugin_options 5 bytes",
    "GenerateResponse": "files 1 *File",
}
_SCALARS: Final[dict[str, Any]] = {"string": 9, "bytes": 12, "bool": 8, "int32": 5}  # FieldDescriptorProto.Type
_MESSAGE_TYPE: Final[Any] = 11


def _message(name: str) -> Any:
    """A class of the protobuf library for one of the messages."""
    try:
        from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
    except ImportError as missing:
        message = "sqlc speaks its binary format, which needs the protobuf library"
        hint = "Run `pip install querygen[sqlc]`, or set `format: json` beside the cmd of the plugin in sqlc.yaml."
        raise DiagnosticError(error(NO_PROTOBUF, message, hint=hint)) from missing
    file = descriptor_pb2.FileDescriptorProto(name="codegen.proto", package="plugin", syntax="proto3")
    for owner, fields in _FIELDS.items():
        described = file.message_type.add(name=owner)
        for one in fields.split(","):
            label, number, kind = one.split()
            repeated, kind = kind.startswith("*"), kind.removeprefix("*")
            added = described.field.add(name=label, number=int(number), label=3 if repeated else 1)
            added.type = _SCALARS.get(kind, _MESSAGE_TYPE)
            if kind not in _SCALARS:
                added.type_name = f".plugin.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"plugin.{name}"))


def _read_binary(data: bytes) -> Request:
    parsed = _message("GenerateRequest")()
    from google.protobuf.json_format import MessageToDict
    from google.protobuf.message import DecodeError

    try:
        parsed.ParseFromString(data)
    except DecodeError:
        raise _bad("it is neither JSON nor a protobuf message") from None
    schemas = parsed.catalog.schemas
    for number in reversed(range(len(schemas))):
        if schemas[number].name in SYSTEM_SCHEMAS:
            del schemas[number]
    return msgspec.convert(MessageToDict(parsed, preserving_proto_field_name=True), Request)
