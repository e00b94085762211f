"""What one thread yields, handed on to another one that follows it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Generic, TypeVar

__all__ = ["Relay"]

_Item = TypeVar("_Item")


@dataclass(slots=True)
class Relay(Generic[_Item]):
    """To be passed through by one thread and iterated over by one other; it is over when `end` is called."""

    _waiting: "SimpleQueue[_Item | None]" = field(default_factory=SimpleQueue, init=False)

    def passing(self, items: Iterable[_Item]) -> Iterator[_Item]:
        """The same items; each of them can be followed as soon as it is there."""
        for item in items:
            self._waiting.put(item)
            yield item

    def end(self) -> None:
        """Nothing comes any more, whatever the reason."""
        self._waiting.put(None)

    def __iter__(self) -> Iterator[_Item]:
        """The items in order; waits for each."""
        while (item := self._waiting.get()) is not None:
            yield item
