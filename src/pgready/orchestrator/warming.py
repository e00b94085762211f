"""What a kernel would do for the first time, done before it is forked: half of what it works (0.4 s of CPU).

Nothing of the project under audit is read. A project of two tables is audited without a server, and some views of it
are made, which compiles templates and makes the functions that read audit.json; its results are forgotten.
"""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pgready.reports.explorer  # noqa: F401  # for the kernels
from pgready.model.schema import Schema
from pgready.model.trace import MigrationRun, Server, Trial
from pgready.orchestrator.audit import audit
from pgready.orchestrator.evidence import code_digest
from pgready.reports import views
from pgready.reports.document import audit_converter, decode, encode
from pgready.verdict import AuditResult

__all__ = ["warm"]

_SCHEMA = """datasource db {
  provider = "postgresql"
}
model User {
  id    String @id
  posts Post[]
}
model Post {
  id     String @id
  userId String
  user   User   @relation(fields: [userId], references: [id])
}
"""
_MIGRATION = """CREATE TABLE "User" ("id" TEXT PRIMARY KEY);
CREATE TABLE "Post" ("id" TEXT PRIMARY KEY, "userId" TEXT NOT NULL REFERENCES "User"("id"));
"""
# None that draws: FreeType reads glyphs from an open font when they are needed, and after a fork two processes would
# move the same position in its file ("failed to load glyph", seen).
_VIEWS = ("verdict", "figures", "scope", "findings", "inventory", "migrations", "checklist", "checks", "versions")
_CONFIG = """[groups.A]
tables = ["User"]
[groups.B]
tables = ["Post"]
"""


def warm(directory: Path) -> None:
    """Do everything once, in a private directory. What fails here fails again where it is asked for, and is told."""
    # Loads psycopg; the kernels find the rehearsal ready and need its names only.
    with suppress(ImportError):
        import pgready.rehearsal  # noqa: F401, PLC0415  # reading and judging need no server
    code_digest()
    for kind in (Server, MigrationRun, Schema, Trial):
        audit_converter().get_structure_hook(kind)
        audit_converter().get_unstructure_hook(kind)
    with suppress(Exception), tempfile.TemporaryDirectory(dir=directory) as root:
        _show(decode(encode(_small_audit(Path(root)))))


def _small_audit(root: Path) -> AuditResult:
    migration = root / "prisma" / "migrations" / "1_init" / "migration.sql"
    migration.parent.mkdir(parents=True)
    migration.write_text(_MIGRATION, encoding="utf-8")
    (root / "prisma" / "schema.prisma").write_text(_SCHEMA, encoding="utf-8")
    (root / "pgready.toml").write_text(_CONFIG, encoding="utf-8")
    return audit(root, rehearse=False)


def _show(result: AuditResult) -> None:
    for name in _VIEWS:
        view: Callable[[AuditResult], object] = getattr(views, name)
        with suppress(Exception):
            shown = view(result)
            shown._repr_mimebundle_()  # type: ignore[attr-defined]  # IPython's protocol
