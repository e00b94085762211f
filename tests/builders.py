"""Values of a small project, with everything that a test does not care about filled in."""

from collections.abc import Callable
from dataclasses import dataclass

from pgready.checks import Gathered
from pgready.findings import CheckResult
from pgready.model.migration import Migration
from pgready.model.names import ObjectKind, ObjectRef, QualifiedName
from pgready.model.schema import Column, Enum, ForeignKey, Index, PrimaryKey, ReferentialAction, Schema, Table
from pgready.model.spelling import SpeltColumn
from pgready.model.trace import MigrationRun, Rehearsal, RunOutcome, Server

__all__ = ["Build", "Judge"]

Judge = Callable[[str, Gathered], CheckResult]


@dataclass(frozen=True)
class Build:
    """Values with everything that a test does not care about filled in."""

    server: Server = Server(version="18.6", version_num=180006, origin="test")  # noqa: RUF009  # frozen

    def table(
        self,
        name: str,
        *columns: Column,
        keys: tuple[ForeignKey, ...] = (),
        indexes: tuple[Index, ...] = (),
        primary_key: tuple[str, ...] = ("id",),
        partition_of: str | None = None,
    ) -> Table:
        return Table(
            name=QualifiedName("public", name),
            columns=(Column(name="id", type="text", not_null=True), *columns),
            primary_key=PrimaryKey(name=f"{name}_pkey", columns=primary_key) if primary_key else None,
            foreign_keys=keys,
            indexes=indexes,
            model=name,
            partition_of=QualifiedName("public", partition_of) if partition_of else None,
        )

    def column(self, name: str, type_: str = "text", *, not_null: bool = False, verbatim: bool = False) -> Column:
        return Column(name=name, type=type_, not_null=not_null, verbatim_type=verbatim)

    def key(
        self, table: str, column: str, to: str, on_delete: ReferentialAction = ReferentialAction.CASCADE, name: str = ""
    ) -> ForeignKey:
        return ForeignKey(
            name=name or f"{table}_{column}_fkey",
            table=QualifiedName("public", table),
            columns=(column,),
            referenced_table=QualifiedName("public", to),
            referenced_columns=("id",),
            on_delete=on_delete,
            on_update=ReferentialAction.CASCADE,
        )

    def enum(self, name: str, *values: str) -> Enum:
        return Enum(name=QualifiedName("public", name), values=values)

    def migration(self, name: str, position: int = 1, sql: str | None = "SELECT 1;") -> Migration:
        return Migration(name=name, position=position, file=f"migrations/{name}/migration.sql", sql=sql)

    def run(
        self, name: str, position: int = 1, outcome: RunOutcome = RunOutcome.APPLIED, *made: ObjectRef
    ) -> MigrationRun:
        return MigrationRun(migration=name, position=position, outcome=outcome, made=made)

    def rehearsal(self, schema: Schema, *runs: MigrationRun, spelt: tuple[SpeltColumn, ...] = ()) -> Rehearsal:
        return Rehearsal(server=self.server, runs=runs, schema=schema, spelt_columns=spelt)

    def ref(self, kind: ObjectKind, name: str, table: str | None = None) -> ObjectRef:
        return ObjectRef(kind=kind, schema="public", table=table, name=name)
