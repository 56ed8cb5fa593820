"""Random generators for torch, seeded as scikit-learn seeds its own."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from sklearn.utils import check_random_state

TRAINING, SAMPLING = 0, 1  # purposes of a seed: their streams never coincide


@dataclass(frozen=True)
class Streams:
    """Independent random streams of one seed, each found by its numbers.

    None waits for another: processes that share no more than the seed draw the same numbers.

    Parameters
    ----------
    seed : int
        One draw of a ``random_state``.
    purpose : int
        TRAINING or SAMPLING.
    """

    seed: int
    purpose: int

    @classmethod
    def of(cls, random_state: Any, purpose: int) -> "Streams":
        """Take one draw of ``random_state``, and nothing global.

        None takes fresh entropy, not numpy's global state, which belongs to the caller.
        """
        drawn: Any
        if random_state is None:
            drawn = np.random.SeedSequence().entropy
        else:
            drawn = check_random_state(random_state).randint(np.iinfo(np.int32).max)
        return cls(int(drawn), purpose)

    def rng(self, *numbers: int, device: torch.device | str = "cpu") -> torch.Generator:
        """Make a torch generator of the stream of these numbers, or of the first one of all."""
        sequence = np.random.SeedSequence([self.seed, self.purpose], spawn_key=numbers)
        state = sequence.generate_state(1, np.uint64)[0]
        return torch.Generator(device=device).manual_seed(int(state >> np.uint64(1)))


def seeded_rng(random_state: Any, purpose: int, device: torch.device) -> torch.Generator:
    """Make a torch generator that depends on one draw of ``random_state`` and on nothing global."""
    return Streams.of(random_state, purpose).rng(device=device)


def normal(*shape: int, rng: torch.Generator) -> torch.Tensor:
    """Draw standard normal numbers on the device of `rng`, float32 whatever torch's default is."""
    return torch.empty(*shape, device=rng.device, dtype=torch.float32).normal_(generator=rng)
