"""The samplers: imbalanced-learn's contract around the training core."""

import warnings
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
import torch
from imblearn.over_sampling.base import BaseOverSampler
from imblearn.utils import Substitution, check_sampling_strategy, check_target_type
from numpy.typing import ArrayLike
from scipy import sparse
from sklearn.exceptions import NotFittedError
from sklearn.utils import check_array
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import validate_data

from ._batch import SAMPLING, TRAINING, Batches, Table, seeded_generator
from ._checks import (
    check_betas,
    check_finite_columns,
    check_layers,
    check_varies,
    is_count,
    refuse_polars,
    resolve_device,
)
from ._containers import RowFormat, stack_labels
from ._coordinates import Coordinates, choose_coordinates
from ._divergences import CrossEntropy, Divergence, WassersteinDivergence
from ._docstrings import ATTRIBUTES, PARAMETERS
from ._model import TrainedModel, one_hot, reconstruction_residuals
from ._networks import Networks
from ._objectives import ADANGame
from ._scaling import Scaling
from ._strategy import Replicate, class_weights, proportional_counts
from ._threads import torch_threads
from ._training import train

LEARNED = {
    "_format",
    "_model",
    "classes_",
    "device_",
    "history_",
    "is_synthetic_",
    "n_iter_",
    "sampling_strategy_",
}
# What scikit-learn's validation lets pass: `_dense` handles both, and names the columns.
LENIENT = {"accept_sparse": ["csr", "csc"], "ensure_all_finite": False}


class _AdversarialSampler(BaseOverSampler):
    """What ADAN and WADAN share: everything but the divergence."""

    _parameter_constraints: ClassVar[dict] = {
        **BaseOverSampler._parameter_constraints,
        "n_latent": [Interval(Integral, 1, None, closed="left")],
        "n_noise": [Interval(Integral, 1, None, closed="left")],
        "autoencoder_layers": ["array-like"],
        "latent_layers": ["array-like"],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "class_weight": [StrOptions({"balanced"}), dict, None],
        "critic_steps": [Interval(Integral, 1, None, closed="left")],
        "latent_steps": [Interval(Integral, 1, None, closed="left")],
        "conditional_critic": ["boolean"],
        "input_noise": [Interval(Real, 0, None, closed="left")],
        "residuals": ["boolean"],
        "row_space": [StrOptions({"auto"}), "boolean"],
        "max_epochs": [Interval(Integral, 1, None, closed="left")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "betas": [tuple, list],
        "n_threads": [Interval(Integral, 1, None, closed="left")],
        "device": [str],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    @abstractmethod
    def _divergence(self) -> Divergence:
        """How real and fake are scored."""

    def _game(self) -> ADANGame:
        return ADANGame(
            self._divergence(),
            alpha=self.alpha,
            critic_steps=self.critic_steps,
            latent_steps=self.latent_steps,
            conditional_critic=self.conditional_critic,
        )

    # Fitting

    def fit(self, X: ArrayLike, y: ArrayLike) -> "_AdversarialSampler":
        """Train the networks; `sample` then draws from them.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Real rows, in any units: the sampler scales them itself. Sparse rows become dense.
        y : array-like of shape (n_samples,)
            Their classes, at least two of them.

        Returns
        -------
        self : object
            The fitted sampler.

        Raises
        ------
        ValueError
            If `X`, `y` or a parameter is unusable; the message names which. Nothing is trained.
        FloatingPointError
            If a loss becomes NaN or infinite. The sampler is then not fitted.
        """
        rows, labels = self._validate(X, y)
        self._train(RowFormat.of(X, rows), rows, labels)
        return self

    def fit_resample(self, X: ArrayLike, y: ArrayLike) -> tuple[Any, Any]:
        """Train, and return the real rows followed by synthetic ones.

        The same as `fit`, `sample` of the labels that ``sampling_strategy`` asks for, and stacking.
        Where it asks for none, nothing is trained and the data come back unchanged, with a warning.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Real rows, in any units.
        y : array-like of shape (n_samples,)
            Their classes.

        Returns
        -------
        X_resampled : {ndarray, dataframe, sparse matrix, list} of shape (n_samples_new, n_features)
            `X`, bit for bit, above the synthetic rows, in the container and dtypes of `X`.
        y_resampled : {ndarray, series, list} of shape (n_samples_new,)
            `y` above the labels of the synthetic rows.

        Raises
        ------
        ValueError, FloatingPointError
            As `fit`.
        """
        return self._fit_resample(X, y)

    def _fit_resample(self, X, y):
        rows, labels = self._validate(X, y)
        wanted = self.sampling_strategy_
        y_new = np.repeat(np.array(list(wanted), dtype=labels.dtype), list(wanted.values()))
        row_format, blocks = RowFormat.of(X, rows), iter(())
        if len(y_new):
            self._train(row_format, rows, labels)
            blocks = self._model.sample(self._class_numbers(y_new), self._generator(None))
        else:
            self._warn_nothing_to_do()
        self.is_synthetic_ = np.repeat([False, True], [len(labels), len(y_new)])
        with torch_threads(self.n_threads):
            X_resampled = row_format.stack(X, rows, len(y_new), blocks)
        return X_resampled, stack_labels(y, labels, y_new, np.unique(labels))

    def _warn_nothing_to_do(self) -> None:
        warnings.warn(
            f"sampling_strategy={self.sampling_strategy!r} asks for no synthetic rows, so nothing "
            "was trained and the data are returned unchanged. To augment every class, pass "
            "sampling_strategy=Replicate(k) for k synthetic sets.",
            UserWarning,
            stacklevel=4,
        )

    def _validate(self, X, y) -> tuple[np.ndarray, np.ndarray]:
        """Everything that can be wrong is found here, before any training."""
        self._validate_params()
        self._forget()
        refuse_polars(X)
        refuse_polars(y)
        check_layers("autoencoder_layers", self.autoencoder_layers)
        check_layers("latent_layers", self.latent_layers)
        check_betas(self.betas)
        resolve_device(self.device)
        check_classification_targets(y)
        labels, _ = check_target_type(y, indicate_one_vs_all=True)
        rows, labels = validate_data(self, X, labels, reset=True, **LENIENT)
        rows = self._dense(rows)
        self.sampling_strategy_ = check_sampling_strategy(
            self.sampling_strategy, labels, self._sampling_type
        )
        check_varies(rows)
        class_weights(self.class_weight, *np.unique(labels, return_counts=True))
        return rows, labels

    def _dense(self, rows) -> np.ndarray:
        """Validated rows as a dense array of finite values."""
        rows = rows.toarray() if sparse.issparse(rows) else rows
        check_finite_columns(rows, getattr(self, "feature_names_in_", None))
        return rows

    def _forget(self) -> None:
        """Drop what an earlier fit learned: a failed fit leaves an unfitted sampler."""
        for name in LEARNED & vars(self).keys():
            delattr(self, name)

    def _train(self, row_format: RowFormat, rows: np.ndarray, labels: np.ndarray) -> None:
        device = resolve_device(self.device)
        generator = seeded_generator(self.random_state, TRAINING, device)
        classes, numbers, counts = np.unique(labels, return_inverse=True, return_counts=True)
        scaling = Scaling.fit(rows)
        weight = class_weights(self.class_weight, classes, counts)

        def tensor(array: np.ndarray) -> torch.Tensor:
            return torch.as_tensor(array, dtype=torch.float32, device=device)

        with torch_threads(self.n_threads):
            x = tensor(scaling.scale_rows(rows))
            coordinates = choose_coordinates(self.row_space, x, generator)
            u = coordinates.project(x)
            networks = self._networks(coordinates, len(classes), device).initialise(generator)
            table = Table(u, tensor(one_hot(numbers, len(classes))), tensor(weight[numbers]))
            batches = Batches(table, self.batch_size, self.n_noise, self.input_noise, generator)
            game = self._game()
            history = train(
                game,
                networks,
                batches,
                max_epochs=self.max_epochs,
                learning_rate=self.learning_rate,
                betas=tuple(self.betas),
                on_epoch=self._report,
            )
            residuals = reconstruction_residuals(networks, u, numbers) if self.residuals else None
        self._model = TrainedModel(
            game,
            networks.to_numpy(),
            scaling,
            coordinates,
            counts,
            self.n_noise,
            str(device),
            residuals,
        )
        self._format, self.classes_, self.history_ = row_format, classes, history
        self.n_iter_, self.device_ = self.max_epochs, str(device)

    def _networks(self, coordinates: Coordinates, n_classes: int, device) -> Networks:
        return self._game().networks(
            coordinates.n_coordinates,
            n_classes,
            self.n_latent,
            self.n_noise,
            tuple(self.autoencoder_layers),
            tuple(self.latent_layers),
            device,
            n_columns=coordinates.n_columns,
        )

    def _report(self, epoch: int, losses: dict[str, float]) -> None:
        """About ten lines a fit, where ``verbose`` asks for them."""
        if self.verbose and (epoch % max(1, self.max_epochs // 10) == 0):
            values = "  ".join(f"{name} {value:.4g}" for name, value in losses.items())
            print(f"[{type(self).__name__}] epoch {epoch}/{self.max_epochs}  {values}")

    # The fitted sampler

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_model")

    def _trained(self) -> TrainedModel:
        if not self.__sklearn_is_fitted__():
            raise NotFittedError(
                f"This {type(self).__name__} holds no trained networks: call fit, or fit_resample "
                "with a sampling_strategy that asks for synthetic rows, e.g. Replicate(1)."
            )
        return self._model

    def sample(self, y: ArrayLike | int, *, random_state: Any = None) -> tuple[Any, np.ndarray]:
        """Draw synthetic rows R(G(z, y)) from the trained networks.

        Parameters
        ----------
        y : int or array-like of shape (n_samples,)
            The label of each row to make; or a number of rows, shared out among the classes in the
            proportions of the training data.
        random_state : int, RandomState instance or None, default=None
            Seed of this draw. None takes the sampler's own ``random_state``: with an int there,
            every call gives the same rows.

        Returns
        -------
        X_new : {ndarray, dataframe, sparse matrix, list} of shape (n_samples, n_features)
            Synthetic rows in the units, container and dtypes of the training data.
        y_new : ndarray of shape (n_samples,)
            Their labels.

        Raises
        ------
        NotFittedError
            If nothing has been trained.
        ValueError
            If `y` holds a label that training did not see.
        """
        model, numbers = self._trained(), self._class_numbers(y)
        blocks = model.sample(numbers, self._generator(random_state))
        return self._wrap(len(numbers), blocks), self.classes_[numbers]

    def sample_latent(self, y: ArrayLike | int, *, random_state: Any = None) -> np.ndarray:
        """Draw synthetic codes G(z, y), the ones that `sample` decodes.

        Parameters
        ----------
        y : int or array-like of shape (n_samples,)
            As for `sample`.
        random_state : int, RandomState instance or None, default=None
            As for `sample`.

        Returns
        -------
        H : ndarray of shape (n_samples, n_latent)
            Codes, float32.
        """
        model, numbers = self._trained(), self._class_numbers(y)
        with torch_threads(self.n_threads):
            return model.sample_latent(numbers, self._generator(random_state))

    def encode(self, X: ArrayLike) -> np.ndarray:
        """Codes E(x) of real rows.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Rows in the units and columns of the training data.

        Returns
        -------
        H : ndarray of shape (n_samples, n_latent)
            Codes, float32.

        Raises
        ------
        ValueError
            If the columns are not those of the training data, or hold NaN or infinity.
        """
        model = self._trained()
        refuse_polars(X)
        rows = self._dense(validate_data(self, X, reset=False, **LENIENT))
        with torch_threads(self.n_threads):
            return model.encode(rows)

    def decode(self, H: ArrayLike) -> Any:
        """Rows R(h) of codes.

        Parameters
        ----------
        H : array-like of shape (n_samples, n_latent)
            Codes, as `encode` and `sample_latent` give them.

        Returns
        -------
        X : {ndarray, dataframe, sparse matrix, list} of shape (n_samples, n_features)
            Rows in the units, container and dtypes of the training data.

        Raises
        ------
        ValueError
            If the codes do not have ``n_latent`` columns.
        """
        model = self._trained()
        h = check_array(H, dtype=np.float32)
        if h.shape[1] != model.n_latent:
            raise ValueError(f"H has {h.shape[1]} columns, but n_latent={model.n_latent}.")
        return self._wrap(len(h), model.decode(h))

    def _wrap(self, n_rows: int, blocks: Iterator[np.ndarray]) -> Any:
        with torch_threads(self.n_threads):
            return self._format.wrap(n_rows, self.n_features_in_, blocks)

    def _generator(self, random_state: Any) -> torch.Generator:
        """Of one draw: its own seed, or else the sampler's."""
        own = self.random_state if random_state is None else random_state
        return seeded_generator(own, SAMPLING, torch.device("cpu"))

    def _class_numbers(self, y) -> np.ndarray:
        if is_count(y):
            if y < 0:
                raise ValueError(f"sample({y}): the number of rows cannot be negative.")
            return np.repeat(
                np.arange(len(self.classes_)), proportional_counts(y, self._model.counts)
            )
        labels = np.asarray(y)
        if labels.ndim != 1:
            raise ValueError(f"y has shape {labels.shape}; pass a number or a 1-D list of labels.")
        known = dict(zip(self.classes_.tolist(), range(len(self.classes_)), strict=True))
        unknown = sorted({str(label) for label in labels.tolist() if label not in known})
        if unknown:
            raise ValueError(
                f"y holds label(s) {', '.join(unknown)} that the sampler was not trained on; it "
                f"knows {self.classes_.tolist()}."
            )
        return np.array([known[label] for label in labels.tolist()], dtype=int)


PAPER: dict[str, Any] = {
    "sampling_strategy": Replicate(10),
    "n_latent": 100,
    "n_noise": 100,
    "autoencoder_layers": (800, 800),
    "latent_layers": (100, 100),
    "alpha": 1.0,
    "class_weight": "balanced",
    "critic_steps": 1,
    "latent_steps": 1,
    "conditional_critic": False,
    "input_noise": 0.0,
    "residuals": False,
    "row_space": False,
    "batch_size": 128,
    "learning_rate": 1e-4,
    "betas": (0.9, 0.999),
}


@Substitution(parameters=PARAMETERS, attributes=ATTRIBUTES)
class ADANSampler(_AdversarialSampler):
    """Adversarial data augmentation network: over-sampling by a learned generator.

    An encoder E, a decoder R and a classifier C shape a latent space; a generator G learns, class
    by class, how codes are distributed there, against a discriminator D that compares its codes
    with those of real rows by cross-entropy. Synthetic rows are R(G(z, y)) (Yi & Mak [1]_).

    Parameters
    ----------
    {parameters}

    saturating : bool, default=False
        G minimises log(1 - D(G)), as Eq. 14 prints it; otherwise -log D(G), as Eq. 3, whose
        gradient does not vanish where D is sure.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    WADANSampler : The same game under the Wasserstein divergence.
    imblearn.over_sampling.SMOTE : Over-sampling by interpolation.

    References
    ----------
    .. [1] L. Yi and M.-W. Mak, "Improving Speech Emotion Recognition With Adversarial Data
       Augmentation Network", IEEE Transactions on Neural Networks and Learning Systems, 2020.

    Examples
    --------
    >>> from skadan import ADANSampler, Replicate
    >>> from skadan.datasets import make_speaker_classification
    >>> X, y, _ = make_speaker_classification(n_samples=40, n_features=60, random_state=0)
    >>> sampler = ADANSampler(sampling_strategy=Replicate(1), max_epochs=2, random_state=0)
    >>> X_new, y_new = sampler.fit_resample(X, y)
    >>> X_new.shape, sampler.is_synthetic_.sum()
    ((80, 60), np.int64(40))
    """

    _parameter_constraints: ClassVar[dict] = {
        **_AdversarialSampler._parameter_constraints,
        "saturating": ["boolean"],
    }

    def __init__(
        self,
        *,
        sampling_strategy: Any = "auto",
        n_latent: int = 100,
        n_noise: int = 100,
        autoencoder_layers: Sequence[int] = (800, 800),
        latent_layers: Sequence[int] = (100, 100),
        alpha: float = 1.0,
        class_weight: str | dict | None = "balanced",
        saturating: bool = False,
        critic_steps: int = 1,
        latent_steps: int = 4,
        conditional_critic: bool = True,
        input_noise: float = 1.0,
        residuals: bool = True,
        row_space: bool | str = "auto",
        max_epochs: int = 200,
        batch_size: int = 128,
        learning_rate: float = 5e-4,
        betas: tuple[float, float] = (0.5, 0.9),
        n_threads: int = 1,
        device: str = "auto",
        random_state: Any = None,
        verbose: int = 0,
    ) -> None:
        self.sampling_strategy = sampling_strategy
        self.n_latent = n_latent
        self.n_noise = n_noise
        self.autoencoder_layers = autoencoder_layers
        self.latent_layers = latent_layers
        self.alpha = alpha
        self.class_weight = class_weight
        self.saturating = saturating
        self.critic_steps = critic_steps
        self.latent_steps = latent_steps
        self.conditional_critic = conditional_critic
        self.input_noise = input_noise
        self.residuals = residuals
        self.row_space = row_space
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.betas = betas
        self.n_threads = n_threads
        self.device = device
        self.random_state = random_state
        self.verbose = verbose

    @staticmethod
    def paper_params() -> dict[str, Any]:
        """The paper's literal setting (section IV-D), as keyword arguments.

        With ten synthetic sets. The paper lowers ``alpha`` to 0.1 where classes are very unequal
        (IEMOCAP's eleven).

        Examples
        --------
        >>> from skadan import ADANSampler
        >>> ADANSampler(**ADANSampler.paper_params(), random_state=0).max_epochs
        800
        """
        return PAPER | {"max_epochs": 800, "saturating": True}

    def _divergence(self) -> CrossEntropy:
        return CrossEntropy(saturating=self.saturating)


@Substitution(parameters=PARAMETERS, attributes=ATTRIBUTES)
class WADANSampler(_AdversarialSampler):
    """Wasserstein adversarial data augmentation network: over-sampling by a learned generator.

    An encoder E, a decoder R and a classifier C shape a latent space; a generator G learns, class
    by class, how codes are distributed there, against a discriminator D that compares its codes
    with those of real rows by the Wasserstein divergence [2]_. Synthetic rows are R(G(z, y)) (Yi
    & Mak [1]_).

    Parameters
    ----------
    {parameters}

    penalty_weight : float, default=10.0
        lambda > 0, weight of the gradient penalty of D (Eq. 17).

    penalty_power : float, default=5.0
        p > 1, power of the gradient's norm in that penalty (Eq. 17).

    Attributes
    ----------
    {attributes}

    See Also
    --------
    ADANSampler : The same game under cross-entropy.
    imblearn.over_sampling.SMOTE : Over-sampling by interpolation.

    References
    ----------
    .. [1] L. Yi and M.-W. Mak, "Improving Speech Emotion Recognition With Adversarial Data
       Augmentation Network", IEEE Transactions on Neural Networks and Learning Systems, 2020.
    .. [2] J. Wu et al., "Wasserstein divergence for GANs", ECCV 2018.

    Examples
    --------
    >>> from skadan import WADANSampler, Replicate
    >>> from skadan.datasets import make_speaker_classification
    >>> X, y, _ = make_speaker_classification(n_samples=40, n_features=60, random_state=0)
    >>> sampler = WADANSampler(sampling_strategy=Replicate(1), max_epochs=2, random_state=0)
    >>> X_new, y_new = sampler.fit_resample(X, y)
    >>> X_new.shape, sampler.is_synthetic_.sum()
    ((80, 60), np.int64(40))
    """

    _parameter_constraints: ClassVar[dict] = {
        **_AdversarialSampler._parameter_constraints,
        "penalty_weight": [Interval(Real, 0, None, closed="neither")],
        "penalty_power": [Interval(Real, 1, None, closed="neither")],
    }

    def __init__(
        self,
        *,
        sampling_strategy: Any = "auto",
        n_latent: int = 100,
        n_noise: int = 100,
        autoencoder_layers: Sequence[int] = (800, 800),
        latent_layers: Sequence[int] = (100, 100),
        alpha: float = 1.0,
        class_weight: str | dict | None = "balanced",
        penalty_weight: float = 10.0,
        penalty_power: float = 5.0,
        critic_steps: int = 1,
        latent_steps: int = 4,
        conditional_critic: bool = True,
        input_noise: float = 1.0,
        residuals: bool = True,
        row_space: bool | str = "auto",
        max_epochs: int = 200,
        batch_size: int = 128,
        learning_rate: float = 5e-4,
        betas: tuple[float, float] = (0.5, 0.9),
        n_threads: int = 1,
        device: str = "auto",
        random_state: Any = None,
        verbose: int = 0,
    ) -> None:
        self.sampling_strategy = sampling_strategy
        self.n_latent = n_latent
        self.n_noise = n_noise
        self.autoencoder_layers = autoencoder_layers
        self.latent_layers = latent_layers
        self.alpha = alpha
        self.class_weight = class_weight
        self.penalty_weight = penalty_weight
        self.penalty_power = penalty_power
        self.critic_steps = critic_steps
        self.latent_steps = latent_steps
        self.conditional_critic = conditional_critic
        self.input_noise = input_noise
        self.residuals = residuals
        self.row_space = row_space
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.betas = betas
        self.n_threads = n_threads
        self.device = device
        self.random_state = random_state
        self.verbose = verbose

    @staticmethod
    def paper_params() -> dict[str, Any]:
        """The paper's literal setting (section IV-D), as keyword arguments.

        With ten synthetic sets. The paper lowers ``alpha`` to 0.1 where classes are very unequal
        (IEMOCAP's eleven).

        Examples
        --------
        >>> from skadan import WADANSampler
        >>> WADANSampler(**WADANSampler.paper_params(), random_state=0).max_epochs
        1500
        """
        return PAPER | {"max_epochs": 1500, "penalty_weight": 10.0, "penalty_power": 5.0}

    def _divergence(self) -> WassersteinDivergence:
        return WassersteinDivergence(self.penalty_weight, self.penalty_power)
