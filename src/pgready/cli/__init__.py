"""The command line: parse, call, print, exit.

Everything heavy is imported inside the commands, so that `pgready --version` and `--help` answer at once.
"""

import gc
import io
import os
import signal
import sys
import traceback

import click

from pgready import __version__
from pgready.cli.audits import audit, check
from pgready.cli.baseline import baseline
from pgready.cli.diff import diff
from pgready.cli.doctor import doctor
from pgready.cli.explain import explain
from pgready.cli.isolation import compare, init
from pgready.cli.lab import lab
from pgready.cli.output import EXIT_CODES, complain
from pgready.errors import PgreadyError

__all__ = ["cli", "main"]

_USAGE, _INTERNAL, _INTERRUPTED, _TERMINATED = 2, 4, 130, 143
# What is read lives until the end and has hardly a cycle: looking for them every 700 objects takes a tenth of the time.
_COLLECT_AFTER = 500_000


def main() -> None:
    """Entry point: every way out has its exit code and, for a mistake of the user, one clear message."""
    gc.set_threshold(_COLLECT_AFTER)
    signal.signal(signal.SIGTERM, _terminate)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows no ✓ gets a question mark, and the verdict all the same.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        code = cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = _USAGE
    except PgreadyError as error:
        complain(f"pgready: {error}")
        code = _USAGE
    except (KeyboardInterrupt, click.Abort):
        complain("pgready: interrupted")
        code = _INTERRUPTED
    except BrokenPipeError:
        # The reader went away (`| head`): nothing to tell it, and no more writing at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = _INTERNAL
    except Exception as error:  # noqa: BLE001  # the outermost edge: a bug is told apart from every verdict
        complain(f"pgready: internal error, a bug of pgready: {type(error).__name__}: {error}")
        if os.environ.get("PGREADY_DEBUG"):
            traceback.print_exc()
        else:
            complain("pgready: run again with PGREADY_DEBUG=1 for the traceback and report it, please")
        code = _INTERNAL
    # What is left goes back to the system in one piece, not object by object (0.1 s for a thousand migrations).
    gc.freeze()
    sys.exit(code)


def _terminate(_signal: int, _frame: object) -> None:
    # As an exception, so that servers, kernels and directories are cleaned up on the way out.
    sys.exit(_TERMINATED)


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=EXIT_CODES)
@click.version_option(__version__, prog_name="pgready")
def cli() -> None:
    """Is this PostgreSQL schema, with these migrations, ready for production?

    pgready rehearses the deployment on a throw-away PostgreSQL and shows what comes out.
    """


# What the list of commands says of each; click would cut off the first sentence of the long text.
_IN_SHORT = {
    audit: "audit a project and write its report",
    baseline: "tolerate what is found today",
    check: "audit a project on the terminal",
    compare: "is one schema's isolation better than another's?",
    diff: "what got worse between two audits, what better?",
    doctor: "can a rehearsal be made on this machine?",
    explain: "what a rule finds, why, and what to do",
    init: "draft a pgready.toml for a project",
    lab: "open the notebooks of a project in JupyterLab",
}
for _command, _said in _IN_SHORT.items():
    _command.short_help = _said
    cli.add_command(_command)
