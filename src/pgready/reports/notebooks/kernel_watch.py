"""An IPython extension, loaded inside the kernel: writes down what a notebook's outputs do not tell.

An exception in a thread, a shell command that fails and `exit()` leave a notebook that looks completed (papermill 2.7
exits with 0). The file named by `PGREADY_KERNEL_WATCH` gets the line `watching` and then one JSON string per event.
"""

import json
import os
import threading
from pathlib import Path
from typing import Any

__all__ = ["DIRECTORY_VARIABLE", "IMPORT_VARIABLE", "WATCH_VARIABLE", "load_ipython_extension"]

DIRECTORY_VARIABLE = "PGREADY_KERNEL_DIRECTORY"
"""Names, to a kernel, the private directory that it shares with the other kernels of its run; gone when they are."""

WATCH_VARIABLE = "PGREADY_KERNEL_WATCH"
IMPORT_VARIABLE = "PGREADY_KERNEL_IMPORT"


def load_ipython_extension(shell: Any) -> None:  # noqa: ANN401 - IPython's own protocol, its shell has no stable type
    """Start watching; called by IPython (manual: "Writing IPython extensions")."""
    path = Path(os.environ[WATCH_VARIABLE])

    def note(event: str) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(event) + "\n")

    _watch_threads(note)
    _watch_shell(shell, note)
    path.write_text("watching\n", encoding="utf-8")


def _watch_threads(note: Any) -> None:  # noqa: ANN401 - a function of this module
    shown = threading.excepthook

    def hook(args: Any) -> None:  # noqa: ANN401 - threading.ExceptHookArgs, a structure without a public constructor
        if args.exc_type is not SystemExit:
            name = args.thread.name if args.thread else "?"
            note(f"an exception in a thread ({name}): {args.exc_type.__name__}: {args.exc_value}")
        shown(args)

    threading.excepthook = hook


def _watch_shell(shell: Any, note: Any) -> None:  # noqa: ANN401 - as above
    # A recent IPython (9) raises on a shell command that fails; what an older one leaves is looked at after each cell.
    shell.system_raise_on_error = True

    def after_cell(_result: object) -> None:
        if code := shell.user_ns.pop("_exit_code", 0):
            note(f"a shell command ended with {code}")

    leave = shell.ask_exit

    def ask_exit() -> None:
        note("the notebook asked its kernel to exit")
        leave()

    shell.events.register("post_run_cell", after_cell)
    # Not a trait, so the class's method is hidden on this one shell only.
    shell.ask_exit = ask_exit
