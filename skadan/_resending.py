"""joblib's dask backend, so that no worker's death loses the data that it was sent."""

from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import Any

from joblib.parallel import get_active_backend


class ResendingClient:
    """A dask client that sends data to workers in a way that can be repeated.

    What a client scatters is gone with the last worker that holds it: dask cannot make it again,
    and cancels the tasks that need it. The result of a task it does make again. Here data are the
    result of a task that returns what it is given, which the scheduler holds.

    Parameters
    ----------
    client : distributed.Client
        All else is as it has it.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def scatter(self, data: Any, **_: Any) -> Awaitable:
        """Send one object once; the future of it, as joblib's backend wants it."""

        import dask

        async def sent() -> Any:
            # dask warns of data in tasks, which might be sent with each of them.
            with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 PiB"}):
                return self._client.submit(_same, data, pure=False)

        return sent()


def _same(data: Any) -> Any:
    return data


@contextmanager
def resending() -> Iterator[None]:
    """Keep what joblib's dask backend sends to workers where no worker's death loses it.

    Data that are sent with ``joblib.parallel_config("dask")`` are gone with the last worker that
    holds them, and what needs them fails with a `FutureCancelledError`. In this context the
    scheduler keeps them, and a worker that takes the place of a dead one gets them again. Functions
    of `skadan.model_selection` do so by themselves; those of scikit-learn need it around them,
    inside ``parallel_config``. Without dask it changes nothing.

    Yields
    ------
    None

    Examples
    --------
    >>> import joblib
    >>> from skadan.distributed import resending
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import cross_val_score
    >>> from sklearn.svm import LinearSVC
    >>> X, y = load_iris(return_X_y=True)
    >>> with joblib.parallel_config("threading", n_jobs=2), resending():  # or "dask"
    ...     scores = cross_val_score(LinearSVC(), X, y)
    """
    backend, _ = get_active_backend()
    client = getattr(backend, "client", None)
    if not hasattr(client, "scatter"):
        yield
        return
    backend.client = ResendingClient(client)
    try:
        yield
    finally:
        backend.client = client
