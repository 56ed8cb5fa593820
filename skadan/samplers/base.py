"""What every sampler shares: imbalanced-learn's contract around a model."""

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
from ._checks import check_varies, refuse_duplicate_names
from ._columns import numeric_table
from ._containers import RowFormat
from ._fitted import OF_EVERY_SAMPLER, Attribute, names_of_saved
from ._labels import LabelFormat, read_labels
from ._older_sklearn import CallbackSupport, with_callbacks
from ._value_range import held, ranges_of
from ._wanted import rows_by_class, rows_to_make, warn_of_nothing, warn_of_single_rows
from .drawing import BLOCK_ROWS, LENIENT, DrawingSampler

NOT_OF_THE_MODEL = {"sampling_strategy", "clip", "whole_numbers"}  # the sampler sees to these


class SyntheticSampler(CallbackSupport, DrawingSampler):
    """A sampler that learns a model of the real rows and appends rows drawn from it.

    Each sampler states all of its parameters in its own class: see `_parameters`. A subclass says
    in `_learn` what its model is, and in `_fitted` which attributes a fit leaves behind.
    """

    sampling_strategy: Any
    clip: bool
    whole_numbers: bool

    model_class: ClassVar[type] = object  # of what `_learn` returns; files hold no other

    _fitted: ClassVar[tuple[Attribute, ...]] = OF_EVERY_SAMPLER

    # The parameters that only sampling needs: no fit depends on them. Each has here a value whose
    # fit keeps what every other value needs.
    _only_for_sampling: ClassVar[dict[str, Any]] = {
        "sampling_strategy": "auto",
        "clip": False,
        "whole_numbers": False,
    }

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

    def _held(self, blocks: Iterator[Tensor]) -> Iterator[Tensor]:
        return held(blocks, self)

    # Fitting

    @with_callbacks
    def fit(self, X: ArrayLike, y: ArrayLike) -> "SyntheticSampler":
        """Learn a model of the rows; `sample` then draws from it.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Real rows, in any units: the sampler scales them itself. Sparse rows become dense.
            Frames are those of pandas and polars; their columns hold numbers, booleans, or, in
            pandas, categories that are numbers. A tensor of torch is an array, but with
            scikit-learn's ``array_api_dispatch`` what is made of it is a tensor on its device.
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
            of categories gets the nearest of them. A tensor where `X` is one, as for `fit`.
        y_resampled : {ndarray, series, index, extension array, dataframe, list}
            `y` above the labels of the synthetic rows, in the container and dtype of `y`.

        Raises
        ------
        ValueError, FloatingPointError
            As `fit`.
        """
        # Not imbalanced-learn's, which makes an array of the table and casts it back: real rows
        # would not come back bit for bit, and categories, flags and tensors not at all.
        return self._fit_resample(X, y)

    def resample_with(
        self, trained: "SyntheticSampler", X: ArrayLike, y: ArrayLike
    ) -> tuple[Any, Any]:
        """Do what `fit_resample` does, with what another sampler has learned of these very rows.

        Parameters
        ----------
        trained : sampler
            One that `for_any_draw` returned, fitted on `X` and `y`.
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            As for `fit_resample`.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            As for `fit_resample`.

        Returns
        -------
        X_resampled : {ndarray, dataframe, sparse matrix, list} of shape (n_samples_new, n_features)
            What `fit_resample` would return.
        y_resampled : {ndarray, series, index, extension array, dataframe, list}
            Likewise.
        """
        return self._fit_resample(X, y, trained)

    def _fit_resample(self, X: Any, y: Any, trained: Any = None) -> tuple[Any, Any]:
        rows, labels = self._validate(X, y)
        _, first = np.unique(labels, return_index=True)
        draw = self._fit_to_draw(X, y, rows, labels, trained)
        like = first[draw.wanted[:][0]]
        if not len(draw):
            return self._stack(X, y, rows, like, iter(()), like)
        blocks, index = self._model.sample(draw), self._model.row_index(draw)
        return self._stack(X, y, rows, like, blocks, index)

    def fit_resample_blocks(self, X: Any, y: Any) -> Iterator[tuple[Any, ...]]:
        """Fit, and yield what `fit_resample` appends in blocks, in the memory of a block.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            As for `fit_resample`.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            As for `fit_resample`.

        Returns
        -------
        blocks : iterator of tuple
            Synthetic rows, their labels, and the indices of real rows that they were made of.
        """
        rows, labels = self._validate(X, y)
        draw = self._fit_to_draw(X, y, rows, labels)
        return self._blocks(draw, BLOCK_ROWS, return_indices=True) if len(draw) else iter(())

    def _fit_to_draw(
        self, X: Any, y: Any, rows: np.ndarray, labels: np.ndarray, trained: Any = None
    ) -> DrawPlan:
        """Return the draw that ``sampling_strategy`` asks for; fit if it asks for any row."""
        classes, counts = np.unique(labels, return_counts=True)
        wanted = rows_by_class(self.sampling_strategy_, classes)
        if not wanted.any():
            warn_of_nothing(self.sampling_strategy)
        else:
            warn_of_single_rows(wanted, classes, counts)
            if trained is None:
                self._fit(X, y, rows, labels)
            else:
                self._take(trained)
        return DrawPlan(InTurn.of(wanted), self._streams(None))

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

    # One fit for many draws

    def for_any_draw(self) -> Any:
        """Return an unfitted sampler whose fit serves all values of what only sampling needs.

        Searches train it once, and draw for each candidate by `resample_with`.

        Returns
        -------
        sampler : object
            A clone with other values of parameters such as ``sampling_strategy`` and ``anchor``.
        """
        names = self._only_for_sampling.keys() & self.get_params(deep=False).keys()
        return clone(self).set_params(**{n: self._only_for_sampling[n] for n in names})

    def _take(self, trained: "SyntheticSampler") -> None:
        """Take what a sampler has learned that differs in no more than what sampling needs."""
        saved = names_of_saved(self._fitted) | {"_format", "_label_format"}
        for name in saved & vars(trained).keys():
            setattr(self, name, getattr(trained, name))
        names = self._only_for_sampling.keys() & self.get_params(deep=False).keys()
        changes = {name: getattr(self, name) for name in names - NOT_OF_THE_MODEL}
        self._model = trained._adjusted(changes)
        self.random_state = deepcopy(trained.random_state)  # which a fit has moved on

    def _adjusted(self, changes: dict[str, Any]) -> Any:
        """Return the model with other values of parameters that only sampling needs."""
        model = self._trained()
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

    def _trained(self) -> Any:
        """Return the model; raise an error where there is none."""
        if not self.__sklearn_is_fitted__():
            raise NotFittedError(
                f"This {type(self).__name__} has learned nothing yet: call fit, or fit_resample "
                "with a sampling_strategy that asks for synthetic rows, e.g. Replicate(1)."
            )
        return self._model
