"""Save fitted samplers to files of numbers and text, which run no code when they are loaded."""

from .files import load_sampler, load_with_checksum, save_sampler

__all__ = ["load_sampler", "load_with_checksum", "save_sampler"]
