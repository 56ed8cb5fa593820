"""The paper's adversarial autoencoder as a sampler."""

from dataclasses import dataclass
from numbers import Real
from typing import ClassVar

from sklearn.utils._param_validation import Interval

from ..games.aae import AAEGame
from ._docstrings import documented
from .adversarial import AutoencodingSampler

POSITIVE = Interval(Real, 0, None, closed="neither")


@documented
@dataclass(kw_only=True, eq=False, repr=False)
class AAESampler(AutoencodingSampler):
    """An adversarial autoencoder whose codes follow a Gaussian a class.

    A baseline of Yi & Mak [1]_ (Eqs. 7 to 9): encoder and decoder reconstruct rows while a
    discriminator holds the codes to a mixture of Gaussians in the plane, one a class. Synthetic
    rows are decoded from the Gaussian of their class.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    WADANSampler : A generator in place of a prior.

    References
    ----------
    .. [1] L. Yi and M.-W. Mak, "Improving Speech Emotion Recognition With Adversarial Data
       Augmentation Network", IEEE Transactions on Neural Networks and Learning Systems, 2020.

    Examples
    --------
    >>> from skadan import AAESampler, Replicate
    >>> from skadan.datasets import make_speaker_classification
    >>> X, y, _ = make_speaker_classification(n_samples=40, n_features=60, random_state=0)
    >>> sampler = AAESampler(sampling_strategy=Replicate(1), max_epochs=2, random_state=0)
    >>> X_new, y_new = sampler.fit_resample(X, y)
    >>> sampler.encode(X).shape
    (40, 2)
    """

    prior_radius: float = 3.0
    prior_std: float = 0.5

    _parameter_constraints: ClassVar[dict] = {
        **AutoencodingSampler._parameter_constraints,
        "prior_radius": [POSITIVE],
        "prior_std": [POSITIVE],
    }

    def _game(self, n_columns: int) -> AAEGame:
        return AAEGame(
            autoencoder_layers=tuple(self.autoencoder_layers),
            latent_layers=tuple(self.latent_layers),
            prior_radius=self.prior_radius,
            prior_std=self.prior_std,
        )
