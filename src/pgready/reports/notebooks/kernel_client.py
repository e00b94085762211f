"""The client side of a kernel that runs already: the manager and the client that nbclient is handed.

Importing this imports jupyter_client and zmq (0.15 s), so it is imported where it is used.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty
from typing import Any, cast

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_event_loop

from pgready.reports.notebooks.kernel import Kernel, exit_code

__all__ = ["connected"]

_POLL_S = 0.2


class _Client(AsyncKernelClient):
    """A client that is ready as soon as an answer has come on both channels.

    The inherited one then waits another 0.2 s for silence on iopub, and keeps a heartbeat thread; whether the kernel
    lives is asked of its process here.
    """

    def start_channels(self, *_args: Any, **_kwargs: Any) -> None:  # noqa: ANN401 - the inherited signature
        super().start_channels(iopub=True, stdin=False, hb=False, control=False)

    async def wait_for_ready(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - the inherited signature
        """Return when the kernel answers; RuntimeError when it dies or `timeout` (seconds) passes before."""
        deadline = time.monotonic() + (timeout or float("inf"))
        while not await self._answers(self.kernel_info()):
            if not await self._async_is_alive():
                raise RuntimeError("the kernel died before it answered")
            if time.monotonic() > deadline:
                raise RuntimeError(f"the kernel did not answer in {timeout} s")

    async def _answers(self, asked: str) -> bool:
        """Whether the reply came on shell and its end on iopub, which proves that iopub is subscribed."""
        try:
            while (await self.get_shell_msg(timeout=1))["parent_header"].get("msg_id") != asked:
                pass
            while not _is_end(await self.get_iopub_msg(timeout=_POLL_S), asked):
                pass
        except Empty:
            return False
        return True


def _is_end(message: dict[str, Any], asked: str) -> bool:
    return bool(
        message["parent_header"].get("msg_id") == asked
        and message["msg_type"] == "status"
        and message["content"]["execution_state"] == "idle"
    )


class _Manager(AsyncKernelManager):
    """A manager of a kernel that it did not start and does not stop."""

    kernel: Kernel
    made: list[AsyncKernelClient]

    @property
    def has_kernel(self) -> bool:
        return True

    async def _async_is_alive(self) -> bool:
        return exit_code(self.kernel) is None

    is_alive = _async_is_alive

    def client(self, **kwargs: Any) -> AsyncKernelClient:  # type: ignore[override]  # noqa: ANN401 - as inherited
        client = super().client(**kwargs)
        self.made.append(client)
        return client


@contextmanager
def connected(kernel: Kernel) -> Iterator[AsyncKernelManager]:
    """A manager of `kernel`; at the end all its clients, sockets, tasks and the event loop of this context are closed.

    To be used in an empty context (contextvars), as jupyter_core keeps the event loop in a context variable.
    """
    manager = _Manager(client_factory=_Client)
    manager.kernel = kernel
    manager.made = []
    manager.load_connection_info(cast("KernelConnectionInfo", dict(kernel.connection)))
    loop = ensure_event_loop()
    try:
        yield manager
    finally:
        _cancel_tasks(loop)
        for client in manager.made:
            client.stop_channels()
        manager.context.destroy(linger=0)
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def _cancel_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """After Ctrl-C or a timeout nbclient leaves tasks behind, which would complain when they are collected."""
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
