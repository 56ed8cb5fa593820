"""Create torch generators from scikit-learn's ``random_state``."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from sklearn.utils import check_random_state

# Purposes of a seed. A sampler and a draw may get the same random_state, say 0; the purpose keeps
# their streams apart.
TRAINING, SAMPLING = 0, 1


@dataclass(frozen=True)
class Streams:
    """Derive independent random streams from one seed, each identified by integers.

    A stream does not depend on what others have drawn. Processes that share only the seed therefore
    draw the same numbers.

    Parameters
    ----------
    seed : int
        One integer drawn from a ``random_state``.
    purpose : int
        TRAINING or SAMPLING.
    """

    seed: int
    purpose: int

    @classmethod
    def of(cls, random_state: Any, purpose: int) -> "Streams":
        """Draw one seed from ``random_state``, without changing any global state.

        None takes new entropy, unlike in scikit-learn, which uses NumPy's global generator.
        """
        seed: Any
        if random_state is None:
            seed = np.random.SeedSequence().entropy
        else:
            # One draw only, whatever the stream is used for, so that a shared RandomState always
            # advances by the same amount.
            seed = check_random_state(random_state).randint(np.iinfo(np.int32).max)
        return cls(int(seed), purpose)

    def rng(self, *numbers: int, device: torch.device | str = "cpu") -> torch.Generator:
        """Return a torch generator for the stream with these numbers; no number is a stream too."""
        # Spawn keys are numpy's way to derive independent streams. For example, (NOISE, 7) is the
        # noise of block 7 of a draw, and no earlier block has to be drawn for it.
        sequence = np.random.SeedSequence([self.seed, self.purpose], spawn_key=numbers)
        state = sequence.generate_state(1, np.uint64)[0]
        # The shift leaves 63 bits, because torch takes seeds as signed 64-bit integers.
        return torch.Generator(device=device).manual_seed(int(state >> np.uint64(1)))


def seeded_rng(random_state: Any, purpose: int, device: torch.device) -> torch.Generator:
    """Return a torch generator seeded by one draw from ``random_state``."""
    return Streams.of(random_state, purpose).rng(device=device)


def normal(*shape: int, rng: torch.Generator) -> torch.Tensor:
    """Draw standard normal numbers in float32, on the device of `rng`."""
    # The dtype is given because the caller may have changed torch's default.
    return torch.empty(*shape, device=rng.device, dtype=torch.float32).normal_(generator=rng)
