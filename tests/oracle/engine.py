"""Prisma's own engine, for differential tests: a process of Node that answers questions.

Needs Node and the packages of `package.json` beside this file. `PGREADY_PRISMA_ORACLE` names the directory that holds
their `node_modules`; `PGREADY_TEST_REQUIRE` with the word `oracle` turns the skip of tests without them into a failure.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Drift", "Engine", "packages", "without_connection"]

# The engine of version 8 rejects the connection in the schema, which versions up to 6 require.
_CONNECTION = re.compile(r"^[ \t]*(?:url|directUrl|shadowDatabaseUrl)[ \t]*=.*$", re.MULTILINE)


def without_connection(text: str) -> str:
    """The schema without the lines of its datasource that only versions up to 6 accept."""
    return _CONNECTION.sub("", text)


def packages() -> Path | None:
    """The directory whose `node_modules` holds the engine, or None when it cannot be run here."""
    found = Path(os.environ.get("PGREADY_PRISMA_ORACLE", ""))
    return found if shutil.which("node") and (found / "node_modules" / "psw6").is_dir() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What `migrate diff` says from a database to a schema: the SQL that it would run, its summary, or its error."""

    sql: str = ""
    human: str = ""
    error: str | None = None

    @property
    def silent(self) -> bool:
        """Whether Prisma sees no difference: then its script is one comment."""
        return self.error is None and not re.sub(r"^--.*$", "", self.sql, flags=re.MULTILINE).strip()


class Engine:
    """A process of Node that answers for Prisma's engine."""

    def __init__(self, packages: Path) -> None:
        self._command = ["node", str(Path(__file__).with_name("prisma_engine.mjs")), str(packages)]
        self._process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def _ask(self, question: dict[str, object]) -> dict[str, str | None]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer: dict[str, str | None] = json.loads(self._process.stdout.readline())
        if "panic" in answer:
            # The instance is dead after a panic, but the next question deserves an answer.
            self.close()
            self._process = self._start()
        return answer

    def sql(self, files: list[Path]) -> str:
        """The SQL that makes the database of these schema files from nothing."""
        return self.sql_of([(path.name, path.read_bytes().decode()) for path in files])

    def sql_of(self, files: Iterable[tuple[str, str]]) -> str:
        """The SQL that makes the database of these schema texts, each with its path, from nothing."""
        answer = self._ask({"sql": _texts(files)})
        assert answer.get("sql") is not None, answer
        return f"{answer['sql']}".rstrip() + "\n"

    def drift(self, files: Iterable[tuple[str, str]], *, host: str, database: str, user: str, **more: object) -> Drift:
        """What `migrate diff` says from a real database (`host`: directory of its socket) to these schema texts.

        `port` and `password` as for libpq; `externalTables` names tables (`schema.table`) that Prisma shall not see.
        """
        question = {"drift": _texts(files), "host": host, "database": database, "user": user, **more}
        answer = self._ask(question)
        if answer.get("error") is not None:
            return Drift(error=answer["error"])
        return Drift(sql=f"{answer['sql']}", human=f"{answer['human']}")

    def deploy(
        self, migrations: Iterable[tuple[str, str]], *, host: str, database: str, user: str, **more: object
    ) -> str | None:
        """Let `migrate deploy` apply migrations (name, text) to a real database; its error, or None."""
        listed = [[name, text] for name, text in migrations]
        return self._ask({"deploy": listed, "host": host, "database": database, "user": user, **more}).get("error")

    def accepts(self, text: str) -> bool:
        """Whether Prisma's own validation accepts the schema."""
        return self._ask({"validate": [["s.prisma", text]], "version": 8})["error"] is None

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=30)


def _texts(files: Iterable[tuple[str, str]]) -> list[list[str]]:
    return [[path, without_connection(text)] for path, text in files]
