"""What the package needs of torch itself: linear layers, seeds, devices, settings."""
