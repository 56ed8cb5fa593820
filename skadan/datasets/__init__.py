"""Data to try the samplers on, and the way to data of one's own."""

from ._corpora import fetch_emodb, load_emodb, load_iemocap
from ._features import extract_features
from ._speakers import make_speaker_classification
from ._tables import load_table

__all__ = [
    "extract_features",
    "fetch_emodb",
    "load_emodb",
    "load_iemocap",
    "load_table",
    "make_speaker_classification",
]
