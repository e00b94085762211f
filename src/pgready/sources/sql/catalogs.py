"""The catalog tables and views that guards ask: which column says what.

Source: PostgreSQL manual, "System Catalogs", "System Views" and "The Information Schema".
"""

from dataclasses import dataclass
from enum import Enum, auto

from pgready.model.names import ObjectKind

__all__ = ["RELATION_KINDS", "Catalog", "Role", "catalog_of"]


class Role(Enum):
    """What a column of a catalog says about the object of its row."""

    NAME = auto()
    TABLE = auto()  # the table's name
    TABLE_OID = auto()  # oid of the table, or of the enum type of a label
    SCHEMA = auto()  # the schema's name
    SCHEMA_OID = auto()
    OID = auto()  # the row's own oid
    FILTER = auto()  # narrows the kind of the object, not which object


@dataclass(frozen=True, slots=True)
class Catalog:
    """One catalog: the kind of object in its rows, and the roles of its columns.

    `rank` orders catalogs that are joined: a constraint (3) is asked for through its table (2) in its schema (1).
    """

    kind: ObjectKind
    rank: int
    roles: dict[str, Role]


RELATION_KINDS = {
    "r": ObjectKind.TABLE,
    "p": ObjectKind.TABLE,
    "f": ObjectKind.TABLE,
    "v": ObjectKind.VIEW,
    "m": ObjectKind.MATERIALIZED_VIEW,
    "i": ObjectKind.INDEX,
    "I": ObjectKind.INDEX,
    "S": ObjectKind.SEQUENCE,
}


def _catalog(kind: ObjectKind, rank: int, filters: str = "", **roles: str) -> Catalog:
    """`roles` maps a role to the names of its columns."""
    columns = {column: Role[role.upper()] for role, names in roles.items() for column in names.split()}
    return Catalog(kind, rank, {**columns, **dict.fromkeys(filters.split(), Role.FILTER)})


_KIND = ObjectKind
_PG = {
    "pg_class": _catalog(
        _KIND.RELATION, 2, "relkind relpersistence", name="relname", schema_oid="relnamespace", oid="oid"
    ),
    "pg_constraint": _catalog(
        _KIND.CONSTRAINT, 3, "contype", name="conname", table_oid="conrelid", schema_oid="connamespace", oid="oid"
    ),
    "pg_attribute": _catalog(_KIND.COLUMN, 3, "attisdropped attnum", name="attname", table_oid="attrelid"),
    "pg_type": _catalog(_KIND.TYPE, 2, "typtype typcategory", name="typname", schema_oid="typnamespace", oid="oid"),
    "pg_enum": _catalog(_KIND.ENUM_VALUE, 3, name="enumlabel", table_oid="enumtypid", oid="oid"),
    "pg_namespace": _catalog(_KIND.SCHEMA, 1, name="nspname", oid="oid"),
    "pg_index": _catalog(_KIND.INDEX, 3, oid="indexrelid", table_oid="indrelid"),
    "pg_proc": _catalog(_KIND.FUNCTION, 2, "prokind", name="proname", schema_oid="pronamespace", oid="oid"),
    "pg_trigger": _catalog(_KIND.TRIGGER, 3, "tgisinternal", name="tgname", table_oid="tgrelid", oid="oid"),
    "pg_policy": _catalog(_KIND.POLICY, 3, name="polname", table_oid="polrelid", oid="oid"),
    "pg_rewrite": _catalog(_KIND.RULE, 3, name="rulename", table_oid="ev_class", oid="oid"),
    "pg_extension": _catalog(_KIND.EXTENSION, 2, name="extname", oid="oid"),
    "pg_roles": _catalog(_KIND.ROLE, 2, name="rolname", oid="oid"),
    "pg_authid": _catalog(_KIND.ROLE, 2, name="rolname", oid="oid"),
    "pg_user": _catalog(_KIND.ROLE, 2, name="usename"),
    "pg_tables": _catalog(_KIND.TABLE, 2, name="tablename", schema="schemaname"),
    "pg_views": _catalog(_KIND.VIEW, 2, name="viewname", schema="schemaname"),
    "pg_matviews": _catalog(_KIND.MATERIALIZED_VIEW, 2, name="matviewname", schema="schemaname"),
    "pg_indexes": _catalog(_KIND.INDEX, 3, name="indexname", table="tablename", schema="schemaname"),
    "pg_sequences": _catalog(_KIND.SEQUENCE, 2, name="sequencename", schema="schemaname"),
    "pg_policies": _catalog(_KIND.POLICY, 3, name="policyname", table="tablename", schema="schemaname"),
    "pg_rules": _catalog(_KIND.RULE, 3, name="rulename", table="tablename", schema="schemaname"),
}
_CATALOGS = "table_catalog constraint_catalog catalog_name"
_INFORMATION_SCHEMA = {
    "tables": _catalog(_KIND.TABLE, 2, f"{_CATALOGS} table_type", name="table_name", schema="table_schema"),
    "columns": _catalog(_KIND.COLUMN, 3, _CATALOGS, name="column_name", table="table_name", schema="table_schema"),
    "table_constraints": _catalog(
        _KIND.CONSTRAINT,
        3,
        f"{_CATALOGS} constraint_type",
        name="constraint_name",
        table="table_name",
        schema="table_schema constraint_schema",
    ),
    "key_column_usage": _catalog(
        _KIND.CONSTRAINT,
        3,
        _CATALOGS,
        name="constraint_name",
        table="table_name",
        schema="table_schema constraint_schema",
    ),
    "referential_constraints": _catalog(
        _KIND.CONSTRAINT, 3, _CATALOGS, name="constraint_name", schema="constraint_schema"
    ),
    "check_constraints": _catalog(_KIND.CONSTRAINT, 3, _CATALOGS, name="constraint_name", schema="constraint_schema"),
    # Its table is the referenced one.
    "constraint_column_usage": _catalog(
        _KIND.CONSTRAINT, 3, _CATALOGS, name="constraint_name", schema="constraint_schema"
    ),
    "views": _catalog(_KIND.VIEW, 2, _CATALOGS, name="table_name", schema="table_schema"),
    "schemata": _catalog(_KIND.SCHEMA, 1, _CATALOGS, name="schema_name"),
    "sequences": _catalog(_KIND.SEQUENCE, 2, name="sequence_name", schema="sequence_schema"),
    "routines": _catalog(
        _KIND.FUNCTION, 2, "routine_type", name="routine_name", schema="routine_schema specific_schema"
    ),
    "triggers": _catalog(
        _KIND.TRIGGER,
        3,
        name="trigger_name",
        table="event_object_table",
        schema="event_object_schema trigger_schema",
    ),
}


def catalog_of(schema: str | None, name: str) -> Catalog | None:
    """The catalog that a FROM item names; None for the project's own tables and for other catalogs."""
    if schema == "information_schema":
        return _INFORMATION_SCHEMA.get(name)
    return _PG.get(name) if schema in (None, "pg_catalog") else None
