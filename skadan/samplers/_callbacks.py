"""Report the progress of a fit: to scikit-learn's callbacks (since 1.9), or in a progress bar."""

from collections.abc import Callable
from typing import Any

from .._models.trained import TrainedModel
from .._progress import on_terminal, progress_bar

TIMES_SHOWN = 10  # of the losses, in a fit with ``verbose=2``


class EpochCallbacks:
    """Pass the epochs of the training loop to the callbacks of a sampler.

    Parameters
    ----------
    sampler : AdversarialSampler
        The sampler that is being fitted.
    n_epochs : int
        Largest number of epochs.
    model : callable
        Returns the model with the current weights.
    """

    def __init__(self, sampler: Any, n_epochs: int, model: Callable[[], TrainedModel]) -> None:
        self._sampler, self._n_epochs, self._model = sampler, n_epochs, model
        self._fit = sampler._callback_fit_ctx
        self._epoch: Any = None
        has_callbacks = bool(getattr(sampler, "_skl_callbacks", []))
        self._verbose = 0 if has_callbacks else sampler.verbose
        name = type(sampler).__name__
        # Lines of losses and a bar go together on a terminal only.
        shown = self._verbose == 1 or (self._verbose > 1 and on_terminal())
        self._bar = progress_bar(n_epochs, name, "epoch", shown=shown)

    def __enter__(self) -> "EpochCallbacks":
        """Return the observer."""
        return self

    def __exit__(self, kind: Any, *_: Any) -> None:
        """Close the bar; a training that settled early is complete."""
        if kind is None:
            self._bar.total = self._bar.n
        self._bar.close()

    def epoch_begins(self) -> None:
        """Begin the callbacks' task of an epoch."""
        self._epoch = self._fit.subcontext(task_name="epoch")
        self._epoch.call_on_fit_task_begin(estimator=self._sampler)

    def epoch_ends(self, epoch: int, losses: dict[str, float]) -> bool:
        """End the task; return whether a callback asks to stop training."""
        self._bar.update(epoch - self._bar.n)  # a resumed training begins in the middle
        if self._verbose > 1 and epoch % max(1, self._n_epochs // TIMES_SHOWN) == 0:
            values = "  ".join(f"{name} {value:.4g}" for name, value in losses.items())
            self._bar.write(f"epoch {epoch}/{self._n_epochs}  {values}")
        return self._epoch.call_on_fit_task_end(
            estimator=self._sampler,
            metadata={"epoch": epoch, "losses": losses},
            reconstruction_attributes=lambda: {"_model": self._model()},
        )
