"""For all tests: Ctrl-C works, and what they have counted is printed at the end of the run, also when they pass.

A test says `record_property("compared", {"what": "fixtures", "columns": 12, ...})`; the counts are summed by `what`.
"""

import signal
from collections import Counter, defaultdict

import pytest


def pytest_configure() -> None:
    """A shell lets its background jobs ignore SIGINT, and every process of a test would inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print one line for everything that was compared with Prisma's engine; workers of xdist report here as well."""
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "compared" and isinstance(value, dict):
                sums[str(value.pop("what"))].update({"tests": 1, **value})
    if sums:
        terminalreporter.section("compared with Prisma's engine")
        for what, counts in sorted(sums.items()):
            terminalreporter.line(
                f"{what}: " + ", ".join(f"{kind} {count:,}" for kind, count in counts.items() if count)
            )
