"""The wheel, built from the source distribution and installed elsewhere: it works with no checkout in sight.

Its dependencies are those of this environment, seen through a path file, so that no index is needed; the editable
pgready of this environment is not seen, as path files are not read in directories that a path file adds (manual of
`site`).
"""

import json
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from labs import FOLDER, ROOT, pgready_lab, private
from pgready.reports.notebooks.shipped import NOTEBOOKS

_PATIENCE_S = 120
# Of this environment, as pip would put it into the new one.
_LAB = {"JUPYTERLAB_DIR": str(Path(sys.prefix) / "share" / "jupyter" / "lab")}


@dataclass(frozen=True, kw_only=True)
class Installed:
    """An environment with the wheel in it, and an empty directory beside it to work in."""

    environment: Path
    elsewhere: Path
    home: Path

    def run(self, *command: str) -> str:
        """What a program of the environment prints, run elsewhere with a private home; it has to end well."""
        done = subprocess.run(
            [self.environment / "bin" / command[0], *command[1:]],
            cwd=self.elsewhere,
            env={name: value for name, value in private(self.home).items() if not name.startswith("PYTHON")},
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the source distribution and the wheel that was built from it (manual of `build`)."""
    directory = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", directory, ROOT],
        capture_output=True,
        text=True,
        timeout=_PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return directory


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """A new environment that has the wheel, and the dependencies of this one."""
    environment, elsewhere = tmp_path_factory.mktemp("environment"), tmp_path_factory.mktemp("elsewhere")
    venv.create(environment, symlinks=True)
    (wheel,) = built.glob("*.whl")
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", environment / "bin" / "python", "--quiet"]
    options = ["--disable-pip-version-check", "--no-deps", "--no-index", "--no-compile"]
    subprocess.run([*pip, "install", *options, wheel], check=True, timeout=_PATIENCE_S)
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return Installed(environment=environment, elsewhere=elsewhere, home=tmp_path_factory.mktemp("home"))


def _files(directory: Path) -> set[str]:
    """Relative paths, but for what tools keep for themselves (`__pycache__`, `.mypy_cache`)."""
    files = (path.relative_to(directory) for path in directory.rglob("*") if path.is_file())
    return {path.as_posix() for path in files if not any(part.startswith((".", "__pycache__")) for part in path.parts)}


def test_no_file_of_the_package_is_missing_in_the_wheel_or_of_other_content(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    expected = {f"pgready/{name}": ROOT / "src" / "pgready" / name for name in _files(ROOT / "src" / "pgready")}
    expected |= {f"pgready/notebooks/{name}.ipynb": ROOT / "notebooks" / f"{name}.ipynb" for name in NOTEBOOKS}
    with zipfile.ZipFile(wheel) as archive:
        there = {name for name in archive.namelist() if ".dist-info/" not in name}
        assert there == set(expected)
        assert [name for name, file in expected.items() if archive.read(name) != file.read_bytes()] == []
    for kind in (".ipynb", ".css", ".js", ".j2", ".sql", ".prisma", ".toml", "kernel.json", "py.typed"):
        assert any(name.endswith(kind) for name in there), kind


def test_the_source_distribution_holds_what_is_built_and_nothing_private(built: Path) -> None:
    (source,) = built.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"README.md", "LICENSE", "CHANGELOG.md", "pyproject.toml", "PKG-INFO"} <= names
    assert {f"notebooks/{name}.ipynb" for name in NOTEBOOKS} <= names
    assert {name.partition("/")[0] for name in names} <= {
        *("src", "notebooks", "README.md", "LICENSE", "CHANGELOG.md", "pyproject.toml", "PKG-INFO", ".gitignore")
    }


def test_what_runs_is_the_wheel_and_not_the_checkout(installed: Installed) -> None:
    asked = "import pgready, sys; print(pgready.__file__); print(*sys.path, sep='\\n')"
    file, *path = installed.run("python", "-c", asked).splitlines()
    assert Path(file).is_relative_to(installed.environment)
    assert [place for place in path if place and Path(place).is_relative_to(ROOT / "src")] == []


def test_an_audit_makes_its_report(installed: Installed, ready_project: Callable[[Path], Path]) -> None:
    ready_project(installed.elsewhere / "shop")
    assert "READY" in installed.run("pgready", "audit", "shop")
    written = _files(installed.elsewhere / "reports" / "shop")
    assert {
        "audit.json",
        "deployment_readiness.html",
        "deployment_readiness.md",
        "deployment_readiness.ipynb",
    } <= written
    audit = json.loads((installed.elsewhere / "reports" / "shop" / "audit.json").read_bytes())
    assert (audit["verdict"], audit["project"]["name"]) == ("READY", "shop")
    assert "RES001" in installed.run("pgready", "explain", "RES001")


def test_the_lab_serves_every_notebook_and_ends_at_ctrl_c(
    installed: Installed, ready_project: Callable[[Path], Path]
) -> None:
    pytest.importorskip("jupyterlab", reason="JupyterLab is not installed (the extra `lab`)")
    project = ready_project(installed.elsewhere / "lab")
    program, home = installed.environment / "bin" / "pgready", installed.home / "lab"
    with pgready_lab(project, home, program=program, environment=_LAB) as lab:
        listed = {entry["name"] for entry in lab.ask(f"contents/{FOLDER}")["content"]}
        assert {f"{name}.ipynb" for name in NOTEBOOKS} <= listed
        kernel = lab.ask("kernelspecs")["kernelspecs"]["python3"]
        assert kernel["spec"]["display_name"] == "Python 3 (pgready)"
        asked = "import pgready, sys; print(pgready.__file__, '' in sys.path)"
        file, in_sight = lab.printed("feature_isolation.ipynb", asked).split()
        assert Path(file).is_relative_to(installed.environment)
        # A `matplotlib.py` beside the notebook, which may come with the project, is not imported.
        assert in_sight == "False"
        kernels = [command for command in lab.family.values() if "ipykernel" in command]
        assert [Path(command.split()[0]).is_relative_to(installed.environment) for command in kernels] == [True]
        assert f"{lab.address}/lab/tree/{FOLDER}/deployment_readiness.ipynb?token={lab.token}" in lab.said()


@pytest.fixture(scope="module")
def ready_project() -> Callable[[Path], Path]:
    """Make a small project that is READY."""

    def make(root: Path) -> Path:
        migration = root / "prisma" / "migrations" / "20250101000000_init" / "migration.sql"
        migration.parent.mkdir(parents=True)
        migration.write_text('CREATE TABLE "User" ("id" TEXT NOT NULL, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));\n')
        datasource = 'datasource db {\n  provider = "postgresql"\n}\n'
        (root / "prisma" / "schema.prisma").write_text(f"{datasource}model User {{\n  id String @id\n}}\n")
        return root

    return make
