"""Differences that Prisma does not compare, folded: really there, shown, and never counted."""

from pgready.findings import Noise, NoiseKind
from pgready.reports.blocks import Fold, Line, Prose
from pgready.reports.lines import capped, code, count, line, muted, said
from pgready.reports.noise import WORDS, noise_by_kind
from pgready.reports.visible import shorten
from pgready.verdict import AuditResult

__all__ = ["noise_fold"]

# A project may have thousands of them; the page is for what somebody must decide.
_ROWS = 10
_LONGEST = 300


def noise_fold(audit: AuditResult) -> tuple[Fold, ...]:
    """One fold with a fold for each kind in it: why it is no finding, what to do, and the objects; nothing if none."""
    kinds = noise_by_kind(audit)
    number = sum(map(len, kinds.values()))
    if not number:
        return ()
    return (
        Fold(
            summary=line(f"{count(number, 'difference')} that Prisma does not compare ", muted("(no findings)")),
            body=(
                Prose(lines=(said("Shown so that nothing is hidden: they do not count for the verdict."),)),
                *(_kind(kind, found) for kind, found in kinds.items()),
            ),
        ),
    )


def _kind(kind: NoiseKind, found: tuple[Noise, ...]) -> Fold:
    words = WORDS[kind]
    return Fold(
        summary=line(_title(kind), " ", muted(f"({len(found)})")),
        body=(
            Prose(lines=(said(words.why), line("If you care: ", said(words.care)))),
            capped(_title(kind), ("Object", "What differs"), [_row(each) for each in found], _ROWS),
        ),
    )


def _title(kind: NoiseKind) -> str:
    return kind.value[:1].upper() + kind.value[1:]


def _row(noise: Noise) -> tuple[Line, ...]:
    return (line(code(shorten(noise.object, _LONGEST))), line(shorten(noise.detail, _LONGEST)))
