"""What `pgready doctor` prints: every place that was looked at, what a server runs on, and how the trial went."""

from collections.abc import Iterator

from pgready.rehearsal.binaries import NEWEST, Binaries, Candidate
from pgready.rehearsal.directory import Base
from pgready.rehearsal.doctor import Diagnosis, Extensions, Trial, User
from pgready.reports.terminal.row import BLANK, Row, folded, row
from pgready.reports.visible import visible

__all__ = ["doctor_rows"]

_GOOD, _OTHER, _BAD = ("✓ ", "green"), ("- ", "dim"), ("✗ ", "bold red")
_KNOWN = ("pgcrypto", "uuid-ossp", "vector", "postgis")
"""Those that Prisma projects ask for most; of the others only what cannot be had is worth a line."""


def doctor_rows(diagnosis: Diagnosis, *, lab: str | None, width: int | None = None) -> Iterator[Row]:
    """`lab` is the version of JupyterLab, None where it is not installed; `width` that of the terminal in cells."""
    yield row(("PostgreSQL, in the order in which it is looked for", "bold"))
    for candidate in diagnosis.candidates:
        yield from _candidate(candidate, diagnosis.chosen, width)
    yield BLANK
    yield row(("What the server runs on", "bold"))
    yield from _fact("account", _GOOD if diagnosis.user else _BAD, _user(diagnosis.user), width)
    usable = next((base for base in diagnosis.bases if base.refusal is None), None)
    for base in diagnosis.bases:
        yield from _fact("directory", _mark_of(base, usable), _base(base, usable), width)
    if diagnosis.trial is not None:
        yield from _trial(diagnosis.trial, width)
    yield from _fact("JupyterLab", _GOOD if lab else _OTHER, lab or _NO_LAB, width)
    yield BLANK
    yield from _verdict(diagnosis, width)


_NO_LAB = "not installed; only to explore the notebooks: pip install 'pgready[lab]'"


def _candidate(candidate: Candidate, chosen: Binaries | None, width: int | None) -> Iterator[Row]:
    binaries = candidate.binaries
    version = f"{binaries.version:<6} " if binaries else " " * 7
    said = f"{candidate.origin}: {_why(candidate, chosen)}"
    mark = _GOOD if binaries is not None and binaries is chosen else _BAD if _is_broken(candidate) else _OTHER
    yield from folded((mark[0] + version, mark[1]), visible(said), width=width)
    if candidate.bindir is not None and not candidate.refusal.startswith("the same as"):
        yield row((f"{' ' * 11}{visible(str(candidate.bindir))}", "dim"))


def _why(candidate: Candidate, chosen: Binaries | None) -> str:
    if candidate.binaries is None:
        return candidate.refusal
    if candidate.binaries is not chosen:
        return "would do, but comes later"
    newer = candidate.binaries.version_num // 10000 > NEWEST
    return f"used, though newer than {NEWEST}, with which pgready was tried" if newer else "used"


def _is_broken(candidate: Candidate) -> bool:
    same = candidate.refusal.startswith("the same as")
    return candidate.binaries is None and candidate.bindir is not None and not same


def _fact(name: str, mark: tuple[str, str], text: str, width: int | None) -> Iterator[Row]:
    yield from folded((f"{mark[0]}{name:<10} ", mark[1]), visible(text), width=width)


def _user(user: User | None) -> str:
    if user is None:
        return "none"
    if user.switched:
        return f"{user.name} (user id {user.uid}), as you are root and PostgreSQL refuses to run as root"
    return f"{user.name} (user id {user.uid}), which is you"


def _mark_of(base: Base, usable: Base | None) -> tuple[str, str]:
    return _GOOD if base is usable else _OTHER if base.refusal is None or usable is not None else _BAD


def _base(base: Base, usable: Base | None) -> str:
    free = f"{base.path}, {base.free_bytes / (1 << 30):.1f} GB free"
    if base.refusal is not None:
        return f"{base.path}: {base.refusal}"
    return free if base is usable else f"{free}; comes later"


def _trial(trial: Trial, width: int | None) -> Iterator[Row]:
    ascii_only = trial.locale.startswith("C (")
    doubt = "; lower() and upper() leave letters outside ASCII alone" if ascii_only else ""
    yield from _fact("locale", _GOOD, f"{trial.encoding}, {trial.locale}{doubt}", width)
    yield from _fact("extensions", _GOOD, "; ".join(_extensions(trial.extensions)), width)


def _extensions(extensions: Extensions) -> Iterator[str]:
    yield f"a migration can create {len(extensions.creatable)}"
    there = dict.fromkeys(extensions.creatable, "real") | dict.fromkeys(extensions.imitated, "imitated")
    yield ", ".join(f"{name} {there.get(name, 'missing')}" for name in _KNOWN)
    if extensions.refused:
        yield f"cannot create {', '.join(extensions.refused)}"


def _verdict(diagnosis: Diagnosis, width: int | None) -> Iterator[Row]:
    trial = diagnosis.trial
    if trial is None:
        why = visible(" ".join((diagnosis.problem or "").split()))
        yield from folded(_BAD, f"No rehearsal can be made: {why}", width=width, indent=0)
        return
    took = f"started in {trial.start_ms / 1000:.2f} s, stopped in {trial.stop_ms / 1000:.2f} s, and left nothing behind"
    said = f"A rehearsal can be made: a PostgreSQL {trial.binaries.version} {took}."
    yield from folded(("✓ ", "bold green"), said, width=width, indent=0)
    if diagnosis.chosen is not None and trial.binaries.bindir != diagnosis.chosen.bindir:
        copied = f"A copy ran, as that account cannot read the original: {visible(str(trial.binaries.bindir))}"
        yield from folded(("  ", ""), copied, width=width, indent=0, style="dim")
