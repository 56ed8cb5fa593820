"""A fitted sampler that only draws."""

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
from ._checks import refuse_duplicate_names
from ._columns import numeric_table
from ._fitted import OF_FROZEN, Attribute, names_of_saved
from ._labels import class_indices, read_labels
from ._parameters import STRATEGY, RandomState, with_parameters
from ._wanted import rows_by_class, rows_to_make, warn_of_nothing, warn_of_single_rows
from .base import SyntheticSampler
from .drawing import LENIENT, DrawingSampler

FITTED = "fitted"  # as the sampler was fitted
AsFitted = StrOptions({FITTED})
ADJUSTABLE = ("center", "own_share", "anchor", "residuals")
FORMATS = ("_format", "_label_format")


@with_parameters
class FrozenSampler(DrawingSampler):
    """A fitted sampler that draws and never trains again.

    In the manner of `sklearn.frozen.FrozenEstimator`: `fit` learns nothing, and a clone has the
    same fitted sampler in it. Ensembles and grids over what only sampling needs draw as often as
    they like from one training.

    .. warning::
        It knows the rows that it was trained on. Inside `cross_validate` it leaks whatever test
        rows were among them: train on training rows, and freeze within the fold.
        `skadan.model_selection.ResamplingSearchCV` does so for grids.

    Parameters
    ----------
    sampler : sampler of this package
        Fitted. It is not changed, and is shared with all clones.

    sampling_strategy : float, str, dict or callable, default="fitted"
        As for other samplers, of the labels that `fit_resample` is given. "fitted" is the
        sampler's own.

    center : {"shrunken", "mean", "fitted"} or None, default="fitted"
        As for the sampler. "fitted" is what it was fitted with, here and below.

    own_share : float or {"auto", "fitted"}, default="fitted"
        As for the sampler; "auto" goes by its training rows.

    anchor : float or {"fitted"}, default="fitted"
        As for the sampler. Anything but 0 needs a sampler that was fitted with an anchor above 0.

    residuals : bool or {"fitted"}, default="fitted"
        As for the sampler. True needs a sampler that was fitted with residuals.

    random_state : int, RandomState instance or None, default=None
        Seed of the draws. None takes the sampler's own: with an int there, every draw of the same
        rows is alike.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    skadan.model_selection.ResamplingSearchCV : A grid search that trains once a fold.
    sklearn.frozen.FrozenEstimator : The same for other estimators.

    Notes
    -----
    The fitted sampler's attributes, such as ``classes_``, ``n_features_in_`` and ``history_``, are
    there as its own. ``get_params`` and ``set_params`` do not go into it: they would change what
    clones share.

    `imblearn.ensemble.BalancedBaggingClassifier` passes the numbers of the sorted classes in place
    of labels, and sets ``sampling_strategy`` to its own. Where the sampler was trained on labels of
    text, whole numbers in `y` are taken for such numbers; of labels that are numbers themselves,
    train it on ``LabelEncoder().fit_transform(y)``. Either way all the classes that the sampler
    knows have to be among those that the ensemble is fitted on, and its ``max_features`` and
    ``bootstrap_features`` stay as they are, since the sampler makes all columns.

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

    sampler: Annotated[SyntheticSampler, SyntheticSampler] = field(kw_only=False)
    sampling_strategy: Annotated[Any, [*STRATEGY, AsFitted]] = FITTED
    center: Annotated[str | None, StrOptions({"shrunken", "mean", FITTED}), None] = FITTED
    own_share: Annotated[
        float | str, Interval(Real, 0, 1, closed="both"), StrOptions({"auto", FITTED})
    ] = FITTED
    anchor: Annotated[float | str, Interval(Real, 0, 1, closed="both"), AsFitted] = FITTED
    residuals: Annotated[bool | str, "boolean", AsFitted] = FITTED
    random_state: RandomState = None

    _fitted: ClassVar[tuple[Attribute, ...]] = OF_FROZEN

    def fit(self, X: ArrayLike, y: ArrayLike) -> "FrozenSampler":
        """Check that the sampler is fitted and these rows are of its kind; learn nothing.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Rows of the columns that the sampler was trained on.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Their classes, among those that it was trained on.

        Returns
        -------
        self : object
            The sampler, unchanged but for ``sampling_strategy_``.

        Raises
        ------
        NotFittedError
            If the sampler is not fitted.
        ValueError
            If `X`, `y` or a parameter does not fit it; the message names which.
        """
        _, labels = self._validate(X, y)
        self._known(np.unique(labels))
        return self

    def fit_resample(self, X: ArrayLike, y: ArrayLike) -> tuple[Any, Any]:
        """Return the rows given, followed by synthetic ones; train nothing.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Real rows of the columns that the sampler was trained on: its training rows, or some
            of them, or others.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Their classes, which ``sampling_strategy`` counts.

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
        blocks, index = self._made(wanted, self._known(classes))
        self.training_indices_ = np.concatenate([np.full(len(rows), NOWHERE), index])
        nowhere = np.full(len(index), NOWHERE)
        return self._stack(X, y, rows, np.repeat(first, wanted), blocks, nowhere)

    def _made(self, wanted: np.ndarray, known: np.ndarray) -> tuple[Iterator[Tensor], np.ndarray]:
        """Make so many rows (K,) of these classes of the model (K,); also their anchors (n,)."""
        model, class_index = self._trained(), np.repeat(known, wanted)
        if not len(class_index):
            warn_of_nothing(self._strategy())
            return iter(()), class_index
        warn_of_single_rows(wanted, self.classes_[known], model.counts[known])
        draw = self._draw_of(class_index, None)
        return model.sample(draw), model.row_index(draw)

    def _validate(self, X: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return dense rows and labels, and find the rows to make."""
        self._trained()
        table = numeric_table(X)
        refuse_duplicate_names(X)
        rows, labels = validate_data(self, table, read_labels(y), reset=False, **LENIENT)
        rows = self._dense(rows)
        self.sampling_strategy_ = rows_to_make(self._strategy(), labels, rows.shape[1])
        return rows, labels

    def _strategy(self) -> Any:
        own = isinstance(self.sampling_strategy, str) and self.sampling_strategy == FITTED
        return self.sampler.sampling_strategy if own else self.sampling_strategy

    def _known(self, classes: np.ndarray) -> np.ndarray:
        """Return the indices into the sampler's classes, (K,), of these; refuse unknown ones."""
        whole = classes.dtype.kind in "iu"
        if whole and self.classes_.dtype.kind not in "iufb" and set(classes) <= self._numbers():
            return classes.astype(int)
        try:
            return class_indices(classes, self.classes_, self._labels())
        except ValueError as error:
            hint = (
                " An ensemble such as BalancedBaggingClassifier passes numbers of classes in place "
                "of labels: train the sampler on LabelEncoder().fit_transform(y)."
            )
            raise ValueError(f"{error}{hint if whole else ''}") from None

    def _numbers(self) -> set[int]:
        return set(range(len(self.classes_)))

    # The sampler inside

    def _trained(self) -> Any:
        """Return the sampler's model, with what is to be other than it was fitted."""
        self._validate_params()
        values = {name: getattr(self, name) for name in ADJUSTABLE}
        return self.sampler._adjusted({n: v for n, v in values.items() if v != FITTED})

    def _held(self, blocks: Iterator[Tensor]) -> Iterator[Tensor]:
        return self.sampler._held(blocks)

    def _resources(self) -> AbstractContextManager:
        return self.sampler._resources()

    def _streams(self, random_state: Any) -> Streams:
        own = self.random_state if random_state is None else random_state
        return self.sampler._streams(own)

    def __sklearn_is_fitted__(self) -> bool:
        return self.sampler.__sklearn_is_fitted__()

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters; those of the sampler inside are not among them.

        Parameters
        ----------
        deep : bool, default=True
            Without effect.

        Returns
        -------
        params : dict
            Values by name.
        """
        return super().get_params(deep=False)

    def set_params(self, **params: Any) -> "FrozenSampler":
        """Set parameters, but none of the sampler inside, which clones share.

        Parameters
        ----------
        **params : dict
            Values by name.

        Returns
        -------
        self : object
            The sampler.

        Raises
        ------
        ValueError
            If there is no such parameter, or it is one of the sampler inside.
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
        sampler = vars(self).get("sampler")
        saved = names_of_saved(getattr(sampler, "_fitted", ()))
        if name in saved or (sampler is not None and name in FORMATS):
            return getattr(sampler, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags._skip_test = True  # the suites resample tables of any width and classes
        return tags
