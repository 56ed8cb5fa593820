"""Data to try the samplers on."""

from ._speakers import make_speaker_classification

__all__ = ["make_speaker_classification"]
