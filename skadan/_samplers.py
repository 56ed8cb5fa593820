"""The samplers: imbalanced-learn's contract around the training core."""

import warnings
from abc import abstractmethod
from collections.abc import Sequence
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
from ._divergences import CrossEntropy, Divergence, WassersteinDivergence
from ._docstrings import ATTRIBUTES, PARAMETERS
from ._networks import Networks
from ._objectives import ADANGame, generate
from ._scaling import Scaling
from ._strategy import Replicate, class_weights, proportional_counts
from ._threads import torch_threads
from ._training import train

LEARNED = {
    "_counts",
    "_format",
    "_residuals",
    "_scaling",
    "_weights",
    "classes_",
    "device_",
    "history_",
    "is_synthetic_",
    "n_iter_",
    "sampling_strategy_",
}
# What scikit-learn's validation lets pass: `_dense` handles both, and names the columns.
LENIENT = {"accept_sparse": ["csr", "csc"], "ensure_all_finite": False}
CHUNK = 4096  # rows that pass through the networks at once when no gradient is needed


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
        row_format = RowFormat.of(X, rows)
        if len(y_new):
            self._train(row_format, rows, labels)
            X_new, _ = self.sample(y_new)
        else:
            self._warn_nothing_to_do()
            X_new = row_format.wrap(np.empty((0, rows.shape[1])))
        self.is_synthetic_ = np.repeat([False, True], [len(labels), len(y_new)])
        return (
            row_format.stack(X, rows, X_new),
            stack_labels(y, labels, y_new, np.unique(labels)),
        )

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
        classes, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
        scaling = Scaling.fit(rows)
        weight = class_weights(self.class_weight, classes, counts)

        def tensor(array: np.ndarray) -> torch.Tensor:
            return torch.as_tensor(array, dtype=torch.float32, device=device)

        x = tensor(scaling.scale_rows(rows))
        table = Table(x, tensor(one_hot(codes, len(classes))), tensor(weight[codes]))
        with torch_threads(self.n_threads):
            networks = self._networks(x.shape[1], len(classes), device).initialise(generator)
            batches = Batches(table, self.batch_size, self.n_noise, self.input_noise, generator)
            history = train(
                self._game(),
                networks,
                batches,
                max_epochs=self.max_epochs,
                learning_rate=self.learning_rate,
                betas=tuple(self.betas),
                on_epoch=self._report,
            )
        self._scaling, self._format = scaling, row_format
        self._weights, self._counts = networks.to_numpy(), counts
        self.classes_, self.history_, self.n_iter_ = classes, history, self.max_epochs
        self.device_ = str(device)
        self._residuals = self._reconstruction_residuals(x, codes) if self.residuals else None

    def _networks(self, n_columns: int, n_classes: int, device) -> Networks:
        return self._game().networks(
            n_columns,
            n_classes,
            self.n_latent,
            self.n_noise,
            tuple(self.autoencoder_layers),
            tuple(self.latent_layers),
            device,
        )

    def _report(self, epoch: int, losses: dict[str, float]) -> None:
        """About ten lines a fit, where ``verbose`` asks for them."""
        if self.verbose and (epoch % max(1, self.max_epochs // 10) == 0):
            values = "  ".join(f"{name} {value:.4g}" for name, value in losses.items())
            print(f"[{type(self).__name__}] epoch {epoch}/{self.max_epochs}  {values}")

    def _reconstruction_residuals(self, x: torch.Tensor, codes: np.ndarray) -> np.ndarray:
        """x - R(E(x)) of the training rows, class by class."""
        networks, device = self._trained()
        x = x.cpu().numpy()[np.argsort(codes, kind="stable")]
        return x - in_chunks(
            lambda part: networks.decoder(networks.encoder(part)), x, device, self.n_threads
        )

    # The fitted sampler

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_weights")

    def _trained(self) -> tuple[Networks, torch.device]:
        """The trained networks, and where they live."""
        if not self.__sklearn_is_fitted__():
            raise NotFittedError(
                f"This {type(self).__name__} holds no trained networks: call fit, or fit_resample "
                "with a sampling_strategy that asks for synthetic rows, e.g. Replicate(1)."
            )
        device = torch.device(self.device_)
        if device.type == "cuda" and not torch.cuda.is_available():
            device = torch.device("cpu")  # trained on a GPU, loaded where there is none
        n_columns, n_classes = int(self._scaling.varies.sum()), len(self.classes_)
        networks = self._networks(n_columns, n_classes, device="meta")
        return networks.load_numpy(self._weights, device), device

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
        h, codes, generator = self._draw(y, random_state)
        z = self._decode_scaled(h)
        if self._residuals is not None:
            z += self._draw_residuals(codes, generator)
        return self._format.wrap(self._scaling.unscale_rows(z)), self.classes_[codes]

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
        return self._draw(y, random_state)[0]

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
        networks, device = self._trained()
        refuse_polars(X)
        rows = self._dense(validate_data(self, X, reset=False, **LENIENT))
        return in_chunks(networks.encoder, self._scaling.scale_rows(rows), device, self.n_threads)

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
        self._trained()
        h = check_array(H, dtype=np.float32)
        if h.shape[1] != self.n_latent:
            raise ValueError(f"H has {h.shape[1]} columns, but n_latent={self.n_latent}.")
        return self._format.wrap(self._scaling.unscale_rows(self._decode_scaled(h)))

    def _draw(self, y, random_state) -> tuple[np.ndarray, np.ndarray, torch.Generator]:
        """Codes G(z, y), the class numbers of their rows, and the generator that goes on."""
        networks, device = self._trained()
        codes = self._class_codes(y)
        own = self.random_state if random_state is None else random_state
        # z is drawn on the CPU, so that a draw does not depend on the device.
        generator = seeded_generator(own, SAMPLING, torch.device("cpu"))
        z = torch.randn(len(codes), self.n_noise, generator=generator).numpy()
        zy = np.hstack([z, one_hot(codes, len(self.classes_))])
        h = in_chunks(
            lambda part: generate(networks, part[:, : self.n_noise], part[:, self.n_noise :]),
            zy,
            device,
            self.n_threads,
        )
        return h, codes, generator

    def _class_codes(self, y) -> np.ndarray:
        if is_count(y):
            if y < 0:
                raise ValueError(f"sample({y}): the number of rows cannot be negative.")
            return np.repeat(np.arange(len(self.classes_)), proportional_counts(y, self._counts))
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

    def _decode_scaled(self, h: np.ndarray) -> np.ndarray:
        networks, device = self._trained()
        return in_chunks(networks.decoder, h, device, self.n_threads)

    def _draw_residuals(self, codes: np.ndarray, generator: torch.Generator) -> np.ndarray:
        """For each row the reconstruction residual of a real row of its class.

        NOTE[DIFF] not in the paper: R loses a quarter to a half of the variance, so that rows come
        out too clean; this gives back what it lost.
        """
        u = torch.rand(len(codes), generator=generator, dtype=torch.float64).numpy()
        first = np.cumsum(self._counts) - self._counts  # where each class begins
        return self._residuals[(first[codes] + u * self._counts[codes]).astype(int)]


def one_hot(codes: np.ndarray, n_classes: int) -> np.ndarray:
    """Class numbers as rows of the identity, (n, K) float32."""
    return np.eye(n_classes, dtype=np.float32)[codes]


def in_chunks(network, rows: np.ndarray, device: torch.device, n_threads: int) -> np.ndarray:
    """`network` of each row, a chunk at a time: numpy in, numpy out."""
    with torch.no_grad(), torch_threads(n_threads):
        parts = torch.from_numpy(np.ascontiguousarray(rows)).split(CHUNK)
        return np.concatenate([network(part.to(device)).cpu().numpy() for part in parts])


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
