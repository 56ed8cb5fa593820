"""What a sampler has learned, as arrays: from labels to rows."""
