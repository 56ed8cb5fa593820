"""Who plays: networks, batches and losses, in pure torch."""
