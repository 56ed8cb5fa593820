"""Random generators for torch, seeded as scikit-learn seeds its own."""

from typing import Any

import numpy as np
import torch
from sklearn.utils import check_random_state

TRAINING, SAMPLING = 0, 1  # purposes of a seed: their streams never coincide


def seeded_rng(random_state: Any, purpose: int, device: torch.device) -> torch.Generator:
    """Make a torch generator that depends on one draw of ``random_state`` and on nothing global.

    None takes fresh entropy, not numpy's global state, which belongs to the caller.
    """
    drawn: Any
    if random_state is None:
        drawn = np.random.SeedSequence().entropy
    else:
        drawn = check_random_state(random_state).randint(np.iinfo(np.int32).max)
    state = np.random.SeedSequence([drawn, purpose]).generate_state(1, np.uint64)[0]
    return torch.Generator(device=device).manual_seed(int(state >> np.uint64(1)))


def normal(*shape: int, rng: torch.Generator) -> torch.Tensor:
    """Draw standard normal numbers on the device of `rng`, float32 whatever torch's default is."""
    return torch.empty(*shape, device=rng.device, dtype=torch.float32).normal_(generator=rng)
