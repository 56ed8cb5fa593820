"""Load tables and speech corpora, extract features, and generate example data."""

from ._corpora import fetch_emodb, load_emodb, load_iemocap
from ._features import extract_features
from ._load_table import load_table
from ._speakers import make_speaker_classification

__all__ = [
    "extract_features",
    "fetch_emodb",
    "load_emodb",
    "load_iemocap",
    "load_table",
    "make_speaker_classification",
]
