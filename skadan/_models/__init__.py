"""Store what a sampler has learned as arrays, and generate rows for given labels."""
