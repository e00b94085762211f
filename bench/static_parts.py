"""Where the time of one `pgready check --no-rehearse` goes: run by static.py as a process of its own.

Usage: python bench/static_parts.py BEGUN PROJECT

BEGUN is the time (seconds of the epoch) at which the caller began to start this process. What the check prints goes to
the standard output; the last line on standard error is a JSON object: seconds by part, and `ended`, the time at which
all was done. Only the outermost call of a part counts, and what no part holds is "the rest".
"""

import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

PARTS = {
    "read": "locate read_schema read_migrations find_version stray_files lock_provider",
    "effects": "read_scripts read_suppressions",
    "history": "replay_history lives_of misplaced",
    "checks": "run_checks judge",
}
"""What `pgready.orchestrator.audit` calls, by part."""


def timed(spent: dict[str, float], part: str, call: Callable[..., Any]) -> Callable[..., Any]:
    """The same function; what it takes is added to its part (an iterator is run to its end)."""

    def run(*args: object, **options: object) -> object:
        started = time.perf_counter()
        try:
            result = call(*args, **options)
            return iter(list(result)) if hasattr(result, "__next__") else result
        finally:
            spent[part] += time.perf_counter() - started

    return run


def main() -> None:
    """Import what the check will import, put clocks around its parts, and let it run."""
    begun, project = float(sys.argv[1]), sys.argv[2]
    spent = {"start": time.time() - begun, "imports": 0.0, **dict.fromkeys(PARTS, 0.0), "print": 0.0}
    started = time.perf_counter()
    cli, audits, audit, *_ = (
        import_module(f"pgready.{name}")
        for name in ("cli", "cli.audits", "orchestrator.audit", "orchestrator.evidence", "reports.terminal")
    )
    spent["imports"] = time.perf_counter() - started
    for part, names in PARTS.items():
        for name in names.split():
            setattr(audit, name, timed(spent, part, getattr(audit, name)))
    audits.print_result = timed(spent, "print", audits.print_result)  # type: ignore[attr-defined]
    sys.argv = ["pgready", "check", "--no-rehearse", project]
    try:
        cli.main()
    finally:
        ended = time.time()
        spent["the rest"] = ended - begun - sum(spent.values())
        sys.stderr.write(f"\n{json.dumps(spent | {'ended': ended})}\n")


if __name__ == "__main__":
    main()
