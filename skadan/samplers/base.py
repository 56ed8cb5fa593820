"""Define the base class of samplers that learn a model."""

from abc import abstractmethod
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import validate_data
from torch import Tensor

from .._models.base import Model
from .._models.draws import DrawPlan, InTurn
from ._containers import RowFormat
from ._fitted import OF_EVERY_SAMPLER, Attribute, names_of_saved
from ._input import check_varies, numeric_table
from ._labels import LabelFormat, read_labels
from ._older_sklearn import CallbackSupport, with_callbacks
from ._value_range import clip_and_round, ranges_of
from ._wanted import rows_by_class, rows_to_make, warn_of_nothing, warn_of_single_rows
from .drawing import BLOCK_ROWS, LENIENT, DrawingSampler

HANDLED_BY_SAMPLER = {"sampling_strategy", "clip", "whole_numbers"}  # and not by the model


class SyntheticSampler(CallbackSupport, DrawingSampler):
    """Base class of samplers that learn a model of the real rows and append rows drawn from it.

    Each subclass declares all of its parameters (see `_parameters`), returns its model from
    `_learn`, and lists its fitted attributes in `_fitted_attributes`.
    """

    sampling_strategy: Any
    clip: bool
    whole_numbers: bool

    model_class: ClassVar[type] = object  # what `_learn` returns; files hold no other type

    _fitted_attributes: ClassVar[tuple[Attribute, ...]] = OF_EVERY_SAMPLER

    # The parameters that do not change training. A fit with the values here stores everything that
    # sampling with any other value needs.
    _only_for_sampling: ClassVar[dict[str, Any]] = {
        "sampling_strategy": "auto",
        "clip": False,
        "whole_numbers": False,
    }

    def _check_settings(self, classes: np.ndarray, counts: np.ndarray) -> None:
        """Refuse invalid parameters that their declared constraints do not find."""

    @abstractmethod
    def _learn(
        self, rows: np.ndarray, class_index: np.ndarray, classes: np.ndarray, counts: np.ndarray
    ) -> Model:
        """Return a model learned from finite rows (n, d) with labels ``classes[class_index]``."""

    def _max_epochs(self, n_rows: int) -> int:
        """Return the largest number of epochs for `n_rows` rows; 0 if there is no training."""
        return 0

    def _clip_and_round(self, blocks: Iterator[Tensor]) -> Iterator[Tensor]:
        return clip_and_round(blocks, self)

    # Fitting

    @with_callbacks
    def fit(self, X: ArrayLike, y: ArrayLike) -> "SyntheticSampler":
        """Learn a model of the rows; `sample` then draws from it.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Real rows, in any units: the sampler scales them itself. Sparse rows become dense.
            Columns of pandas and polars frames hold numbers, booleans, or, in pandas, categories
            that are numbers. A torch tensor is treated as an array, but with scikit-learn's
            ``array_api_dispatch`` synthetic rows are a tensor on its device.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            The labels of these rows, of at least two classes, or a one-hot matrix.

        Returns
        -------
        self : object
            The fitted sampler.

        Raises
        ------
        ValueError
            If `X`, `y` or a parameter is invalid; the message says which. Nothing is trained.
        FloatingPointError
            If a loss becomes NaN or infinite. The sampler is then not fitted, as after Ctrl-C.
        """
        rows, labels = self._validate(X, y)
        self._fit(X, y, rows, labels)
        return self

    @with_callbacks
    def fit_resample(self, X: ArrayLike, y: ArrayLike) -> tuple[Any, Any]:
        """Fit, and return the real rows followed by synthetic ones.

        This is the same as `fit`, then `sample` with the labels that ``sampling_strategy`` asks
        for, then stacking. If it asks for no rows, nothing is trained and the data are returned
        unchanged, with a warning.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Real rows, in any units.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            The classes of these rows.

        Returns
        -------
        X_resampled : {ndarray, dataframe, sparse matrix, list} of shape (n_samples_new, n_features)
            `X`, bit for bit, above the synthetic rows, in the container and dtypes of `X`. In a
            column of categories, each synthetic value is the nearest category. Whether a tensor
            stays one depends on ``array_api_dispatch``, as for `fit`.
        y_resampled : {ndarray, series, index, extension array, dataframe, list}
            `y` above the labels of the synthetic rows, in the container and dtype of `y`.

        Raises
        ------
        ValueError, FloatingPointError
            As `fit`.
        """
        # imbalanced-learn's method would convert the table to an array and back, which changes real
        # rows and loses categories, flags and tensors.
        return self._fit_resample(X, y)

    def resample_with(
        self, trained: "SyntheticSampler", X: ArrayLike, y: ArrayLike
    ) -> tuple[Any, Any]:
        """Resample as `fit_resample` does, with the model of a sampler fitted on the same rows.

        Parameters
        ----------
        trained : sampler
            A sampler that `for_any_draw` returned, fitted on `X` and `y`.
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            As for `fit_resample`.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            As for `fit_resample`.

        Returns
        -------
        X_resampled : {ndarray, dataframe, sparse matrix, list} of shape (n_samples_new, n_features)
            What `fit_resample` would return.
        y_resampled : {ndarray, series, index, extension array, dataframe, list}
            What `fit_resample` would return.
        """
        return self._fit_resample(X, y, trained)

    def _fit_resample(self, X: Any, y: Any, trained: Any = None) -> tuple[Any, Any]:
        # Unlike imbalanced-learn's hook of this name, it gets X and y as the caller passed them.
        rows, labels = self._validate(X, y)
        _, first = np.unique(labels, return_index=True)
        draw = self._fit_and_plan(X, y, rows, labels, trained)
        class_index, _ = draw.wanted[:]
        # For each new row, a real row whose label is copied, in the container and dtype of `y`.
        alike = first[class_index]
        if not len(draw):
            return self._stack(X, y, rows, alike, iter(()), alike)
        blocks, index = self._model.sample(draw), self._model.row_index(draw)
        return self._stack(X, y, rows, alike, blocks, index)

    def fit_resample_blocks(self, X: Any, y: Any) -> Iterator[tuple[Any, ...]]:
        """Fit, and yield the rows that `fit_resample` appends, in blocks to save memory.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            As for `fit_resample`.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            As for `fit_resample`.

        Returns
        -------
        blocks : iterator of tuple
            Synthetic rows, their labels, and their ``sample_indices_``.
        """
        rows, labels = self._validate(X, y)
        draw = self._fit_and_plan(X, y, rows, labels)
        return self._blocks(draw, BLOCK_ROWS, return_indices=True) if len(draw) else iter(())

    def _fit_and_plan(
        self, X: Any, y: Any, rows: np.ndarray, labels: np.ndarray, trained: Any = None
    ) -> DrawPlan:
        """Fit if ``sampling_strategy`` asks for any rows; return the plan of their draw."""
        classes, counts = np.unique(labels, return_counts=True)
        wanted = rows_by_class(self.sampling_strategy_, classes)
        if not wanted.any():
            warn_of_nothing(self.sampling_strategy)
        else:
            warn_of_single_rows(wanted, classes, counts)
            if trained is None:
                self._fit(X, y, rows, labels)
            else:
                self._adopt_fit(trained)
        return DrawPlan(InTurn.of(wanted), self._streams(None))

    def _validate(self, X: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        """Check parameters, rows and labels before training; return dense rows and labels."""
        self._validate_params()
        self._reset()
        table = numeric_table(X)
        rows, labels = validate_data(self, table, read_labels(y), reset=True, **LENIENT)
        rows = self._dense(rows)
        self.sampling_strategy_ = rows_to_make(self.sampling_strategy, labels, rows.shape[1])
        check_varies(rows)
        self._check_settings(*np.unique(labels, return_counts=True))
        return rows, labels

    def _reset(self) -> None:
        """Delete the state of an earlier fit, so that a failed fit leaves an unfitted sampler."""
        own = {"_format", "_label_format", "_model"}
        for name in {*own, *(a.name for a in self._fitted_attributes)} & vars(self).keys():
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
            self._reset()
            raise
        task.call_on_fit_task_end(
            estimator=self, reconstruction_attributes=lambda: {"_model": self._model}
        )

    # One fit for many draws

    def for_any_draw(self) -> Any:
        """Return an unfitted sampler whose fit serves any values of sampling-only parameters.

        Searches fit it once, then pass it to `resample_with` of each candidate.

        Returns
        -------
        sampler : object
            A clone with other values of parameters such as ``sampling_strategy`` and ``anchor``.
        """
        names = self._only_for_sampling.keys() & self.get_params(deep=False).keys()
        return clone(self).set_params(**{n: self._only_for_sampling[n] for n in names})

    def _adopt_fit(self, trained: "SyntheticSampler") -> None:
        """Copy the fit of a sampler that differs only in parameters used in sampling."""
        saved = names_of_saved(self._fitted_attributes) | {"_format", "_label_format"}
        for name in saved & vars(trained).keys():
            setattr(self, name, getattr(trained, name))
        names = self._only_for_sampling.keys() & self.get_params(deep=False).keys()
        changes = {name: getattr(self, name) for name in names - HANDLED_BY_SAMPLER}
        self._model = trained._adjusted_model(changes)
        self.random_state = deepcopy(trained.random_state)  # its state after the fit

    def _adjusted_model(self, changes: dict[str, Any]) -> Any:
        """Return the model with other values of parameters used only in sampling."""
        model = self._fitted_model()
        for name, value in changes.items():
            if name not in self._only_for_sampling or name not in self.get_params(deep=False):
                raise ValueError(
                    f"{name}={value!r}: {type(self).__name__} has no {name} that could be changed "
                    "after its fit: leave it out."
                )
        return model.adjusted(changes) if changes else model

    # The fitted sampler

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_model")

    def _fitted_model(self) -> Any:
        """Return the model; raise an error if the sampler is not fitted."""
        if not self.__sklearn_is_fitted__():
            raise NotFittedError(
                f"This {type(self).__name__} is not fitted yet: call fit, or fit_resample "
                "with a sampling_strategy that asks for synthetic rows, e.g. Replicate(1)."
            )
        return self._model
