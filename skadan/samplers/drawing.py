"""What every sampler shares that draws rows of a model, whoever has fitted it."""

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
from ._blocks import cut_anew, made_within, numbered
from ._checks import check_finite_columns, is_count
from ._columns import numeric_table
from ._containers import RowFormat
from ._fitted import Attribute
from ._keywords import refuse_unknown_keywords
from ._labels import LabelFormat, class_indices, take_labels
from ._wanted import check_memory

BLOCK_ROWS = 1024

# scikit-learn's validation lets both pass: `_dense` handles them, and names the columns.
LENIENT = {"accept_sparse": ["csr", "csc"], "ensure_all_finite": False}


class DrawingSampler(BaseOverSampler):
    """A sampler that has a model, and appends rows drawn from it to real ones."""

    def __new__(cls, *_: Any, **keywords: Any) -> Any:
        """Refuse keywords of other samplers, and name the one that is meant."""
        refuse_unknown_keywords(cls, keywords)
        return super().__new__(cls)

    random_state: Any
    classes_: np.ndarray
    n_features_in_: int

    _fitted: ClassVar[tuple[Attribute, ...]]
    _format: RowFormat
    _label_format: LabelFormat

    @abstractmethod
    def _trained(self) -> Any:
        """Return the model; raise an error where there is none."""

    def _resources(self) -> AbstractContextManager:
        """Return a context for everything that computes."""
        return torch_settings(1)

    @abstractmethod
    def _held(self, blocks: Iterator[Tensor]) -> Iterator[Tensor]:
        """Hold blocks of synthetic rows to the columns of the training data, if so asked."""

    def _get_doc_link(self) -> str:
        """Return the address that the HTML view links to; empty where none is published."""
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
        self, X: Any, y: Any, rows: np.ndarray, like: np.ndarray, blocks: Iterator, index: Any
    ) -> tuple[Any, Any]:
        """Put the real rows above those of `blocks`, whose own real rows are `index` (n,).

        A synthetic row has the label of row `like` (n,).
        """
        real = np.arange(len(rows))
        self.is_synthetic_ = np.repeat([False, True], [len(real), len(like)])
        self.sample_indices_ = np.concatenate([real, np.asarray(index)])
        with self._resources():
            X_new = RowFormat.of(X, rows).stack(X, rows, len(like), self._held(blocks))
            return X_new, take_labels(y, np.concatenate([real, like]))

    def sample(
        self, y: ArrayLike | int, *, random_state: Any = None, return_indices: bool = False
    ) -> tuple[Any, ...]:
        """Draw synthetic rows from what `fit` learned.

        Parameters
        ----------
        y : int or array-like of shape (n_samples,)
            The label of each row to make; or a number of rows, shared out among the classes in the
            proportions of the training data.
        random_state : int, RandomState instance or None, default=None
            Seed of this draw. None takes the sampler's own ``random_state``: with an int there,
            every call gives the same rows.
        return_indices : bool, default=False
            Return also the index of a real row of each, as ``sample_indices_`` has it.

        Returns
        -------
        X_new : {ndarray, dataframe, sparse matrix, list} of shape (n_samples, n_features)
            Synthetic rows in the units, container and dtypes of the training data.
        y_new : {ndarray, series, index, extension array, dataframe, list}
            The labels of these rows, in the container and dtype of the training data.
        indices : ndarray of shape (n_samples,)
            Indices of rows of the training data, -1 where a row has none. Only if
            ``return_indices`` is True.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            If `y` holds a label that training did not see or has none in some row, or if memory
            cannot hold so many rows.
        """
        model, draw = self._trained(), self.plan_draw(y, random_state)
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
        """Draw the rows of `sample`, one block after the other, in the memory of a block.

        Parameters
        ----------
        y : int or array-like of shape (n_samples,)
            As for `sample`. A number of rows takes no memory, whatever it is.
        block_rows : int, default=1024
            Rows of a block; the last one may have fewer. The rows do not depend on it.
        random_state : int, RandomState instance or None, default=None
            As for `sample`.
        return_indices : bool, default=False
            As for `sample`.

        Returns
        -------
        blocks : iterator of tuple
            What `sample` returns, piece by piece: put together, the pieces are equal to it, bit
            for bit. Rows of pandas are numbered on from block to block.

        Raises
        ------
        NotFittedError, ValueError
            As `sample`, at once and not with the first block; also if `block_rows` is no whole
            number of 1 or more.
        """
        if not is_count(block_rows) or block_rows < 1:
            raise ValueError(f"block_rows={block_rows!r}: pass a whole number of 1 or more.")
        self._trained()
        draw = self.plan_draw(y, random_state)
        check_memory(f"block_rows={block_rows}", min(block_rows, len(draw)), self.n_features_in_)
        return self._blocks(draw, int(block_rows), return_indices)

    def _blocks(
        self, draw: DrawPlan, block_rows: int, return_indices: bool
    ) -> Iterator[tuple[Any, ...]]:
        model = self._trained()
        index = model.row_index(draw) if return_indices else None
        made = cut_anew(self._held(model.sample(draw)), block_rows)
        return self._wrapped(made_within(made, self._resources), draw, index)

    def sample_draw(self, draw: DrawPlan) -> Any:
        """Make the rows of a planned draw, or of a section of it.

        Parameters
        ----------
        draw : DrawPlan
            What `plan_draw` returned, or a slice of that.

        Returns
        -------
        X_new : {ndarray, tensor, dataframe, sparse matrix, list} of shape (n_samples, n_features)
            Synthetic rows in the container of the training data.
        """
        return self._wrap(len(draw), self._held(self._trained().sample(draw)))

    def _wrapped(
        self, blocks: Iterator[Tensor], draw: DrawPlan, index: np.ndarray | None
    ) -> Iterator[tuple[Any, ...]]:
        """Put each block of rows, with its labels, into the containers of the training data."""
        start = 0
        for block in blocks:
            part = slice(start, start + len(block))
            rows = self._wrap(len(block), iter([block]))
            labels = self._labels().wrap(self.classes_[draw.wanted[part][0]])
            made = numbered(rows, start), numbered(labels, start)
            yield made if index is None else (*made, index[part])
            start += len(block)

    def _labels(self) -> LabelFormat:
        """Return what labels look like."""
        return self._label_format

    def _wrap(self, n_rows: int, blocks: Iterator[Tensor]) -> Any:
        """Put blocks of rows into one table, in the container of the training data."""
        with self._resources():
            return self._format.wrap(n_rows, self.n_features_in_, blocks)

    def _streams(self, random_state: Any) -> Streams:
        """Make the random streams of one draw, from its own seed or else from the sampler's."""
        return Streams.of(self.random_state if random_state is None else random_state, SAMPLING)

    def _draw_of(self, class_index: np.ndarray, random_state: Any) -> DrawPlan:
        """Return a draw of rows of these classes (n,)."""
        return DrawPlan(Listed.of(class_index), self._streams(random_state))

    def plan_draw(self, y: Any, random_state: Any = None) -> DrawPlan:
        """Plan the draw of `sample`, which can be cut into sections and made elsewhere.

        Parameters
        ----------
        y : int or array-like of shape (n_samples,)
            As for `sample`.
        random_state : int, RandomState instance or None, default=None
            As for `sample`.

        Returns
        -------
        draw : DrawPlan
            The classes of the rows and their random streams. It is small, whatever their number.
        """
        if not is_count(y):
            return self._draw_of(class_indices(y, self.classes_, self._labels()), random_state)
        if y < 0:
            raise ValueError(f"sample({y}): the number of rows cannot be negative.")
        counts = proportional_counts(int(y), self._trained().counts)
        return DrawPlan(InTurn.of(counts), self._streams(random_state))
