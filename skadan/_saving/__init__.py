"""Fitted samplers in files that hold numbers and text, and run no code when they are read."""

from .files import load_generator, load_with_checksum, save_generator

__all__ = ["load_generator", "load_with_checksum", "save_generator"]
