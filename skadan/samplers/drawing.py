"""Define the base class of samplers that draw rows from a fitted model."""

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, ClassVar

import numpy as np
from imblearn.over_sampling.base import BaseOverSampler
from numpy.typing import ArrayLike
from scipy import sparse
from sklearn.utils.validation import validate_data
from torch import Tensor

from .._models.draws import DrawPlan, InTurn, Listed
from .._strategy import proportional_counts
from .._tables.columns import check_range
from .._torch.seeding import SAMPLING, Streams
from .._torch.settings import torch_settings
from .._version import documentation_address
from ._blocks import compute_within, number_rows, rebatch
from ._containers import RowFormat
from ._fitted import Attribute
from ._input import check_finite_columns, numeric_table
from ._labels import LabelFormat, class_indices, take_labels
from ._parameters import refuse_unknown_keywords
from ._wanted import check_memory, is_count

BLOCK_ROWS = 1024

# Sparse rows and NaN pass scikit-learn's validation, because `_dense` handles them: its errors name
# the columns.
LENIENT = {"accept_sparse": ["csr", "csc"], "ensure_all_finite": False}


class DrawingSampler(BaseOverSampler):
    """Base class of samplers that append rows drawn from a model to real rows."""

    def __new__(cls, *_: Any, **keywords: Any) -> Any:
        """Refuse unknown keywords, and suggest the right name."""
        # Here, because __init__, which dataclass generates, would raise a plain TypeError.
        refuse_unknown_keywords(cls, keywords)
        return super().__new__(cls)

    random_state: Any
    classes_: np.ndarray
    n_features_in_: int

    _fitted_attributes: ClassVar[tuple[Attribute, ...]]
    _format: RowFormat
    _label_format: LabelFormat

    @abstractmethod
    def _fitted_model(self) -> Any:
        """Return the model; raise an error if the sampler is not fitted."""

    def _resources(self) -> AbstractContextManager:
        """Return the context with torch's settings that all computation runs in."""
        return torch_settings(1)

    @abstractmethod
    def _clip_and_round(self, blocks: Iterator[Tensor]) -> Iterator[Tensor]:
        """Clip and round blocks of synthetic rows, as ``clip`` and ``whole_numbers`` say."""

    def _get_doc_link(self) -> str:
        """Return the documentation's address for the HTML view; empty if none is published."""
        address = documentation_address()
        return f"{address}/generated/skadan.{type(self).__name__}.html" if address else ""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.sampler_tags.sample_indices = True
        return tags

    def _dense(self, rows: Any) -> np.ndarray:
        """Return validated rows as a dense array of finite values."""
        rows = rows.toarray() if sparse.issparse(rows) else rows
        names = getattr(self, "feature_names_in_", None)
        check_finite_columns(rows, names)
        check_range(rows, names)
        return rows

    def _new_rows(self, X: Any) -> np.ndarray:
        """Validate rows for a fitted sampler; return them dense."""
        return self._dense(validate_data(self, numeric_table(X), reset=False, **LENIENT))

    def _stack(
        self, X: Any, y: Any, rows: np.ndarray, alike: np.ndarray, blocks: Iterator, index: Any
    ) -> tuple[Any, Any]:
        """Return the real rows above the synthetic rows in `blocks`, with labels.

        Row i of `blocks` has the label of real row ``alike[i]`` and the sample index ``index[i]``.
        """
        real = np.arange(len(rows))
        self.is_synthetic_ = np.repeat([False, True], [len(real), len(alike)])
        self.sample_indices_ = np.concatenate([real, np.asarray(index)])
        with self._resources():
            X_new = RowFormat.of(X, rows).stack(X, rows, len(alike), self._clip_and_round(blocks))
            return X_new, take_labels(y, np.concatenate([real, alike]))

    def sample(
        self, y: ArrayLike | int, *, random_state: Any = None, return_indices: bool = False
    ) -> tuple[Any, ...]:
        """Draw synthetic rows from what `fit` learned.

        Parameters
        ----------
        y : int or array-like of shape (n_samples,)
            The label of each row to make; or the number of rows, divided among the classes in the
            proportions of the training data.
        random_state : int, RandomState instance or None, default=None
            Seed of this draw. None uses the sampler's own ``random_state``: if that is an int,
            every call returns the same rows.
        return_indices : bool, default=False
            Whether to return the index of a real row for each, as in ``sample_indices_``.

        Returns
        -------
        X_new : {ndarray, dataframe, sparse matrix, list} of shape (n_samples, n_features)
            Synthetic rows in the units, container and dtypes of the training data.
        y_new : {ndarray, series, index, extension array, dataframe, list}
            The labels of these rows, in the container and dtype of the training data.
        indices : ndarray of shape (n_samples,)
            Indices of rows of the training data; -1 for a row without one. Only returned if
            ``return_indices`` is True.

        Raises
        ------
        NotFittedError
            If the sampler is not fitted.
        ValueError
            If `y` has a missing label, or one that is not in the training data, or if the rows do
            not fit into memory.
        """
        model, draw = self._fitted_model(), self.plan_draw(y, random_state)
        check_memory(f"sample({len(draw)})", len(draw), self.n_features_in_)
        index = model.row_index(draw) if return_indices else None
        rows = self.sample_draw(draw)
        labels = self._labels().wrap(self.classes_[draw.wanted[:][0]])
        return (rows, labels) if index is None else (rows, labels, index)

    def sample_blocks(
        self,
        y: ArrayLike | int,
        *,
        block_rows: int = BLOCK_ROWS,
        random_state: Any = None,
        return_indices: bool = False,
    ) -> Iterator[tuple[Any, ...]]:
        """Draw the rows of `sample` block by block, so that only one block is in memory.

        Parameters
        ----------
        y : int or array-like of shape (n_samples,)
            As for `sample`. A number of rows takes no memory, however large it is.
        block_rows : int, default=1024
            Rows in a block; the last block may have fewer. The rows do not depend on it.
        random_state : int, RandomState instance or None, default=None
            As for `sample`.
        return_indices : bool, default=False
            As for `sample`.

        Returns
        -------
        blocks : iterator of tuple
            What `sample` returns for each block. All blocks together are equal to what `sample`
            returns, bit for bit; the index of pandas containers continues from block to block.

        Raises
        ------
        NotFittedError, ValueError
            As for `sample`, when the method is called; also if `block_rows` is not a whole number
            of 1 or more.
        """
        if not is_count(block_rows) or block_rows < 1:
            raise ValueError(f"block_rows={block_rows!r}: pass a whole number of 1 or more.")
        self._fitted_model()
        draw = self.plan_draw(y, random_state)
        check_memory(f"block_rows={block_rows}", min(block_rows, len(draw)), self.n_features_in_)
        # No `yield` here: a generator would raise the errors above only with its first block.
        return self._blocks(draw, int(block_rows), return_indices)

    def _blocks(
        self, draw: DrawPlan, block_rows: int, return_indices: bool
    ) -> Iterator[tuple[Any, ...]]:
        model = self._fitted_model()
        index = model.row_index(draw) if return_indices else None
        blocks = rebatch(self._clip_and_round(model.sample(draw)), block_rows)
        return self._wrap_blocks(compute_within(blocks, self._resources), draw, index)

    def sample_draw(self, draw: DrawPlan) -> Any:
        """Return the rows of a planned draw, or of a section of it.

        Parameters
        ----------
        draw : DrawPlan
            What `plan_draw` returned, or a section of that.

        Returns
        -------
        X_new : {ndarray, tensor, dataframe, sparse matrix, list} of shape (n_samples, n_features)
            Synthetic rows in the container of the training data.
        """
        return self._wrap(len(draw), self._clip_and_round(self._fitted_model().sample(draw)))

    def _wrap_blocks(
        self, blocks: Iterator[Tensor], draw: DrawPlan, index: np.ndarray | None
    ) -> Iterator[tuple[Any, ...]]:
        """Yield each block of rows with its labels in the containers of the training data."""
        start = 0
        for block in blocks:
            of_block = slice(start, start + len(block))
            rows = self._wrap(len(block), iter([block]))
            labels = self._labels().wrap(self.classes_[draw.wanted[of_block][0]])
            result = number_rows(rows, start), number_rows(labels, start)
            yield result if index is None else (*result, index[of_block])
            start += len(block)

    def _labels(self) -> LabelFormat:
        """Return the format of the labels of the training data."""
        return self._label_format

    def _wrap(self, n_rows: int, blocks: Iterator[Tensor]) -> Any:
        """Return blocks of rows as one table, in the container of the training data."""
        with self._resources():
            return self._format.wrap(n_rows, self.n_features_in_, blocks)

    def _streams(self, random_state: Any) -> Streams:
        """Return the random streams of a draw, from its own seed or else from the sampler's."""
        return Streams.of(self.random_state if random_state is None else random_state, SAMPLING)

    def _draw_of(self, class_index: np.ndarray, random_state: Any) -> DrawPlan:
        """Return the plan of a draw with one row for each class index (n,)."""
        return DrawPlan(Listed.of(class_index), self._streams(random_state))

    @property
    def target_name_(self) -> Any:
        """Name of the series of labels that the sampler was fitted with; None if it had none."""
        return self._labels().name

    def plan_draw(self, y: Any, random_state: Any = None) -> DrawPlan:
        """Plan the draw of `sample`, so that other processes can make sections of it.

        Parameters
        ----------
        y : int or array-like of shape (n_samples,)
            As for `sample`.
        random_state : int, RandomState instance or None, default=None
            As for `sample`.

        Returns
        -------
        draw : DrawPlan
            The classes of the rows and their random streams; small for any number of rows.
        """
        if not is_count(y):
            return self._draw_of(class_indices(y, self.classes_, self._labels()), random_state)
        if y < 0:
            raise ValueError(f"sample({y}): the number of rows cannot be negative.")
        counts = proportional_counts(int(y), self._fitted_model().counts)
        return DrawPlan(InTurn.of(counts), self._streams(random_state))
