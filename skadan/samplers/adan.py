"""Over-sample with ADAN and WADAN, the two methods of the paper."""

from abc import abstractmethod
from typing import Any

from .._strategy import Replicate
from ..games.adan import ADANGame
from ..games.divergences import CrossEntropy, Divergence, WassersteinDivergence
from ._parameters import (
    PAPER_COLUMNS,
    AboveOne,
    AutoCount,
    AutoLayers,
    AutoShare,
    Betas,
    ClassWeight,
    Count,
    Device,
    Flag,
    Folder,
    NonNegative,
    OptionalCenter,
    Positive,
    Precision,
    RandomState,
    ReconstructionWeight,
    RowSpace,
    Share,
    Strategy,
    Verbose,
    fitted_sizes,
    with_parameters,
)
from .latent import LatentSampler

# The paper's settings (section IV-D) that `ADANGame` does not have as defaults.
PAPER: dict[str, Any] = {
    "sampling_strategy": Replicate(10),
    "class_weight": "balanced",
    "input_noise": 0.0,
    "center": None,
    "own_share": "auto",
    "anchor": 0.0,
    "residuals": False,
    "row_space": False,
    "precision": "float32",
    "batch_size": 128,
    "learning_rate": 1e-4,
    "betas": (0.9, 0.999),
}


def paper_setting(divergence: Divergence) -> dict[str, Any]:
    """Return the paper's parameters of a sampler with this divergence, as keywords."""
    game = {k: v for k, v in vars(ADANGame(divergence)).items() if k != "divergence"}
    return PAPER | game | vars(divergence)


@with_parameters
class ADANFamily(LatentSampler):
    """Base class of ADAN and WADAN, which differ only in the divergence and its parameters."""

    sampling_strategy: Strategy = "auto"
    random_state: RandomState = None
    max_epochs: AutoCount = "auto"
    center: OptionalCenter = "shrunken"
    own_share: AutoShare = "auto"
    # Complete tables lose more at 0.5, and rare classes gain less at 0.9 (docs/experiments.md).
    anchor: Share = 0.75
    clip: Flag = False
    whole_numbers: Flag = False
    n_latent: AutoCount = "auto"
    n_noise: AutoCount = "auto"
    autoencoder_layers: AutoLayers = "auto"
    latent_layers: AutoLayers = "auto"
    alpha: NonNegative = 1.0
    class_weight: ClassWeight = "balanced"
    critic_steps: Count = 1
    # 2 is 1.6 times faster, but costs a linear SVC 0.9 points (docs/experiments.md).
    latent_steps: Count = 4
    conditional_critic: Flag = True
    input_noise: NonNegative = 1.0
    reconstruction_weight: ReconstructionWeight = "mean"
    residuals: Flag = True
    row_space: RowSpace = "auto"
    precision: Precision = "float32"
    batch_size: Count = 128
    # As good after 300 iterations as 5e-4 after 600 (docs/experiments.md).
    learning_rate: Positive = 1e-3
    betas: Betas = (0.5, 0.9)
    n_threads: Count = 1
    device: Device = "auto"
    checkpoint: Folder = None
    checkpoint_epochs: Count = 20
    verbose: Verbose = 0

    @abstractmethod
    def _divergence(self) -> Divergence:
        """Return the divergence with the sampler's parameters."""

    def make_game(self) -> ADANGame:
        """Return the game with the sampler's parameters.

        Returns
        -------
        game : ADANGame
            Networks, turns and losses. Sizes that are "auto" are those of the paper.
        """
        return self._game_for(PAPER_COLUMNS)

    def _game_for(self, n_coordinates: int) -> ADANGame:
        sizes = fitted_sizes(self, n_coordinates)
        return ADANGame(
            divergence=self._divergence(),
            n_latent=sizes.n_latent,
            n_noise=sizes.n_noise,
            autoencoder_layers=sizes.autoencoder_layers,
            latent_layers=sizes.latent_layers,
            alpha=self.alpha,
            critic_steps=self.critic_steps,
            latent_steps=self.latent_steps,
            conditional_critic=self.conditional_critic,
            reconstruction_weight=self.reconstruction_weight,
        )


@with_parameters
class ADANSampler(ADANFamily):
    """Over-sample with ADAN, the adversarial data augmentation network of Yi & Mak.

    An encoder E, a decoder R and a classifier C shape a latent space; a generator G learns, class
    by class, how codes are distributed there, against a critic D that compares its codes with those
    of real rows by cross-entropy [1]_.

    By default a synthetic row is the centre of its class, shrunk towards the mean of the table,
    plus the deviations of two generated rows from the means of their classes: one row of the same
    class and one of any class. Each generated row is mixed with a real one (``anchor``,
    ``residuals``). With ``center=None, anchor=0, residuals=False`` a synthetic row is R(G(z, y)),
    as in the paper.

    Parameters
    ----------
    {first_parameters}

    Other Parameters
    ----------------
    {adan_parameters}

    {other_training_parameters}

    {saturating}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    WADANSampler : The same game under the Wasserstein divergence.
    PriorCorrectedClassifier : Balanced decisions without synthetic rows.
    imblearn.over_sampling.SMOTE : Over-sampling by interpolation.

    Notes
    -----
    {when_rows_help}

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

    saturating: Flag = False

    @staticmethod
    def paper_params() -> dict[str, Any]:
        """Return the exact parameters of the paper (section IV-D), as keyword arguments.

        They make ten synthetic sets. The paper lowers ``alpha`` to 0.1 for very unequal classes
        (the eleven of IEMOCAP).

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
        return paper_setting(CrossEntropy()) | {"max_epochs": 800}

    def _divergence(self) -> CrossEntropy:
        return CrossEntropy(saturating=self.saturating)


@with_parameters
class WADANSampler(ADANFamily):
    """Over-sample with WADAN, the Wasserstein adversarial data augmentation network.

    An encoder E, a decoder R and a classifier C shape a latent space; a generator G learns, class
    by class, how codes are distributed there, against a critic D that compares its codes with those
    of real rows by the Wasserstein divergence [1]_, [2]_.

    By default a synthetic row is the centre of its class, shrunk towards the mean of the table,
    plus the deviations of two generated rows from the means of their classes: one row of the same
    class and one of any class. Each generated row is mixed with a real one (``anchor``,
    ``residuals``). With ``center=None, anchor=0, residuals=False`` a synthetic row is R(G(z, y)),
    as in the paper.

    Parameters
    ----------
    {first_parameters}

    Other Parameters
    ----------------
    {adan_parameters}

    {other_training_parameters}

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
    PriorCorrectedClassifier : Balanced decisions without synthetic rows.
    imblearn.over_sampling.SMOTE : Over-sampling by interpolation.

    Notes
    -----
    {when_rows_help}

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

    penalty_weight: Positive = 10.0
    penalty_power: AboveOne = 5.0

    @staticmethod
    def paper_params() -> dict[str, Any]:
        """Return the exact parameters of the paper (section IV-D), as keyword arguments.

        They make ten synthetic sets. The paper lowers ``alpha`` to 0.1 for very unequal classes
        (the eleven of IEMOCAP).

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
        return paper_setting(WassersteinDivergence()) | {"max_epochs": 1500}

    def _divergence(self) -> WassersteinDivergence:
        return WassersteinDivergence(self.penalty_weight, self.penalty_power)
