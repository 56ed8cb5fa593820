"""ADAN and WADAN: the paper's two networks as samplers."""

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ClassVar

from sklearn.utils._param_validation import Interval, StrOptions

from .._strategy import Replicate
from ..games.adan import ADANGame
from ..games.divergences import CrossEntropy, Divergence, WassersteinDivergence
from ._docstrings import documented
from .adversarial import AutoencodingSampler

COUNT = Interval(Integral, 1, None, closed="left")
NOT_NEGATIVE = Interval(Real, 0, None, closed="left")
POSITIVE = Interval(Real, 0, None, closed="neither")

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
    "reconstruction_weight": 1.0,
    "residuals": None,
    "anchor": 0.0,
    "shrink": 1.0,
    "row_space": False,
    "precision": "float32",
    "batch_size": 128,
    "learning_rate": 1e-4,
    "betas": (0.9, 0.999),
}


@dataclass(kw_only=True, eq=False, repr=False)
class _ADANFamily(AutoencodingSampler):
    """What ADAN and WADAN share: everything but the divergence."""

    # Some take the place of the base's constants, which mypy does not like.
    n_latent: int = 100
    n_noise: int = 100
    alpha: float = 1.0
    class_weight: str | dict | None = "balanced"  # type: ignore[misc]
    critic_steps: int = 1
    latent_steps: int = 4
    conditional_critic: bool = True
    input_noise: float = 1.0  # type: ignore[misc]
    reconstruction_weight: float | str = "mean"
    residuals: str | None = "class"  # type: ignore[misc]
    anchor: float = 0.75  # type: ignore[misc]
    shrink: float | str = "auto"  # type: ignore[misc]

    _parameter_constraints: ClassVar[dict] = {
        **AutoencodingSampler._parameter_constraints,
        "n_latent": [COUNT],
        "n_noise": [COUNT],
        "alpha": [NOT_NEGATIVE],
        "class_weight": [StrOptions({"balanced"}), dict, None],
        "critic_steps": [COUNT],
        "latent_steps": [COUNT],
        "conditional_critic": ["boolean"],
        "input_noise": [NOT_NEGATIVE],
        "reconstruction_weight": [POSITIVE, StrOptions({"mean"})],
        "residuals": [StrOptions({"class", "all"}), None],
        "anchor": [Interval(Real, 0, 1, closed="both")],
        "shrink": [Interval(Real, 0, 1, closed="right"), StrOptions({"auto"})],
    }

    def _divergence(self) -> Divergence:
        """How real and fake are scored."""
        raise NotImplementedError

    def _game(self, n_columns: int) -> ADANGame:
        return ADANGame(
            self._divergence(),
            n_latent=self.n_latent,
            n_noise=self.n_noise,
            autoencoder_layers=tuple(self.autoencoder_layers),
            latent_layers=tuple(self.latent_layers),
            alpha=self.alpha,
            critic_steps=self.critic_steps,
            latent_steps=self.latent_steps,
            conditional_critic=self.conditional_critic,
            reconstruction_weight=1 / n_columns
            if isinstance(self.reconstruction_weight, str)
            else self.reconstruction_weight,
        )


@documented
@dataclass(kw_only=True, eq=False, repr=False)
class ADANSampler(_ADANFamily):
    """Adversarial data augmentation network: over-sampling by a learned generator.

    An encoder E, a decoder R and a classifier C shape a latent space; a generator G learns, class
    by class, how codes are distributed there, against a discriminator D that compares its codes
    with those of real rows by cross-entropy. Synthetic rows are R(G(z, y)) (Yi & Mak [1]_).

    Parameters
    ----------
    {parameters}

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

    saturating: bool = False

    _parameter_constraints: ClassVar[dict] = {
        **_ADANFamily._parameter_constraints,
        "saturating": ["boolean"],
    }

    @staticmethod
    def paper_params() -> dict[str, Any]:
        """The paper's literal setting (section IV-D), as keyword arguments.

        With ten synthetic sets. The paper lowers ``alpha`` to 0.1 where classes are very unequal
        (IEMOCAP's eleven).

        Returns
        -------
        keywords : dict
            For the constructor.

        Examples
        --------
        >>> from skadan import ADANSampler
        >>> ADANSampler(**ADANSampler.paper_params(), random_state=0).max_epochs
        800
        """
        return PAPER | {"max_epochs": 800, "saturating": True}

    def _divergence(self) -> CrossEntropy:
        return CrossEntropy(saturating=self.saturating)


@documented
@dataclass(kw_only=True, eq=False, repr=False)
class WADANSampler(_ADANFamily):
    """Wasserstein adversarial data augmentation network: over-sampling by a learned generator.

    An encoder E, a decoder R and a classifier C shape a latent space; a generator G learns, class
    by class, how codes are distributed there, against a discriminator D that compares its codes
    with those of real rows by the Wasserstein divergence [2]_. Synthetic rows are R(G(z, y)) (Yi
    & Mak [1]_).

    Parameters
    ----------
    {parameters}

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

    penalty_weight: float = 10.0
    penalty_power: float = 5.0

    _parameter_constraints: ClassVar[dict] = {
        **_ADANFamily._parameter_constraints,
        "penalty_weight": [POSITIVE],
        "penalty_power": [Interval(Real, 1, None, closed="neither")],
    }

    @staticmethod
    def paper_params() -> dict[str, Any]:
        """The paper's literal setting (section IV-D), as keyword arguments.

        With ten synthetic sets. The paper lowers ``alpha`` to 0.1 where classes are very unequal
        (IEMOCAP's eleven).

        Returns
        -------
        keywords : dict
            For the constructor.

        Examples
        --------
        >>> from skadan import WADANSampler
        >>> WADANSampler(**WADANSampler.paper_params(), random_state=0).max_epochs
        1500
        """
        return PAPER | {"max_epochs": 1500, "penalty_weight": 10.0, "penalty_power": 5.0}

    def _divergence(self) -> WassersteinDivergence:
        return WassersteinDivergence(self.penalty_weight, self.penalty_power)
