"""Progress of a fit: scikit-learn's callbacks (since 1.9), or a plain bar for ``verbose``."""

from collections.abc import Callable
from typing import Any

from .._models.trained import TrainedModel


class EpochCallbacks:
    """An observer of the training loop that tells the callbacks of a sampler.

    Parameters
    ----------
    sampler : AdversarialSampler
        In the middle of its fit.
    n_epochs : int
        Largest number of epochs.
    model : callable
        The model as it is at the moment of the call.
    """

    def __init__(self, sampler: Any, n_epochs: int, model: Callable[[], TrainedModel]) -> None:
        self._sampler, self._n_epochs, self._model = sampler, n_epochs, model
        self._fit = sampler._callback_fit_ctx
        self._epoch: Any = None

    def epoch_begins(self) -> None:
        """Open the callbacks' task of an epoch."""
        self._epoch = self._fit.subcontext(task_name="epoch")
        self._epoch.call_on_fit_task_begin(estimator=self._sampler)

    def epoch_ends(self, epoch: int, losses: dict[str, float]) -> bool:
        """Close that task; return whether a callback wants the training to end."""
        if not getattr(self._sampler, "_skl_callbacks", []):
            report(self._sampler, self._n_epochs, epoch, losses)
        return self._epoch.call_on_fit_task_end(
            estimator=self._sampler,
            metadata={"epoch": epoch, "losses": losses},
            reconstruction_attributes=lambda: {"_model": self._model()},
        )


def report(sampler: Any, n_epochs: int, epoch: int, losses: dict[str, float]) -> None:
    """Print a plain bar, about ten lines of it a fit, where ``verbose`` asks for it."""
    if sampler.verbose and epoch % max(1, n_epochs // 10) == 0:
        values = "  ".join(f"{name} {value:.4g}" for name, value in losses.items())
        bar = "#" * (10 * epoch // n_epochs)
        print(f"[{type(sampler).__name__}] [{bar:.<10}] {epoch}/{n_epochs}  {values}")
