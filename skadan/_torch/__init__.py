"""Adapt torch to this package: linear layers, seeds, devices and settings."""
