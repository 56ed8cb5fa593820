"""Samplers whose latent space is open: rows to codes, codes to rows."""

from typing import Any

from numpy.typing import ArrayLike
from sklearn.utils.metaestimators import available_if
from torch import Tensor

from ._containers import RowFormat
from ._tensors import as_codes, as_container
from .adversarial import AdversarialSampler


class LatentSampler(AdversarialSampler):
    """A sampler whose game makes rows of codes, and mostly codes of rows."""

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
        model, draw = self._trained(), self.plan_draw(y, random_state)
        with self._resources():
            return as_container(self._format.like, model.sample_latent(draw))

    def sample_from_codes(self, H: ArrayLike, y: ArrayLike, *, random_state: Any = None) -> Any:
        """Make synthetic rows of given codes instead of codes from the generator.

        Adds to the decoded row R(h) the residual of a real row of the class and mixes that row in,
        as ``residuals`` and ``anchor`` say. ``center`` and ``own_share`` have no part in it: the
        rows are where their codes put them.

        Parameters
        ----------
        H : array-like of shape (n_samples, n_latent)
            Codes, such as points between those of real rows.
        y : array-like of shape (n_samples,)
            The label of each.
        random_state : int, RandomState instance or None, default=None
            As for `sample`.

        Returns
        -------
        X_new : {ndarray, tensor, dataframe, sparse matrix, list} of shape (n_samples, n_features)
            Synthetic rows in the units, container and dtypes of the training data.

        Raises
        ------
        ValueError
            If the codes do not have ``n_latent`` columns, their number is not that of the labels,
            or `y` holds a label that training did not see.
        """
        model, draw = self._trained(), self.plan_draw(y, random_state)
        h = self._codes(H)
        if len(h) != len(draw):
            raise ValueError(f"H has {len(h)} rows, but y has {len(draw)} labels.")
        return self._wrap(len(h), self._held(model.sample_from_codes(h, draw)))

    def _has_encoder(self) -> bool:
        """Tell whether the game makes codes of rows; all of the package's latent games do."""
        return True

    @available_if(lambda sampler: sampler._has_encoder())
    def encode(self, X: ArrayLike) -> Any:
        """Codes E(x) of real rows; only there if the game has an encoder.

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
            If the columns are not those of the training data, or hold NaN or infinity.
        """
        model = self._trained()
        rows = self._new_rows(X)
        with self._resources():
            return as_container(RowFormat.of(X, rows).like, model.encode(rows))

    def decode(self, H: ArrayLike) -> Any:
        """Rows R(h) of codes.

        Parameters
        ----------
        H : array-like of shape (n_samples, n_latent)
            Codes, as `encode` and `sample_latent` give them.

        Returns
        -------
        X : {ndarray, tensor, dataframe, sparse matrix, list} of shape (n_samples, n_features)
            Rows in the units, container and dtypes of the training data.

        Raises
        ------
        ValueError
            If the codes do not have ``n_latent`` columns.
        """
        model, h = self._trained(), self._codes(H)
        return self._wrap(len(h), model.decode(h))

    def _codes(self, H: ArrayLike) -> Tensor:
        """Return codes as a float32 tensor of the width of this latent space."""
        with self._resources():
            h = as_codes(H)
        n_latent = getattr(self._trained().game, "n_latent", h.shape[1])
        if h.shape[1] != n_latent:
            raise ValueError(f"H has {h.shape[1]} columns, but n_latent={n_latent}.")
        return h
