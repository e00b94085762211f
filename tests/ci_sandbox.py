"""The steps of action.yml as a runner runs them: literally, by bash, with expressions only in their environment."""

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

__all__ = ["ACTION", "ROOT", "STEPS", "Sandbox"]

ROOT = Path(__file__).parents[1]
ACTION: dict[str, Any] = YAML(typ="safe").load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]


@dataclass
class Sandbox:
    """A runner's directories, programs that are put there, and the outputs of the steps so far.

    `more` is added to the environment of every step.
    """

    path: Path
    outputs: dict[str, str] = field(default_factory=dict)
    more: dict[str, str] = field(default_factory=dict)

    @property
    def workspace(self) -> Path:
        return self.path / "workspace"

    def program(self, place: str, script: str) -> None:
        file = self.path / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/usr/bin/env bash\n{script}\n")
        file.chmod(0o755)

    def step(self, name: str, **inputs: str) -> subprocess.CompletedProcess[str]:
        """Run the step as the runner would: expressions are put into its environment, never into its script."""
        (step,) = [step for step in STEPS if step["name"] == name]
        known = {f"inputs.{key}": str(given.get("default", "")) for key, given in ACTION["inputs"].items()}
        known |= {f"inputs.{key.replace('_', '-')}": value for key, value in inputs.items()}
        known |= {f"steps.audit.outputs.{key}": value for key, value in self.outputs.items()}
        known |= {"github.action_path": str(ROOT), "github.repository": "shop/api", "github.token": "t0ken"}
        known |= {"github.event.pull_request.number": "7", "github.event.pull_request.head.sha": "c0ffee"}
        environment = {key: _expanded(str(value), known) for key, value in step.get("env", {}).items()}
        output = self.path / "output"
        output.touch()
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
            env={
                "PATH": f"{self.path / 'bin'}:{os.environ['PATH']}",
                "HOME": str(self.path),
                "RUNNER_TEMP": str(self.path / "temp"),
                "GITHUB_OUTPUT": str(output),
                "RECORD": str(self.path / "record"),
                **self.more,
                **environment,
            },
            cwd=self.workspace,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.outputs |= dict(line.split("=", 1) for line in output.read_text().splitlines())
        return done

    @property
    def calls(self) -> list[list[str]]:
        record = self.path / "record"
        text = record.read_text() if record.exists() else ""
        return [call.split("\x1f")[:-1] for call in text.split("\x1e")[:-1]]


def _expanded(text: str, known: dict[str, str]) -> str:
    return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda found: known[found[1]], text)
