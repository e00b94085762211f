"""The guard: one thread for all guarded blocks, which looks only inside of them."""

import threading
import time

import pytest

from pgready.errors import RehearsalError
from pgready.rehearsal.guard import Guard


def wait_for(number: int, looks: list[int]) -> None:
    ends = time.monotonic() + 10
    while len(looks) < number and time.monotonic() < ends:
        time.sleep(0.01)


def test_it_looks_while_something_is_guarded_and_not_afterwards() -> None:
    looks: list[int] = []
    guard = Guard(lambda: looks.append(1), lambda: None)
    with guard.guarding():
        wait_for(2, looks)
    seen = len(looks)
    time.sleep(0.3)
    assert (seen >= 2, len(looks)) == (True, seen)


def test_many_guarded_blocks_share_one_thread_which_goes_when_nothing_is_left_to_guard() -> None:
    looks: list[int] = []
    guard = Guard(lambda: looks.append(1), lambda: None)
    names: set[int | None] = set()
    for _ in range(500):
        with guard.guarding():
            names |= {each.ident for each in threading.enumerate() if each is guard._thread}
    assert len(names) == 1
    ends = time.monotonic() + 20
    while guard._thread is not None and time.monotonic() < ends:
        time.sleep(0.05)
    assert guard._thread is None
    with guard.guarding():
        wait_for(len(looks) + 1, looks)
    assert looks


def test_an_error_of_the_look_stops_what_is_guarded_and_is_raised_where_the_block_ends_and_nowhere_else() -> None:
    stopped = threading.Event()

    def look() -> None:
        raise RehearsalError("the disk is full")

    guard = Guard(look, stopped.set)
    with pytest.raises(RehearsalError, match="the disk is full"), guard.guarding():
        assert stopped.wait(10)
    guard.look = lambda: None
    with guard.guarding():
        pass
