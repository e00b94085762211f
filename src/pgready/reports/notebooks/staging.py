"""Where the audit of a notebook goes while several run at once: each into a private place, never over another's.

`pgready audit` compares these with its own and writes one `audit.json` for all of them. The place is told by the
environment and not by a parameter, so that no report shows a path of this machine.
"""

import os
from pathlib import Path

__all__ = ["AUDIT_VARIABLE", "OUTPUT_VARIABLE", "staged"]

AUDIT_VARIABLE = "PGREADY_KERNEL_AUDIT"
"""Process id of a kernel and, after a space, the directory that takes its audit."""

OUTPUT_VARIABLE = "PGREADY_KERNEL_OUTPUT"
"""The absolute directory of the run's report, which is the one whose audit is taken aside."""


def staged(path: Path) -> Path:
    """Where a file of the run's report is really written by this process: beside the kernel, if this is one.

    What a kernel starts (`!pgready check --output`) and what is written to another directory goes where it was told.
    """
    kernel, _, place = os.environ.get(AUDIT_VARIABLE, "").partition(" ")
    ours = kernel == str(os.getpid()) and path.parent.absolute() == Path(os.environ.get(OUTPUT_VARIABLE, ""))
    return Path(place) / path.name if ours else path
