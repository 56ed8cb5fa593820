"""Freeze a fitted sampler, so that it only draws."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import field
from numbers import Real
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import validate_data
from torch import Tensor

from .._models.base import NOWHERE
from .._torch.seeding import Streams
from ._fitted import OF_FROZEN, Attribute, names_of_saved
from ._input import numeric_table
from ._labels import class_indices, read_labels
from ._parameters import STRATEGY, RandomState, with_parameters
from ._wanted import rows_by_class, rows_to_make, warn_of_nothing, warn_of_single_rows
from .base import SyntheticSampler
from .drawing import LENIENT, DrawingSampler

FITTED = "fitted"  # the value that the sampler was fitted with
AsFitted = StrOptions({FITTED})
ADJUSTABLE = ("center", "own_share", "anchor", "residuals")
FORMATS = ("_format", "_label_format")


@with_parameters
class FrozenSampler(DrawingSampler):
    """Wrap a fitted sampler, so that it draws and never trains again.

    As with `sklearn.frozen.FrozenEstimator`, `fit` learns nothing, and a clone shares the fitted
    sampler. Ensembles, and grids over parameters used only in sampling, can draw many times from
    one training.

    .. warning::
        The sampler has learned from its training rows. Inside `cross_validate`, test rows that were
        among them leak: train on training rows, and freeze within the fold.
        `skadan.model_selection.ResamplingSearchCV` does so for grids.

    Parameters
    ----------
    sampler : sampler of this package
        A fitted sampler. It is not changed, and all clones share it.

    sampling_strategy : float, str, dict or callable, default="fitted"
        As for other samplers, applied to the labels passed to `fit_resample`. "fitted" is the
        value of `sampler`.

    center : {"shrunken", "mean", "fitted"} or None, default="fitted"
        As for `sampler`. "fitted" is the value that it was fitted with, here and below.

    own_share : float or {"auto", "fitted"}, default="fitted"
        As for `sampler`; "auto" is estimated from its training rows.

    anchor : float or {"fitted"}, default="fitted"
        As for `sampler`. Values above 0 need a sampler that was fitted with an anchor above 0.

    residuals : bool or {"fitted"}, default="fitted"
        As for `sampler`. True needs a sampler that was fitted with residuals.

    random_state : int, RandomState instance or None, default=None
        Seed of the draws. None uses that of `sampler`: if it is an int, equal calls draw equal
        rows.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    skadan.model_selection.ResamplingSearchCV : A grid search that trains once per fold.
    sklearn.frozen.FrozenEstimator : The same for other estimators.

    Notes
    -----
    The attributes of the fitted sampler, such as ``classes_``, ``n_features_in_`` and ``history_``,
    are available on this object. ``get_params`` and ``set_params`` do not reach into the fitted
    sampler, because clones share it.

    `imblearn.ensemble.BalancedBaggingClassifier` passes the numbers of the sorted classes instead
    of labels, and sets ``sampling_strategy`` to its own. If the sampler was trained on text labels,
    whole numbers in `y` are taken for such numbers. If the labels are numbers themselves, train the
    sampler on ``LabelEncoder().fit_transform(y)``. In both cases the ensemble must be fitted on all
    classes that the sampler knows, and its ``max_features`` and ``bootstrap_features`` must keep
    their defaults, since the sampler makes all columns.

    Examples
    --------
    >>> from imblearn.ensemble import BalancedBaggingClassifier
    >>> from skadan import FrozenSampler, WADANSampler
    >>> from skadan.datasets import make_speaker_classification
    >>> X, y, _ = make_speaker_classification(60, 40, n_classes=2, weights=(3, 2), random_state=0)
    >>> sampler = WADANSampler(max_epochs=2, random_state=0).fit(X, y)
    >>> FrozenSampler(sampler, anchor=0.5).fit_resample(X, y)[0].shape
    (72, 40)
    >>> bag = BalancedBaggingClassifier(sampler=FrozenSampler(sampler), random_state=0)
    >>> bag.fit(X, y).predict(X).shape
    (60,)
    """

    # Positional, as in scikit-learn's FrozenEstimator.
    sampler: Annotated[SyntheticSampler, SyntheticSampler] = field(kw_only=False)
    sampling_strategy: Annotated[Any, [*STRATEGY, AsFitted]] = FITTED
    center: Annotated[str | None, StrOptions({"shrunken", "mean", FITTED}), None] = FITTED
    own_share: Annotated[
        float | str, Interval(Real, 0, 1, closed="both"), StrOptions({"auto", FITTED})
    ] = FITTED
    anchor: Annotated[float | str, Interval(Real, 0, 1, closed="both"), AsFitted] = FITTED
    residuals: Annotated[bool | str, "boolean", AsFitted] = FITTED
    random_state: RandomState = None

    _fitted_attributes: ClassVar[tuple[Attribute, ...]] = OF_FROZEN

    def fit(self, X: ArrayLike, y: ArrayLike) -> "FrozenSampler":
        """Check that the sampler is fitted and that `X` and `y` match it; learn nothing.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Rows with the columns that the sampler was trained on.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Their labels, of classes that the sampler was trained on.

        Returns
        -------
        self : object
            This object; only ``sampling_strategy_`` is set.

        Raises
        ------
        NotFittedError
            If the sampler is not fitted.
        ValueError
            If `X`, `y` or a parameter does not match the sampler; the message says which.
        """
        _, labels = self._validate(X, y)
        self._indices_in_model(np.unique(labels))
        return self

    def fit_resample(self, X: ArrayLike, y: ArrayLike) -> tuple[Any, Any]:
        """Return `X` followed by synthetic rows; train nothing.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Real rows with the columns that the sampler was trained on: its training rows, some
            of them, or others.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Their labels, which ``sampling_strategy`` counts.

        Returns
        -------
        X_resampled : {ndarray, dataframe, sparse matrix, list} of shape (n_samples_new, n_features)
            `X`, bit for bit, above the synthetic rows, in the container and dtypes of `X`.
        y_resampled : {ndarray, series, index, extension array, dataframe, list}
            `y` above the labels of the synthetic rows, in the container and dtype of `y`.

        Raises
        ------
        NotFittedError, ValueError
            As `fit`.
        """
        return self._fit_resample(X, y)

    def _fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        rows, labels = self._validate(X, y)
        classes, first = np.unique(labels, return_index=True)
        wanted = rows_by_class(self.sampling_strategy_, classes)
        blocks, index = self._draw_rows(wanted, self._indices_in_model(classes))
        self.training_indices_ = np.concatenate([np.full(len(rows), NOWHERE), index])
        nowhere = np.full(len(index), NOWHERE)
        return self._stack(X, y, rows, np.repeat(first, wanted), blocks, nowhere)

    def _draw_rows(self, wanted: np.ndarray, index: np.ndarray) -> tuple[Iterator, np.ndarray]:
        """Draw `wanted` rows (K,) of the model's classes `index` (K,); also return row indices."""
        model, class_index = self._fitted_model(), np.repeat(index, wanted)
        if not len(class_index):
            warn_of_nothing(self._strategy())
            return iter(()), class_index
        warn_of_single_rows(wanted, self.classes_[index], model.counts[index])
        draw = self._draw_of(class_index, None)
        return model.sample(draw), model.row_index(draw)

    def _validate(self, X: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return dense rows and labels; set ``sampling_strategy_``."""
        self._fitted_model()
        table = numeric_table(X)
        rows, labels = validate_data(self, table, read_labels(y), reset=False, **LENIENT)
        rows = self._dense(rows)
        self.sampling_strategy_ = rows_to_make(self._strategy(), labels, rows.shape[1])
        return rows, labels

    def _strategy(self) -> Any:
        own = isinstance(self.sampling_strategy, str) and self.sampling_strategy == FITTED
        return self.sampler.sampling_strategy if own else self.sampling_strategy

    def _indices_in_model(self, classes: np.ndarray) -> np.ndarray:
        """Return the indices (K,) of labels in the sampler's classes; refuse unknown labels."""
        whole, text = classes.dtype.kind in "iu", self.classes_.dtype.kind not in "iufb"
        if whole and text and set(classes) <= set(range(len(self.classes_))):
            return classes.astype(int)  # BalancedBaggingClassifier passes indices
        try:
            return class_indices(classes, self.classes_, self._labels())
        except ValueError as error:
            hint = (
                " An ensemble such as BalancedBaggingClassifier passes numbers of classes in place "
                "of labels: train the sampler on LabelEncoder().fit_transform(y)."
            )
            raise ValueError(f"{error}{hint if whole else ''}") from None

    # The sampler inside

    def _fitted_model(self) -> Any:
        """Return the sampler's model, adjusted to the parameters that are not "fitted"."""
        self._validate_params()
        values = {name: getattr(self, name) for name in ADJUSTABLE}
        return self.sampler._adjusted_model({n: v for n, v in values.items() if v != FITTED})

    def _clip_and_round(self, blocks: Iterator[Tensor]) -> Iterator[Tensor]:
        return self.sampler._clip_and_round(blocks)

    def _resources(self) -> AbstractContextManager:
        return self.sampler._resources()

    def _streams(self, random_state: Any) -> Streams:
        own = self.random_state if random_state is None else random_state
        return self.sampler._streams(own)

    def __sklearn_is_fitted__(self) -> bool:
        return self.sampler.__sklearn_is_fitted__()

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters, without those of the sampler inside.

        Parameters
        ----------
        deep : bool, default=True
            Ignored.

        Returns
        -------
        params : dict
            Values by name.
        """
        return super().get_params(deep=False)

    def set_params(self, **params: Any) -> "FrozenSampler":
        """Set parameters; those of the sampler inside cannot be set, because clones share it.

        Parameters
        ----------
        **params : dict
            Values by name.

        Returns
        -------
        self : object
            This object.

        Raises
        ------
        ValueError
            If there is no such parameter, or it is a parameter of the sampler inside.
        """
        inside = [name for name in params if "__" in name]
        if inside:
            raise ValueError(
                f"{inside[0]!r} cannot be set: the sampler inside is fitted and shared by clones. "
                f"Set one of {sorted(self.get_params())}, or fit another sampler."
            )
        return super().set_params(**params)

    def __sklearn_clone__(self) -> "FrozenSampler":
        params = self.get_params()
        sampler = params.pop("sampler")
        return type(self)(sampler, **{n: clone(v, safe=False) for n, v in params.items()})

    def __getattr__(self, name: str) -> Any:
        """Return a fitted attribute of the sampler."""
        # Not self.sampler: while a copy is made it is not set, and __getattr__ would call itself.
        sampler = vars(self).get("sampler")
        saved = names_of_saved(getattr(sampler, "_fitted_attributes", ()))
        if name in saved or (sampler is not None and name in FORMATS):
            return getattr(sampler, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags._skip_test = True  # scikit-learn's checks use other tables than the training data
        return tags
