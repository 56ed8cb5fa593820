"""Make joblib's dask backend send data in a way that survives the death of a worker."""

from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import Any

from joblib.parallel import get_active_backend


class ResendingClient:
    """Wrap a dask client so that data it sends to workers can be sent again.

    Data that a client scatters are lost with the last worker that holds them: dask cannot compute
    them again, and cancels the tasks that need them. But dask can recompute the result of a task.
    This client therefore sends data as the result of a task that returns its argument; the
    scheduler keeps the task, with the argument in it.

    Parameters
    ----------
    client : distributed.Client
        The client to wrap. All other attributes are those of this client.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    # joblib passes ``asynchronous`` and ``hash``, which have no meaning for a task.
    def scatter(self, data: Any, **_: Any) -> Awaitable:
        """Send one object; return an awaitable of its future, as joblib's backend expects."""
        import dask

        async def submit() -> Any:
            # dask warns of large data in a task, because many tasks might each contain it. Here
            # only one task does.
            with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 PiB"}):
                # pure=False gives the task a random key, so that data need not be hashed.
                return self._client.submit(_identity, data, pure=False)

        return submit()


def _identity(data: Any) -> Any:
    return data


@contextmanager
def resending() -> Iterator[None]:
    """Keep data that joblib's dask backend sends on the scheduler, so that no worker can lose them.

    With ``joblib.parallel_config("dask")`` alone, data are lost when the last worker that holds
    them dies, and tasks that need them fail with a `FutureCancelledError`. In this context the
    scheduler keeps the data and sends them again to the worker that replaces a dead one. Functions
    of `skadan.model_selection` use it themselves. Use it around scikit-learn's functions, inside
    ``parallel_config``. Without dask it changes nothing.

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
    client = getattr(backend, "client", None)  # other backends of joblib have none
    if not hasattr(client, "scatter"):
        yield
        return
    backend.client = ResendingClient(client)
    try:
        yield
    finally:
        backend.client = client
