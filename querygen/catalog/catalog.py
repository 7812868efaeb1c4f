"""Look-ups over PostgreSQL's own catalogue and the user's objects: `Catalog`.

Takes the rows that `pg_catalog.load` reads; gives rows and objects by oid and by name along a search path, as
`namespace.c`, `lsyscache.c` and the syscaches do. The fold in `ddl.py` is the only writer: it adds, replaces and drops
objects until `freeze()`, after which a catalog no longer changes. Built-in rows are read when first asked for.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from querygen.catalog.objects import Constraint, DomainType, EnumType, FunctionBody, Index, Relation
from querygen.catalog.store import ConstraintNames, Journal, Rows, placed, read_relation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from querygen.pg_catalog.load import CatalogData
    from querygen.pg_catalog.rows import (
        Oid,
        PgAggregate,
        PgAmop,
        PgCast,
        PgCollation,
        PgNamespace,
        PgOpclass,
        PgOperator,
        PgProc,
        PgRange,
        PgType,
    )

PG_CATALOG = 11  # PG_CATALOG_NAMESPACE
PUBLIC = 2200  # PG_PUBLIC_NAMESPACE
PG_TEMP = "pg_temp"  # stands for the session's schema of temporary tables
FIRST_USER_OID = 2_000_000_000  # above the blocks of the extensions (pg_catalog/dump.py)


class Catalog:
    """Everything a statement can name. Look-ups return None where PostgreSQL's would find nothing."""

    def __init__(self, data: CatalogData) -> None:
        self.major = data.major
        self.data = data
        self.search_path: tuple[str, ...] = ("public",)
        self.extensions: set[str] = set()
        self._frozen = False
        self._journal = Journal()
        self.made: list[str] = []  # names put since somebody last emptied it: ddl.py's retries wait on them
        self._visible: dict[tuple[str, str, str | None], list[Any]] = {}  # what _rows_on_path found, once frozen
        self.operator_choices: dict[Any, Oid] = {}  # analyze/oper.py; void when an operator or a cast comes or goes
        self.has_collations = False  # whether a column or type of the schema was declared with one
        self.facts: dict[tuple[Any, ...], Any] = {}  # ddl_facts.py
        self.text_search_names: set[tuple[str, str]] = set()  # of the user's: (config or dictionary, name)
        self._next_oid = FIRST_USER_OID
        self._namespaces: dict[str, Oid] = {}
        self._namespace_names: dict[Oid, str] = {}
        self._types = Rows("pg_type", self._journal)
        self._procs = Rows("pg_proc", self._journal)
        self._operators = Rows("pg_operator", self._journal)
        self._aggregates = Rows("pg_aggregate", self._journal)
        self._type_names: dict[str, dict[Oid, Oid]] = defaultdict(dict)  # name → namespace → oid
        self._proc_names: dict[str, dict[Oid, None]] = defaultdict(dict)
        self._operator_names: dict[str, dict[Oid, None]] = defaultdict(dict)
        self._relation_names: dict[str, dict[Oid, Oid]] = defaultdict(dict)
        self._relations: dict[Oid, Relation] = {}
        self._relation_lines: dict[Oid, str] = {}
        self._attribute_lines: dict[Oid, list[str]] = defaultdict(list)
        self._casts: dict[tuple[Oid, Oid], PgCast] = {}
        self._ranges: dict[Oid, PgRange] = {}
        self._multiranges: dict[Oid, PgRange] = {}
        self._opclasses: dict[Oid, PgOpclass] = {}
        self._amops: dict[tuple[Oid, Oid, Oid, int], Oid] = {}
        self._collations: dict[str, dict[Oid, PgCollation]] = defaultdict(dict)
        self._enums: dict[Oid, EnumType] = {}
        self._domains: dict[Oid, DomainType] = {}
        self._functions: dict[Oid, FunctionBody] = {}
        self._indexes: dict[Oid, Index] = {}
        self._relation_indexes: dict[Oid, dict[Oid, None]] = defaultdict(dict)
        self._children: dict[Oid, dict[Oid, None]] = defaultdict(dict)
        self._constraint_names = ConstraintNames(self._journal)
        self._default_opclasses: dict[tuple[Oid, str], PgOpclass] = {}
        self._comments: dict[tuple[str, Oid], str] = {}
        self._path_cache: tuple[tuple[str, ...], tuple[Oid, ...]] | None = None
        self.add_data(data)
        self._journal.forget()

    # ------------------------------------------------------------------ reading the built-in rows

    def add_data(self, data: CatalogData, namespace: Oid = PUBLIC) -> None:
        """Add dumped rows: PostgreSQL's own, or an extension's, whose objects in `public` go to `namespace`."""

        for row in data.rows("pg_namespace"):
            self.put_namespace(row)
        for line in data.lines.get("pg_type", ()):
            line, oid, name, owner = placed(line, namespace)
            self._types.add_line(oid, line)
            self._type_names[name][owner] = oid
        for rows, names, catalogue in (
            (self._procs, self._proc_names, "pg_proc"),
            (self._operators, self._operator_names, "pg_operator"),
        ):
            for line in data.lines.get(catalogue, ()):
                line, oid, name, _owner = placed(line, namespace)
                rows.add_line(oid, line)
                names[name][oid] = None
        for line in data.lines.get("pg_aggregate", ()):
            self._aggregates.add_line(int(line.split("\t", 1)[0]), line)
        for line in data.lines.get("pg_class", ()):
            line, oid, name, owner = placed(line, namespace)
            self._relation_lines[oid] = line
            self._relation_names[name][owner] = oid
        for line in data.lines.get("pg_attribute", ()):
            self._attribute_lines[int(line.split("\t", 1)[0])].append(line)
        for cast in data.rows("pg_cast"):
            self.put_cast(cast)
        for range_ in data.rows("pg_range"):
            self.put_range(range_)
        for opclass in data.rows("pg_opclass"):
            self.put_opclass(opclass)
        for amop in data.rows("pg_amop"):
            self.put_amop(amop)
        for collation in data.rows("pg_collation"):
            self._collations[collation.collname][collation.collnamespace] = collation
        labels: dict[Oid, list[str]] = defaultdict(list)
        for label in data.rows("pg_enum"):
            labels[label.enumtypid].append(label.enumlabel)
        for enum_oid, texts in labels.items():
            self.put_enum(EnumType(enum_oid, tuple(texts)))

    # ------------------------------------------------------------------ the search path (namespace.c)

    def namespace_oid(self, name: str) -> Oid | None:
        """get_namespace_oid"""
        return self._namespaces.get(name)

    def namespace_name(self, oid: Oid) -> str:
        """get_namespace_name"""
        return self._namespace_names.get(oid, "?")

    def search_path_oids(self) -> tuple[Oid, ...]:
        """The namespaces an unqualified name is looked up in, pg_catalog first unless the path names it.

        recomputeNamespacePath; schemas that do not exist are passed over, "$user" stands for none.
        """
        if self._path_cache is None or self._path_cache[0] != self.search_path:
            named = [oid for name in self.search_path if (oid := self._namespaces.get(name)) is not None]
            path = tuple(named) if PG_CATALOG in named else (PG_CATALOG, *named)
            temporary = self._namespaces.get(PG_TEMP)
            if temporary is not None and temporary not in path:
                path = (temporary, *path)
            self._path_cache = (self.search_path, path)
        return self._path_cache[1]

    def creation_namespace(self) -> Oid | None:
        """RangeVarGetCreationNamespace: where an unqualified new object goes; None if the path names no schema."""
        return next((oid for name in self.search_path if (oid := self._namespaces.get(name)) is not None), None)

    def _by_path(self, owners: dict[Oid, Oid] | None) -> Oid | None:
        if owners:
            for namespace in self.search_path_oids():
                if (oid := owners.get(namespace)) is not None:
                    return oid
        return None

    # ------------------------------------------------------------------ types

    def type_oid(self, name: str, schema: str | None = None) -> Oid | None:
        """TypenameGetTypid, or GetSysCacheOid(TYPENAMENSP) when a schema is named."""
        owners = self._type_names.get(name)
        if schema is None:
            return self._by_path(owners)
        namespace = self._namespaces.get(schema)
        return owners.get(namespace) if owners and namespace is not None else None

    def type(self, oid: Oid) -> PgType:
        """The row of pg_type. The oid must exist."""
        row: PgType | None = self._types.get(oid)
        if row is None:
            raise LookupError(f"cache lookup failed for type {oid}")
        return row

    def find_type(self, oid: Oid) -> PgType | None:
        row: PgType | None = self._types.get(oid)
        return row

    def types(self) -> Iterator[PgType]:
        """Every type, in order of oid within PostgreSQL's and then in order of making."""
        for oid in self._types:
            yield self.type(oid)

    def user_types(self) -> Iterator[PgType]:
        """The types that the user's schema makes, in the order in which they were made."""
        for oid in self._types:
            if oid >= FIRST_USER_OID:
                yield self.type(oid)

    def type_is_visible(self, oid: Oid) -> bool:
        """TypeIsVisible: would the bare name find this very type?"""
        return self.type_oid(self.type(oid).typname) == oid

    def enum(self, oid: Oid) -> EnumType | None:
        return self._enums.get(oid)

    def domain(self, oid: Oid) -> DomainType | None:
        return self._domains.get(oid)

    def range(self, oid: Oid) -> PgRange | None:
        """The row of pg_range of a range type."""
        return self._ranges.get(oid)

    def range_of_multirange(self, oid: Oid) -> PgRange | None:
        """The row of pg_range whose multirange type this is."""
        return self._multiranges.get(oid)

    def makes_collations(self) -> bool:
        """Has the schema collations of its own, which may take for equal what differs?"""
        return any(namespace != PG_CATALOG for owners in self._collations.values() for namespace in owners)

    def collations_named(self, name: str, schema: str | None = None) -> PgCollation | None:
        owners = self._collations.get(name)
        if not owners:
            return None
        if schema is not None:
            return owners.get(self._namespaces.get(schema, 0))
        return next((owners[oid] for oid in self.search_path_oids() if oid in owners), None)

    def collation_name(self, oid: Oid) -> str:
        """get_collation_name; of none what C prints for it"""
        rows = (row for owners in self._collations.values() for row in owners.values())
        return next((row.collname for row in rows if row.oid == oid), "(null)")

    # ------------------------------------------------------------------ functions and operators

    def procs_named(self, name: str, schema: str | None = None) -> list[PgProc]:
        """The functions of a name: in the named schema, or in all schemas of the path in the path's order.

        FuncnameGetCandidates' first loop; it is for the caller to let an earlier schema hide a later one's equal
        signature.
        """
        return self._rows_on_path(self._procs, self._proc_names, name, "pronamespace", schema)

    def operators_named(self, name: str, schema: str | None = None) -> list[PgOperator]:
        """The operators of a name, in the same order as `procs_named`. OpernameGetCandidates."""
        return self._rows_on_path(self._operators, self._operator_names, name, "oprnamespace", schema)

    def _rows_on_path(self, rows: Rows, names: Any, name: str, column: str, schema: str | None) -> list[Any]:
        if (known := self._visible.get((column, name, schema))) is not None:
            return known
        path = self.search_path_oids() if schema is None else (self._namespaces.get(schema),)
        found = [row for oid in names.get(name, ()) if (row := rows.get(oid)) is not None]
        visible = [row for namespace in path for row in found if getattr(row, column) == namespace]
        if self._frozen:
            self._visible[column, name, schema] = visible
        return visible

    def proc(self, oid: Oid) -> PgProc:
        """The row of pg_proc. The oid must exist."""
        row: PgProc | None = self._procs.get(oid)
        if row is None:
            raise LookupError(f"cache lookup failed for function {oid}")
        return row

    def operator(self, oid: Oid) -> PgOperator:
        """The row of pg_operator. The oid must exist."""
        row: PgOperator | None = self._operators.get(oid)
        if row is None:
            raise LookupError(f"cache lookup failed for operator {oid}")
        return row

    def procs(self) -> Iterator[PgProc]:
        for oid in self._procs:
            yield self.proc(oid)

    def operators(self) -> Iterator[PgOperator]:
        for oid in self._operators:
            yield self.operator(oid)

    def operator_names(self) -> Iterable[str]:
        """Every operator's name: the scanner asks whether a run of operator characters is one."""
        return (name for name, oids in self._operator_names.items() if oids)

    def aggregate(self, oid: Oid) -> PgAggregate | None:
        """The row of pg_aggregate of a function that is an aggregate."""
        row: PgAggregate | None = self._aggregates.get(oid)
        return row

    def function_body(self, oid: Oid) -> FunctionBody | None:
        """What DDL said of a user's function; None for PostgreSQL's own."""
        return self._functions.get(oid)

    def cast(self, source: Oid, target: Oid) -> PgCast | None:
        """SearchSysCache(CASTSOURCETARGET)"""
        return self._casts.get((source, target))

    def casts(self) -> Iterable[PgCast]:
        return self._casts.values()

    def default_opclass(self, type_oid: Oid, method: str) -> PgOpclass | None:
        """GetDefaultOpClass' exact match; binary-coercible matches are the caller's."""
        return self._default_opclasses.get((type_oid, method))

    def opclasses(self) -> Iterable[PgOpclass]:
        return self._opclasses.values()

    def opfamily_member(self, family: Oid, left: Oid, right: Oid, strategy: int) -> Oid | None:
        """get_opfamily_member: the operator of a family for a strategy number."""
        return self._amops.get((family, left, right, strategy))

    def amops(self) -> Iterable[tuple[tuple[Oid, Oid, Oid, int], Oid]]:
        """Every row of pg_amop, as ((family, left type, right type, strategy), operator)."""
        return self._amops.items()

    # ------------------------------------------------------------------ relations

    def relation_oid(self, name: str, schema: str | None = None) -> Oid | None:
        """RangeVarGetRelid, or get_relname_relid when a schema is named."""
        owners = self._relation_names.get(name)
        if schema is None:
            return self._by_path(owners)
        namespace = self._namespaces.get(schema)
        return owners.get(namespace) if owners and namespace is not None else None

    def relation(self, oid: Oid) -> Relation:
        """The relation. The oid must exist."""
        found = self.find_relation(oid)
        if found is None:
            raise LookupError(f"cache lookup failed for relation {oid}")
        return found

    def find_relation(self, oid: Oid) -> Relation | None:
        found = self._relations.get(oid)
        if found is None and oid in self._relation_lines:
            found = self._relations[oid] = read_relation(self._relation_lines[oid], self._attribute_lines.get(oid, ()))
        return found

    def relations(self) -> list[Relation]:
        """The user's relations, in the order in which they were made; PostgreSQL's own are left out."""
        return [relation for oid, relation in self._relations.items() if oid >= FIRST_USER_OID]

    def index(self, oid: Oid) -> Index:
        return self._indexes[oid]

    def indexes(self) -> Iterable[Index]:
        """Every index of the user's schema."""
        return self._indexes.values()

    def indexes_of(self, relation: Oid) -> list[Index]:
        return [self._indexes[oid] for oid in self._relation_indexes.get(relation, ())]

    def children_of(self, relation: Oid) -> list[Relation]:
        """The direct inheritance children and partitions."""
        return [self._relations[oid] for oid in self._children.get(relation, ())]

    def constraint_name_exists(self, name: str, namespace: Oid) -> bool:
        """ConstraintNameExists: does a constraint of any table or domain of the schema have this name?"""
        return self._constraint_names.exists(namespace, name)

    def comment(self, kind: str, oid: Oid) -> str | None:
        """The comment on what has no class of its own in objects.py: kind is "schema", "type" or "operator"."""
        return self._comments.get((kind, oid))

    def primary_key(self, relation: Oid) -> Constraint | None:
        return next((one for one in self.relation(relation).constraints if one.kind == "p"), None)

    # ------------------------------------------------------------------ writing: ddl.py only

    @property
    def frozen(self) -> bool:
        """Will it stay as it is?"""
        return self._frozen

    def freeze(self) -> None:
        """From now on every change is a programming error."""
        self._frozen = True
        self._journal.forget()
        self.made.clear()

    def _check_writable(self) -> None:
        if self._frozen:
            raise RuntimeError("this catalog is frozen")

    def mark(self) -> int:
        """A savepoint: `rollback_to` undoes what was put and dropped since. Extensions' rows stay."""
        return self._journal.mark()

    def rollback_to(self, mark: int) -> None:
        self._journal.rollback_to(mark)
        self._path_cache = None
        self.operator_choices.clear()

    @property
    def journal(self) -> Journal:
        """For what ddl.py keeps beside the catalog and has to take back together with it."""
        return self._journal

    def new_oid(self) -> Oid:
        self._check_writable()
        self._next_oid += 1
        return self._next_oid

    def put_namespace(self, row: PgNamespace) -> None:
        self._check_writable()
        old = self._namespace_names.get(row.oid)
        if old is not None:
            self._journal.pop(self._namespaces, old)
        self._journal.put(self._namespaces, row.nspname, row.oid)
        self._journal.put(self._namespace_names, row.oid, row.nspname)
        self.made.append(row.nspname)
        self._path_cache = None

    def drop_namespace(self, oid: Oid) -> None:
        self._check_writable()
        self._journal.pop(self._namespaces, self._journal.pop(self._namespace_names, oid))
        self._path_cache = None

    def namespaces(self) -> Iterable[tuple[Oid, str]]:
        """Every schema, PostgreSQL's own included."""
        return self._namespace_names.items()

    def put_type(self, row: PgType) -> None:
        """Add or replace a type; a new name or schema takes the place of the old one."""
        self._check_writable()
        self._forget_type_name(row.oid)
        self._types.put(row.oid, row)
        self._journal.put(self._type_names[row.typname], row.typnamespace, row.oid)
        self.made.append(row.typname)

    def _forget_type_name(self, oid: Oid) -> None:
        old: PgType | None = self._types.get(oid)
        if old is not None and self._type_names[old.typname].get(old.typnamespace) == oid:
            self._journal.pop(self._type_names[old.typname], old.typnamespace)

    def drop_type(self, oid: Oid) -> None:
        self._check_writable()
        self._forget_type_name(oid)
        self._types.drop(oid)
        self._journal.pop(self._enums, oid)
        self._drop_domain(oid)
        if (range_ := self._journal.pop(self._ranges, oid)) is not None:
            self._journal.pop(self._multiranges, range_.rngmultitypid)
        for key in [key for key in self._casts if oid in key]:
            self.drop_cast(*key)

    def put_enum(self, enum: EnumType) -> None:
        self._check_writable()
        self._journal.put(self._enums, enum.oid, enum)

    def put_domain(self, domain: DomainType) -> None:
        """The domain's row of pg_type must have been put before: its schema holds the constraints' names."""
        self._check_writable()
        self._drop_domain(domain.oid)
        self._journal.put(self._domains, domain.oid, domain)
        namespace = self.type(domain.oid).typnamespace
        for constraint in domain.checks:
            self._constraint_names.count(namespace, constraint.name, 1)

    def _drop_domain(self, oid: Oid) -> None:
        old = self._journal.pop(self._domains, oid)
        row = self._types.get(oid)
        if old is not None and row is not None:
            for constraint in old.checks:
                self._constraint_names.count(row.typnamespace, constraint.name, -1)

    def put_range(self, row: PgRange) -> None:
        self._check_writable()
        self._journal.put(self._ranges, row.rngtypid, row)
        self._journal.put(self._multiranges, row.rngmultitypid, row)

    def put_proc(self, row: PgProc, body: FunctionBody | None = None) -> None:
        """Add or replace a function; without `body`, what was said of it before stays."""
        self._check_writable()
        body = body or self._functions.get(row.oid)
        self.drop_proc(row.oid)
        self._procs.put(row.oid, row)
        self._journal.put(self._proc_names[row.proname], row.oid, None)
        self.made.append(row.proname)
        if body is not None:
            self._journal.put(self._functions, row.oid, body)

    def drop_proc(self, oid: Oid) -> None:
        self._check_writable()
        old: PgProc | None = self._procs.get(oid)
        if old is not None:
            self._journal.pop(self._proc_names[old.proname], oid)
            self._procs.drop(oid)
            self._journal.pop(self._functions, oid)

    def put_aggregate(self, row: PgAggregate) -> None:
        self._check_writable()
        self._aggregates.put(row.aggfnoid, row)

    def put_operator(self, row: PgOperator) -> None:
        self._check_writable()
        self.drop_operator(row.oid)
        self._operators.put(row.oid, row)
        self._journal.put(self._operator_names[row.oprname], row.oid, None)
        self.made.append(row.oprname)

    def drop_operator(self, oid: Oid) -> None:
        self._check_writable()
        self.operator_choices.clear()
        old: PgOperator | None = self._operators.get(oid)
        if old is not None:
            self._journal.pop(self._operator_names[old.oprname], oid)
            self._operators.drop(oid)

    def put_cast(self, row: PgCast) -> None:
        self._check_writable()
        self.operator_choices.clear()
        self._journal.put(self._casts, (row.castsource, row.casttarget), row)

    def drop_cast(self, source: Oid, target: Oid) -> None:
        self._check_writable()
        self.operator_choices.clear()
        self._journal.pop(self._casts, (source, target))

    def put_opclass(self, row: PgOpclass) -> None:
        self._check_writable()
        self._journal.put(self._opclasses, row.oid, row)
        if row.opcdefault:
            self._journal.put(self._default_opclasses, (row.opcintype, row.opcmethod), row)

    def drop_opclass(self, oid: Oid) -> None:
        self._check_writable()
        old = self._journal.pop(self._opclasses, oid)
        if old is not None and self._default_opclasses.get((old.opcintype, old.opcmethod)) == old:
            self._journal.pop(self._default_opclasses, (old.opcintype, old.opcmethod))

    def put_amop(self, row: PgAmop) -> None:
        self._check_writable()
        key = (row.amopfamily, row.amoplefttype, row.amoprighttype, row.amopstrategy)
        self._journal.put(self._amops, key, row.amopopr)

    def put_collation(self, row: PgCollation) -> None:
        self._check_writable()
        self._journal.put(self._collations[row.collname], row.collnamespace, row)

    def drop_collation(self, oid: Oid) -> None:
        self._check_writable()
        for owners in self._collations.values():
            for namespace in [key for key, row in owners.items() if row.oid == oid]:
                self._journal.pop(owners, namespace)

    def put_comment(self, kind: str, oid: Oid, text: str | None) -> None:
        self._check_writable()
        if text is None:
            self._journal.pop(self._comments, (kind, oid))
        else:
            self._journal.put(self._comments, (kind, oid), text)

    def put_relation(self, relation: Relation) -> None:
        """Add or replace a relation; its row type is the caller's to add."""
        self._check_writable()
        old = self._relations.get(relation.oid)
        self._forget_relation(old, relation)
        self._journal.put(self._relations, relation.oid, relation)
        self._journal.put(self._relation_names[relation.name], relation.namespace, relation.oid)
        if old is None or old.parents != relation.parents:
            for parent in relation.parents:
                self._journal.put(self._children[parent], relation.oid, None)
        if old is None or old.constraints is not relation.constraints or old.namespace != relation.namespace:
            self._constraint_names.change(old, relation)
        self.made.append(relation.name)

    def _forget_relation(self, old: Relation | None, new: Relation | None) -> None:
        """Take the old relation out of the look-ups in which the new one will not take its place."""
        if old is None:
            return
        if self._relation_names[old.name].get(old.namespace) == old.oid:
            self._journal.pop(self._relation_names[old.name], old.namespace)
        if new is None or new.parents != old.parents:
            for parent in old.parents:
                self._journal.pop(self._children[parent], old.oid)
        if new is None:
            self._constraint_names.change(old, None)

    def drop_relation(self, oid: Oid) -> None:
        self._check_writable()
        self._forget_relation(self._relations.get(oid), None)
        self._journal.pop(self._relations, oid)
        for index in self.indexes_of(oid):
            self.drop_index(index.oid)

    def put_index(self, index: Index) -> None:
        self._check_writable()
        self.drop_index(index.oid)
        self._journal.put(self._indexes, index.oid, index)
        self._journal.put(self._relation_indexes[index.relation], index.oid, None)
        self._journal.put(self._relation_names[index.name], index.namespace, index.oid)
        self.made.append(index.name)

    def drop_index(self, oid: Oid) -> None:
        self._check_writable()
        old = self._journal.pop(self._indexes, oid)
        if old is not None:
            self._journal.pop(self._relation_indexes[old.relation], oid)
            if self._relation_names[old.name].get(old.namespace) == oid:
                self._journal.pop(self._relation_names[old.name], old.namespace)
