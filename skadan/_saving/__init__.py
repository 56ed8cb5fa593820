"""Fitted samplers in files that hold numbers and text, and run no code when they are read."""

from .files import load_sampler, load_with_checksum, save_sampler

__all__ = ["load_sampler", "load_with_checksum", "save_sampler"]
