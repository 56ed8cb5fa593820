"""Checkpoints: a training goes on where it was stopped."""

import hashlib
import os
from io import BytesIO
from pathlib import Path
from typing import Any

import torch
from torch import nn

from .._files import digest, remove_parts, written_whole
from .step import Optimizers

SEAL = hashlib.sha256().digest_size  # bytes


class Checkpoint:
    """The state of one training in a file, every so many epochs.

    The file's name is a hash of everything that the result depends on, so that a training finds its
    own state and no other's, be it another fold or another setting. Everything random comes from
    one generator. Its state is kept as it was at the beginning, since what was drawn for the
    coordinates is drawn again, and as it was after the last epoch.

    A file begins with the SHA-256 of its name and of all that follows: what has changed on the disk
    is never gone on from. Two fits of one training may run at once, and end alike.

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
        self._saved = self._load()
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
        data = BytesIO()  # torch's own errors on a full disk are no OSError
        torch.save(state, data)
        with written_whole(self.path) as file:
            file.write(self._seal(data.getbuffer()))
            file.write(data.getbuffer())

    def remove(self) -> None:
        """Delete the checkpoint and the partial files of killed processes."""
        self.path.unlink(missing_ok=True)
        remove_parts(self.path)

    def _seal(self, data: bytes | memoryview) -> bytes:
        total = hashlib.sha256(self.path.name.encode())
        total.update(data)
        return total.digest()

    def _load(self) -> dict[str, Any] | None:
        try:
            contents = self.path.read_bytes()
            seal, data = contents[:SEAL], contents[SEAL:]
            if seal != self._seal(data):
                raise ValueError("Its contents are not those that were written.")
            return torch.load(BytesIO(data), weights_only=True, map_location="cpu")
        except FileNotFoundError:  # perhaps another fit of this training has just ended
            return None
        except Exception as error:
            raise OSError(f"The checkpoint {self.path} cannot be read: delete it.") from error
