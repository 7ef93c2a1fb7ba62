"""Where the parts of a sweep are done: here, or on the workers of a Dask cluster that runs."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bot.errors import UserError
from signals.sweep import Spread

PATIENCE_SECONDS = 15  # for a scheduler to answer, and for it to have a worker


@contextmanager
def spread(address: str | None) -> Iterator[Spread]:
    """`map` in order over the cluster at an address, or over nothing but this process."""
    if address is None:
        yield map
        return
    client = _client(address)
    try:
        yield _over(client)
    except ModuleNotFoundError as error:
        raise UserError(f"--cluster {address}: its workers lack Paomo ({error})") from None
    finally:
        client.close()


def _client(address: str) -> Any:
    """A client of a scheduler that answers and has a worker; else a UserError."""
    try:
        import distributed
    except ImportError:
        raise UserError("--cluster needs Dask: pip install 'paomo[cluster]'") from None
    dask: Any = distributed  # it has types for some of its functions only
    client = None
    try:
        client = dask.Client(address, timeout=PATIENCE_SECONDS, set_as_default=False)
        client.wait_for_workers(1, timeout=PATIENCE_SECONDS)
    except (OSError, ValueError) as error:  # a time that is up is an OSError
        if client:
            client.close()
        fault = "has no worker" if client else f"does not answer ({error})"
        raise UserError(f"--cluster {address}: {fault}") from None
    return client


def _over(client: Any) -> Spread:
    def work(do: Callable[[Any], Any], parts: Sequence[Any]) -> Iterator[Any]:
        there = client.scatter(list(parts), hash=False)
        futures = client.map(do, there, pure=False)
        for future in futures:  # in order, whoever is ready first
            yield future.result()

    return work
