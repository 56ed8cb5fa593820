"""Read columns of features and labels from any container, and read and write large tables."""
