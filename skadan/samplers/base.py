"""What every sampler shares: imbalanced-learn's contract around a model."""

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar

import numpy as np
import torch
from imblearn.over_sampling.base import BaseOverSampler
from numpy.typing import ArrayLike
from scipy import sparse
from sklearn.callback import CallbackSupportMixin, with_callbacks
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import validate_data

from .._models.base import Model
from .._strategy import proportional_counts
from .._torch.seeding import SAMPLING, seeded_rng
from .._version import documentation_address
from ._checks import check_finite_columns, check_varies, is_count, refuse_duplicate_names
from ._columns import check_range, numeric_table
from ._containers import RowFormat
from ._fitted import OF_EVERY_SAMPLER, Attribute
from ._labels import LabelFormat, class_indices, read_labels, take_labels
from ._value_range import held, ranges_of
from ._wanted import check_memory, rows_by_class, rows_to_make, warn_of_nothing, warn_of_single_rows

# scikit-learn's validation lets both pass: `_dense` handles them, and names the columns.
LENIENT = {"accept_sparse": ["csr", "csc"], "ensure_all_finite": False}


class SyntheticSampler(CallbackSupportMixin, BaseOverSampler):
    """A sampler that learns a model of the real rows and appends rows drawn from it.

    Each sampler states all of its parameters in its own class: see `_parameters`. A subclass says
    in `_learn` what its model is, and in `_fitted` which attributes a fit leaves behind.
    """

    sampling_strategy: Any
    random_state: Any
    clip: bool
    whole_numbers: bool

    _fitted: ClassVar[tuple[Attribute, ...]] = OF_EVERY_SAMPLER

    def _get_doc_link(self) -> str:
        """Return the address that the HTML view links to; empty where none is published."""
        address = documentation_address()
        return f"{address}/generated/skadan.{type(self).__name__}.html" if address else ""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.sampler_tags.sample_indices = True
        return tags

    def _check_settings(self, classes: np.ndarray, counts: np.ndarray) -> None:
        """Refuse parameters that their declared constraints let pass, before any work."""

    @abstractmethod
    def _learn(
        self, rows: np.ndarray, class_index: np.ndarray, classes: np.ndarray, counts: np.ndarray
    ) -> Model:
        """Learn a model of finite rows (n, d), whose classes are ``classes[class_index]``."""

    def _max_epochs(self, n_rows: int) -> int:
        """Return how many epochs the training of so many rows may take; 0 for no training."""
        return 0

    def _resources(self) -> AbstractContextManager:
        """Return a context for everything that computes."""
        return nullcontext()

    # Fitting

    @with_callbacks
    def fit(self, X: ArrayLike, y: ArrayLike) -> "SyntheticSampler":
        """Learn a model of the rows; `sample` then draws from it.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Real rows, in any units: the sampler scales them itself. Sparse rows become dense.
            Frames are those of pandas and polars; their columns hold numbers, booleans, or, in
            pandas, categories that are numbers.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            The classes of these rows, at least two of them; or a one-hot matrix of them.

        Returns
        -------
        self : object
            The fitted sampler.

        Raises
        ------
        ValueError
            If `X`, `y` or a parameter is unusable; the message names which. Nothing is trained.
        FloatingPointError
            If a loss becomes NaN or infinite. The sampler is then not fitted, nor is it after
            Ctrl-C.
        """
        rows, labels = self._validate(X, y)
        self._fit(X, y, rows, labels)
        return self

    @with_callbacks
    def fit_resample(self, X: ArrayLike, y: ArrayLike) -> tuple[Any, Any]:
        """Fit, and return the real rows followed by synthetic ones.

        The same as `fit`, `sample` of the labels that ``sampling_strategy`` asks for, and stacking.
        Where it asks for none, nothing is trained and the data are returned unchanged, with a
        warning.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Real rows, in any units.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            The classes of these rows.

        Returns
        -------
        X_resampled : {ndarray, dataframe, sparse matrix, list} of shape (n_samples_new, n_features)
            `X`, bit for bit, above the synthetic rows, in the container and dtypes of `X`. A column
            of categories gets the nearest of them.
        y_resampled : {ndarray, series, index, extension array, dataframe, list}
            `y` above the labels of the synthetic rows, in the container and dtype of `y`.

        Raises
        ------
        ValueError, FloatingPointError
            As `fit`.
        """
        return self._fit_resample(X, y)

    def _fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        rows, labels = self._validate(X, y)
        classes, first = np.unique(labels, return_index=True)
        wanted = rows_by_class(self.sampling_strategy_, classes)
        class_index, real = np.repeat(np.arange(len(classes)), wanted), np.arange(len(labels))
        blocks: Iterator[np.ndarray] = iter(())
        row_index: Any = class_index
        if len(class_index):
            warn_of_single_rows(wanted, classes, labels)
            self._fit(X, y, rows, labels)
            drawn = self._model.sample(class_index, self._rng(None))
            blocks, row_index = held(drawn.blocks, self), drawn.row_index
        else:
            warn_of_nothing(self.sampling_strategy)
        self.is_synthetic_ = np.repeat([False, True], [len(real), len(class_index)])
        self.sample_indices_ = np.concatenate([real, row_index])
        with self._resources():
            X_new = RowFormat.of(X, rows).stack(X, rows, len(class_index), blocks)
        return X_new, take_labels(y, np.concatenate([real, first[class_index]]))

    def _validate(self, X: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return dense rows and labels. Whatever can be wrong with them is found here."""
        self._validate_params()
        self._forget()
        table = numeric_table(X)
        refuse_duplicate_names(X)
        rows, labels = validate_data(self, table, read_labels(y), reset=True, **LENIENT)
        rows = self._dense(rows)
        self.sampling_strategy_ = rows_to_make(self.sampling_strategy, labels, rows.shape[1])
        check_varies(rows)
        self._check_settings(*np.unique(labels, return_counts=True))
        return rows, labels

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

    def _forget(self) -> None:
        """Drop what an earlier fit learned: a failed fit leaves an unfitted sampler."""
        own = {"_format", "_label_format", "_model"}
        for name in {*own, *(a.name for a in self._fitted)} & vars(self).keys():
            delattr(self, name)

    def _fit(self, X: Any, y: Any, rows: np.ndarray, labels: np.ndarray) -> None:
        classes, class_index, counts = np.unique(labels, return_inverse=True, return_counts=True)
        self._format, self._label_format = RowFormat.of(X, rows), LabelFormat.of(y, labels)
        self.classes_ = classes
        for name, values in ranges_of(rows).items():
            setattr(self, name, values)
        task = self._init_callback_context(max_subtasks=self._max_epochs(len(rows)))
        task.call_on_fit_task_begin(estimator=self)
        try:
            with self._resources():
                self._model = self._learn(rows, class_index, classes, counts)
        except BaseException:
            self._forget()
            raise
        task.call_on_fit_task_end(
            estimator=self, reconstruction_attributes=lambda: {"_model": self._model}
        )

    # The fitted sampler

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_model")

    def _trained(self) -> Any:
        """Return the model; raise an error where there is none."""
        if not self.__sklearn_is_fitted__():
            raise NotFittedError(
                f"This {type(self).__name__} has learned nothing yet: call fit, or fit_resample "
                "with a sampling_strategy that asks for synthetic rows, e.g. Replicate(1)."
            )
        return self._model

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
        rows = self._wrap(len(class_index), held(drawn.blocks, self))
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
            counts = proportional_counts(y, self._model.counts)
            return np.repeat(np.arange(len(self.classes_)), counts)
        return class_indices(y, self.classes_, self._labels())
