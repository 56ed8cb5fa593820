"""Checkpoints: a training goes on where it was stopped."""

import os
import pickle
from pathlib import Path
from typing import Any

import torch
from torch import nn

from .._files import digest, written_whole
from .step import Optimizers


class Checkpoint:
    """The state of one training in a file, every so many epochs.

    The file's name is a hash of everything that the result depends on, so that a training finds its
    own state and no other's, be it another fold or another setting. Everything random comes from
    one generator. Its state is kept as it was at the beginning, since what was drawn for the
    coordinates is drawn again, and as it was after the last epoch.

    Parameters
    ----------
    folder : path
        It is made if need be.
    every : int
        Epochs from one state to the next.
    rng : torch.Generator
        The generator of the training, before its first draw.
    depends_on : sequence
        Arrays, and values with a telling `repr`, that the result depends on.
    """

    def __init__(
        self, folder: str | os.PathLike, every: int, rng: torch.Generator, *depends_on: Any
    ) -> None:
        Path(folder).mkdir(parents=True, exist_ok=True)
        self.path = Path(folder) / f"{digest(*depends_on)[:32]}.pt"
        self._every, self._rng = every, rng
        self._saved = self._load() if self.path.exists() else None
        if self._saved:
            rng.set_state(self._saved["beginning"])
        self._beginning = rng.get_state()

    def restore(self, networks: nn.Module, optimizers: Optimizers) -> tuple[int, list, list]:
        """Restore networks and optimizers; return epochs done, the losses' names, their means."""
        if not self._saved:
            return 0, [], []
        saved, self._saved = self._saved, None
        networks.load_state_dict(saved["networks"])
        optimizers.load_state(saved["optimizers"])
        self._rng.set_state(saved["generator"])
        return saved["epoch"], saved["names"], saved["losses"]

    def save(
        self, epoch: int, names: list, means: list, networks: nn.Module, optimizers: Optimizers
    ) -> None:
        """Write the state after an epoch, if its number is a multiple of `every`."""
        if epoch % self._every:
            return
        state = {
            "beginning": self._beginning,
            "generator": self._rng.get_state(),
            "networks": networks.state_dict(),
            "optimizers": optimizers.state(),
            "epoch": epoch,
            "names": names,
            "losses": means,
        }
        with written_whole(self.path) as file:
            torch.save(state, file)

    def remove(self) -> None:
        """Delete the checkpoint and the partial files of killed processes."""
        for file in (self.path, *self.path.parent.glob(f".{self.path.name}.*.part")):
            file.unlink(missing_ok=True)

    def _load(self) -> dict[str, Any]:
        try:
            return torch.load(self.path, weights_only=True, map_location="cpu")
        except (OSError, EOFError, RuntimeError, pickle.UnpicklingError) as error:
            raise OSError(f"The checkpoint {self.path} cannot be read: delete it.") from error
