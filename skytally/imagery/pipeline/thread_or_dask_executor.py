"""Where pieces of work run: on the threads of this machine, or on a Dask cluster."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from skytally.core import AcquisitionError

SCHEDULER_VARIABLE = "DASK_SCHEDULER"
"""Environment variable with the address of a Dask scheduler; without it threads do the work."""
WORKER_RETRIES = 3
"""Times a piece of work is handed out again after its worker was lost."""


def _cluster(address: str) -> Any:
    """Client of a Dask cluster."""
    from distributed import Client

    try:
        return Client(address, timeout="10s", set_as_default=False)
    except (OSError, TimeoutError) as error:
        message = (
            f"no Dask scheduler answers at {address} ({error}); start it, or unset "
            f"{SCHEDULER_VARIABLE}"
        )
        raise AcquisitionError(message) from None


def _slots(client: Any) -> int:
    """Threads of a cluster, two at least; a cluster without workers is refused."""
    try:
        client.wait_for_workers(1, timeout="30s")
    except (OSError, TimeoutError) as error:
        message = (
            f"the Dask cluster has no worker ({error}); start one, or unset {SCHEDULER_VARIABLE}"
        )
        raise AcquisitionError(message) from None
    return max(2, sum(client.nthreads().values()))


@contextmanager
def work_executor(threads: int, *, client: Any = None) -> Iterator[tuple[Executor, int]]:
    """Open an executor: a Dask cluster where one is named, else threads of this machine.

    Parameters
    ----------
    threads : int
        Threads of this machine, where there is no cluster.
    client : distributed.Client, optional
        A cluster; by default that of the environment variable ``DASK_SCHEDULER``, if it is set.

    Yields
    ------
    tuple of concurrent.futures.Executor and int
        The executor, and how many pieces of work it does at once. What a lost worker took with
        it is done again by another.

    Raises
    ------
    AcquisitionError
        If the cluster does not answer, or has no worker.
    """
    address = os.environ.get(SCHEDULER_VARIABLE, "")
    if client is None and not address:
        with ThreadPoolExecutor(threads) as executor:
            yield executor, threads
        return
    own = _cluster(address) if client is None else None
    used = client if own is None else own
    try:
        slots = _slots(used)
        with used.get_executor(retries=WORKER_RETRIES, pure=False) as workers:
            yield workers, slots
    finally:
        if own is not None:
            own.close()
