"""Define the base class of samplers that decode rows from codes."""

from typing import Any

from numpy.typing import ArrayLike
from sklearn.utils.metaestimators import available_if
from torch import Tensor

from ._containers import RowFormat
from ._input import as_codes, as_container
from .adversarial import AdversarialSampler


class LatentSampler(AdversarialSampler):
    """Base class of samplers that decode codes into rows; most of them also encode rows."""

    def sample_latent(self, y: ArrayLike | int, *, random_state: Any = None) -> Any:
        """Draw synthetic codes G(z, y), the ones that `sample` decodes.

        Parameters
        ----------
        y : int or array-like of shape (n_samples,)
            As for `sample`.
        random_state : int, RandomState instance or None, default=None
            As for `sample`.

        Returns
        -------
        H : {ndarray, tensor} of shape (n_samples, n_latent)
            Codes, float32.
        """
        model, draw = self._fitted_model(), self.plan_draw(y, random_state)
        with self._resources():
            return as_container(self._format.like, model.sample_latent(draw))

    def sample_from_codes(self, H: ArrayLike, y: ArrayLike, *, random_state: Any = None) -> Any:
        """Make synthetic rows from given codes instead of codes from the generator.

        As ``residuals`` and ``anchor`` say, the residual of a real row of the class is added to
        each decoded row R(h), and that real row is mixed in. ``center`` and ``own_share`` have no
        effect.

        Parameters
        ----------
        H : array-like of shape (n_samples, n_latent)
            Codes, such as points between those of real rows.
        y : array-like of shape (n_samples,)
            The label of each code.
        random_state : int, RandomState instance or None, default=None
            As for `sample`.

        Returns
        -------
        X_new : {ndarray, tensor, dataframe, sparse matrix, list} of shape (n_samples, n_features)
            Synthetic rows in the units, container and dtypes of the training data.

        Raises
        ------
        ValueError
            If the codes do not have ``n_latent`` columns, there are more or fewer labels than
            codes, or `y` has a label that is not in the training data.
        """
        model, draw = self._fitted_model(), self.plan_draw(y, random_state)
        h = self._codes(H)
        if len(h) != len(draw):
            raise ValueError(f"H has {len(h)} rows, but y has {len(draw)} labels.")
        return self._wrap(len(h), self._clip_and_round(model.sample_from_codes(h, draw)))

    def _has_encoder(self) -> bool:
        """Return whether the game has an encoder, as all games of this package with codes do."""
        return True

    @available_if(lambda sampler: sampler._has_encoder())
    def encode(self, X: ArrayLike) -> Any:
        """Return the codes E(x) of real rows; only available if the game has an encoder.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Rows in the units and columns of the training data.

        Returns
        -------
        H : {ndarray, tensor} of shape (n_samples, n_latent)
            Codes, float32.

        Raises
        ------
        ValueError
            If the columns are not those of the training data, or contain NaN or infinity.
        """
        model = self._fitted_model()
        rows = self._new_rows(X)
        with self._resources():
            return as_container(RowFormat.of(X, rows).like, model.encode(rows))

    def decode(self, H: ArrayLike) -> Any:
        """Return the rows R(h) of codes.

        Parameters
        ----------
        H : array-like of shape (n_samples, n_latent)
            Codes, as `encode` and `sample_latent` return them.

        Returns
        -------
        X : {ndarray, tensor, dataframe, sparse matrix, list} of shape (n_samples, n_features)
            Rows in the units, container and dtypes of the training data.

        Raises
        ------
        ValueError
            If the codes do not have ``n_latent`` columns.
        """
        model, h = self._fitted_model(), self._codes(H)
        return self._wrap(len(h), model.decode(h))

    def _codes(self, H: ArrayLike) -> Tensor:
        """Validate codes; return them as a float32 tensor."""
        with self._resources():
            h = as_codes(H)
        # `Game` does not demand n_latent, so a user's own game may lack it.
        n_latent = getattr(self._fitted_model().game, "n_latent", h.shape[1])
        if h.shape[1] != n_latent:
            raise ValueError(f"H has {h.shape[1]} columns, but n_latent={n_latent}.")
        return h
