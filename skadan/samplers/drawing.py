"""What every sampler shares that draws rows of a model, whoever has fitted it."""

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar

import numpy as np
import torch
from imblearn.over_sampling.base import BaseOverSampler
from numpy.typing import ArrayLike
from scipy import sparse
from sklearn.utils.validation import validate_data

from .._models.base import Drawn
from .._strategy import proportional_counts
from .._torch.seeding import SAMPLING, seeded_rng
from .._version import documentation_address
from ._checks import check_finite_columns, is_count
from ._columns import check_range, numeric_table
from ._containers import RowFormat
from ._fitted import Attribute
from ._labels import LabelFormat, class_indices, take_labels
from ._wanted import check_memory

# scikit-learn's validation lets both pass: `_dense` handles them, and names the columns.
LENIENT = {"accept_sparse": ["csr", "csc"], "ensure_all_finite": False}


class DrawingSampler(BaseOverSampler):
    """A sampler that has a model, and appends rows drawn from it to real ones."""

    random_state: Any
    classes_: np.ndarray
    n_features_in_: int

    _fitted: ClassVar[tuple[Attribute, ...]]
    _format: RowFormat

    @abstractmethod
    def _trained(self) -> Any:
        """Return the model; raise an error where there is none."""

    def _resources(self) -> AbstractContextManager:
        """Return a context for everything that computes."""
        return nullcontext()

    @abstractmethod
    def _held(self, blocks: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
        """Hold blocks of synthetic rows to the columns of the training data, if so asked."""

    def _get_doc_link(self) -> str:
        """Return the address that the HTML view links to; empty where none is published."""
        address = documentation_address()
        return f"{address}/generated/skadan.{type(self).__name__}.html" if address else ""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.sampler_tags.sample_indices = True
        return tags

    def _dense(self, rows: Any) -> np.ndarray:
        """Return validated rows as a dense array of finite values."""
        rows = rows.toarray() if sparse.issparse(rows) else rows
        names = getattr(self, "feature_names_in_", None)
        check_finite_columns(rows, names)
        check_range(rows, names)
        return rows

    def _new_rows(self, X: Any) -> np.ndarray:
        """Validate rows for a fitted sampler; return them dense."""
        return self._dense(validate_data(self, numeric_table(X), reset=False, **LENIENT))

    def _stack(
        self, X: Any, y: Any, rows: np.ndarray, like: np.ndarray, drawn: Drawn
    ) -> tuple[Any, Any]:
        """Put the real rows above those drawn; a drawn row has the label of row `like` (n,)."""
        real = np.arange(len(rows))
        self.is_synthetic_ = np.repeat([False, True], [len(real), len(like)])
        self.sample_indices_ = np.concatenate([real, np.asarray(drawn.row_index)])
        with self._resources():
            X_new = RowFormat.of(X, rows).stack(X, rows, len(like), self._held(drawn.blocks))
        return X_new, take_labels(y, np.concatenate([real, like]))

    def sample(
        self, y: ArrayLike | int, *, random_state: Any = None, return_indices: bool = False
    ) -> tuple[Any, ...]:
        """Draw synthetic rows from what `fit` learned.

        Parameters
        ----------
        y : int or array-like of shape (n_samples,)
            The label of each row to make; or a number of rows, shared out among the classes in the
            proportions of the training data.
        random_state : int, RandomState instance or None, default=None
            Seed of this draw. None takes the sampler's own ``random_state``: with an int there,
            every call gives the same rows.
        return_indices : bool, default=False
            Return also which real row each is anchored in, as ``sample_indices_`` has it.

        Returns
        -------
        X_new : {ndarray, dataframe, sparse matrix, list} of shape (n_samples, n_features)
            Synthetic rows in the units, container and dtypes of the training data.
        y_new : {ndarray, series, index, extension array, dataframe, list}
            The labels of these rows, in the container and dtype of the training data.
        indices : ndarray of shape (n_samples,)
            Indices of rows of the training data, -1 where a row has none. Only if
            ``return_indices`` is True.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            If `y` holds a label that training did not see or has none in some row, or if memory
            cannot hold so many rows.
        """
        model, class_index = self._trained(), self._class_index(y)
        drawn = model.sample(class_index, self._rng(random_state))
        if return_indices and drawn.row_index is None:
            raise ValueError(
                "return_indices=True: this sampler is of a file that does not say which row is "
                "which, as older versions wrote them. Fit it again."
            )
        rows = self._wrap(len(class_index), self._held(drawn.blocks))
        labels = self._labels().wrap(self.classes_[class_index])
        return (rows, labels, drawn.row_index) if return_indices else (rows, labels)

    def _labels(self) -> LabelFormat:
        """Return what labels look like; files of older versions do not say."""
        return getattr(self, "_label_format", LabelFormat())

    def _wrap(self, n_rows: int, blocks: Iterator[np.ndarray]) -> Any:
        """Put blocks of rows into one table, in the container of the training data."""
        with self._resources():
            return self._format.wrap(n_rows, self.n_features_in_, blocks)

    def _rng(self, random_state: Any) -> torch.Generator:
        """Make the random generator of one draw, from its own seed or else from the sampler's."""
        seed = self.random_state if random_state is None else random_state
        return seeded_rng(seed, SAMPLING, torch.device("cpu"))

    def _class_index(self, y: Any) -> np.ndarray:
        """Return the indices into `classes_`, (n,), of labels or of a number of rows."""
        if is_count(y):
            if y < 0:
                raise ValueError(f"sample({y}): the number of rows cannot be negative.")
            check_memory(f"sample({y})", int(y), self.n_features_in_)
            counts = proportional_counts(y, self._trained().counts)
            return np.repeat(np.arange(len(self.classes_)), counts)
        return class_indices(y, self.classes_, self._labels())
