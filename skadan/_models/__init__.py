"""What was learned, as arrays: labels to rows."""
