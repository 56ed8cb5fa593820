"""Load tables and speech corpora, extract features, and generate example data."""

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
