"""Train games: the loop, its batches and gradients, and checkpoints to resume from."""
