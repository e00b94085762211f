"""How far several notebooks have come, as one count of cells."""

from collections.abc import Callable, Sequence
from threading import Lock

from pgready.orchestrator.chosen import Chosen
from pgready.orchestrator.rehearsing import Progress

__all__ = ["CellProgress", "cell_progress"]

CellProgress = Callable[[int, int], None]
"""Called with the number from 1 of the cell that begins, and their count; a number beyond the count: it is over."""


def cell_progress(notebooks: Sequence[Chosen], on_progress: Progress | None) -> Callable[[str, int, int], None]:
    """To be called from the threads of the notebooks, with the name before what `CellProgress` takes.

    `on_progress` hears of cells done, of how many, and in words how many notebooks and which one moved.
    """
    total = sum(chosen.cells for chosen in notebooks)
    done = {chosen.name: 0 for chosen in notebooks}
    over: set[str] = set()
    lock = Lock()

    def cell(name: str, number: int, count: int) -> None:
        with lock:
            done[name] = min(number - 1, count)
            over.update({name} if number > count else ())
            words = f"{len(over)} of {len(notebooks)}, {name}" if len(notebooks) > 1 else name
            if on_progress is not None:
                on_progress(min(sum(done.values()), total), total, words)

    return cell
