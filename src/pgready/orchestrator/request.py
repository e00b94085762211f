"""What is asked for: options and pgready.toml become one request, checked before anything is read."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pgready.checks import RULES
from pgready.config import CONFIG_NAME, Config, load_config
from pgready.errors import ConfigError, SourceError

__all__ = ["AuditRequest", "make_request"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRequest:
    """A checked request: `root` is the absolute directory of the project, paths below are absolute or None.

    `since` is the revision of git at which the scope begins, None for a clean deploy. `postgres` is what the rehearsal
    runs, an installation or its bin directory, None for the first that is found. `thorough`: every migration is
    rehearsed on rows, with its locks and stopped midway, not only those of the scope.
    """

    root: Path
    name: str
    config: Config
    schema: tuple[Path, ...] = ()
    migrations: Path | None = None
    rehearse: bool = True
    since: str | None = None
    postgres: Path | None = None
    thorough: bool = False


def make_request(
    project: str | Path = ".",
    *,
    config: str | Path | None = None,
    schema: str | Path | Sequence[str | Path] = (),
    migrations: str | Path | None = None,
    database: str | None = None,
    rehearse: bool = True,
    since: str | None = None,
    postgres: str | Path | None = None,
    thorough: bool = False,
    writes_baseline: bool = False,
) -> AuditRequest:
    """Check the options and read the configuration.

    Relative paths in `schema`, `migrations` and `config` are taken from the project, then from the working directory,
    `postgres` from the working directory only, paths in pgready.toml from the directory of that file. Options win over
    the configuration; an empty `since` means a clean deploy, whatever the configuration says. A baseline that the
    configuration names must exist, unless the request is to write it (`writes_baseline`). Raises ConfigError and
    SourceError.
    """
    if database is not None:
        raise ConfigError(
            "database: comparing with a live database is not possible in this version; leave the parameter out"
        )
    if postgres is not None and not rehearse:
        raise ConfigError("postgres: there is no rehearsal that would run it; leave it or the other option out")
    if thorough and not rehearse:
        raise ConfigError("thorough: there is no rehearsal that could be; leave it or the other option out")
    root = _project(project)
    file = _existing(root, config, "config") if config is not None else _default_config(root)
    shown_as = _shown(file, root) if file is not None else CONFIG_NAME
    read = Config()
    if file is not None:
        read = load_config(file, shown_as=shown_as, rules=RULES, writes_baseline=writes_baseline)
    base = file.parent if file is not None else root
    # A lone text is a path and not a sequence of letters.
    named = (schema,) if isinstance(schema, str | Path) else schema
    given_schema = tuple(_existing(root, path, "schema") for path in named)
    return AuditRequest(
        root=root,
        name=read.name or root.name or "project",
        config=read,
        schema=given_schema or tuple(_configured(base, path, "project.schema", shown_as) for path in read.schema),
        migrations=_migrations(root, migrations, base, read, shown_as),
        rehearse=rehearse,
        since=(read.since if since is None else since) or None,
        # Never from pgready.toml: a project under audit must not choose a program that is started.
        postgres=_expanded(postgres).absolute() if postgres is not None else None,
        thorough=thorough,
    )


def _expanded(path: str | Path) -> Path:
    if not os.fspath(path).startswith("~"):
        # Path("./~x") is Path("~x"): what was written tells them apart, not the path.
        return Path(path)
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        message = "there is no such home directory; ./ before the name means a file here"
        raise SourceError(message, path=str(path)) from error


def _project(project: str | Path) -> Path:
    root = _expanded(project)
    if not root.exists():
        # In a notebook nobody sees from where a relative path starts.
        place = "" if root.is_absolute() else f" (looked in {Path.cwd()})"
        raise SourceError(f"no such directory; expected a project{place}", path=str(project))
    if not root.is_dir():
        raise SourceError("not a directory; expected a project (use --schema for a single file)", path=str(project))
    return root.resolve()


def _default_config(root: Path) -> Path | None:
    file = root / CONFIG_NAME
    return file if file.exists() else None


def _existing(root: Path, path: str | Path, option: str) -> Path:
    """The first of project/path and ./path that exists."""
    given = _expanded(path)
    for candidate in (root / given, given.absolute()):
        if candidate.exists():
            return candidate.resolve()
    raise SourceError(f"{option}: no such file or directory, neither in the project nor here", path=str(path))


def _migrations(root: Path, given: str | Path | None, base: Path, config: Config, shown_as: str) -> Path | None:
    if given is not None:
        return _existing(root, given, "migrations")
    if config.migrations is None:
        return None
    return _configured(base, config.migrations, "project.migrations", shown_as)


def _configured(base: Path, path: str, key: str, shown_as: str) -> Path:
    found = base / path
    if not found.exists():
        raise ConfigError(f"{shown_as}: {key}: {path!r} does not exist below {base}")
    return found.resolve()


def _shown(file: Path, root: Path) -> str:
    return file.relative_to(root).as_posix() if file.is_relative_to(root) else str(file)
