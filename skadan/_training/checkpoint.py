"""Store the state of a training, so that it can resume where it was stopped."""

import hashlib
import os
from io import BytesIO
from pathlib import Path
from typing import Any

import torch
from torch import nn

from .._files import digest, remove_parts, written_whole
from .adam import Optimizers

SEAL = hashlib.sha256().digest_size  # bytes of the hash at the beginning of a file


class Checkpoint:
    """Store the state of one training in a file, at regular intervals.

    The file's name is a hash of everything that the result depends on, so a training with another
    fold or another setting never finds it. All random numbers come from one generator, and the file
    holds two of its states: the first one, because the coordinates are drawn again on resuming, and
    the one after the last epoch.

    The file begins with the SHA-256 of its name and its contents. A file that was damaged on disk
    is refused. Two fits of the same training may run at once and give the same result.

    Parameters
    ----------
    folder : path
        Folder of the file, which is created if it does not exist.
    every : int
        Epochs between two states.
    rng : torch.Generator
        The generator of the training, before its first draw.
    depends_on : sequence
        Everything that the result depends on: arrays, and values whose `repr` identifies them.
    """

    def __init__(
        self, folder: str | os.PathLike, every: int, rng: torch.Generator, *depends_on: Any
    ) -> None:
        Path(folder).mkdir(parents=True, exist_ok=True)
        self.path = Path(folder) / f"{digest(*depends_on)[:32]}.pt"
        self._every, self._rng = every, rng
        self._saved = self._load()
        # With random_state=None the seed of this process is another one than the stored training's.
        if self._saved:
            rng.set_state(self._saved["beginning"])
        self._beginning = rng.get_state()

    def restore(self, networks: nn.Module, optimizers: Optimizers) -> tuple[int, list, list]:
        """Restore networks and optimizers; return the epochs done, loss names and loss means."""
        if not self._saved:
            return 0, [], []
        saved, self._saved = self._saved, None  # frees the memory of the stored weights
        networks.load_state_dict(saved["networks"])
        optimizers.load_state(saved["optimizers"])
        self._rng.set_state(saved["generator"])
        return saved["epoch"], saved["names"], saved["losses"]

    def save(
        self, epoch: int, names: list, means: list, networks: nn.Module, optimizers: Optimizers
    ) -> None:
        """Write the state after `epoch`, if it is a multiple of `every`."""
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
        # Serialised in memory first: on a full disk torch.save does not raise an OSError.
        data = BytesIO()
        torch.save(state, data)
        with written_whole(self.path) as file:
            file.write(self._seal(data.getbuffer()))
            file.write(data.getbuffer())

    def remove(self) -> None:
        """Delete the checkpoint, and partial files that killed processes left."""
        self.path.unlink(missing_ok=True)
        remove_parts(self.path)

    def _seal(self, data: bytes | memoryview) -> bytes:
        """Return the SHA-256 of the file's name and its contents."""
        total = hashlib.sha256(self.path.name.encode())
        total.update(data)
        return total.digest()

    def _load(self) -> dict[str, Any] | None:
        """Return the stored state, or None if there is no file."""
        try:
            contents = self.path.read_bytes()
            seal, data = contents[:SEAL], contents[SEAL:]
            if seal != self._seal(data):
                raise ValueError("Its contents are not those that were written.")
            # On the CPU, because generators, also those of a GPU, take their state from there.
            return torch.load(BytesIO(data), weights_only=True, map_location="cpu")
        except FileNotFoundError:  # also if another fit of this training has just ended
            return None
        except Exception as error:
            raise OSError(f"The checkpoint {self.path} cannot be read: delete it.") from error
