"""
==================================================
From a folder of recordings to a tested classifier
==================================================

This example starts from wav files and asks whether synthetic rows help. It extracts openSMILE
features and tests a linear SVC on speakers that it has not heard. It draws a confusion matrix, and
the score against the number of synthetic sets.

With no argument it makes a small corpus of tones that differ in pitch and loudness, with file names
like EmoDB's. It also runs on EmoDB's recordings, which `skadan.datasets.fetch_emodb` downloads::

    python examples/from_recordings.py --folder emodb/wav --cache features --n-jobs 2

The example needs the extras ``audio`` and ``examples``.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.pipeline import Pipeline
from matplotlib import pyplot as plt
from sklearn.metrics import ConfusionMatrixDisplay, accuracy_score
from sklearn.model_selection import LeaveOneGroupOut
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skadan import ADANSampler, WADANSampler
from skadan.datasets import load_emodb
from skadan.displays import AugmentationCurveDisplay
from skadan.metrics import recall_gain, unweighted_average_recall
from skadan.model_selection import augmentation_curve

# %%
# The generated corpus has four speakers and four emotions. Each speaker has an individual pitch,
# and each emotion changes pitch and loudness.

EMOTIONS = {"W": (1.5, 1.0), "F": (1.3, 0.7), "N": (1.0, 0.4), "T": (0.9, 0.25)}


def utterance(pitch, loudness, rng, rate=16000, seconds=0.7):
    """Return a tone of ten harmonics with a wavering pitch, in noise."""
    t = np.arange(int(rate * seconds)) / rate
    wavering = pitch * (1 + 0.05 * loudness * np.sin(2 * np.pi * rng.uniform(3, 6) * t))
    phase = 2 * np.pi * np.cumsum(wavering) / rate
    tone = sum(np.sin(k * phase) / k for k in range(1, 11))
    return 0.2 * loudness * tone + 0.02 * rng.normal(size=len(t))


def make_recordings(folder, n_takes=5, seed=0):
    """Write recordings named as in EmoDB: speaker, text, emotion, version."""
    rng = np.random.default_rng(seed)
    for speaker, voice in {"03": 110, "08": 210, "11": 125, "16": 190}.items():
        for emotion, (pitch, loudness) in EMOTIONS.items():
            for take in range(n_takes):
                own = np.exp(rng.normal(0, [0.1, 0.25]))
                wave = utterance(voice * pitch * own[0], loudness * own[1], rng)
                name = f"{speaker}a{take + 1:02d}{emotion}a.wav"
                soundfile.write(folder / name, wave / max(1, np.abs(wave).max()), 16000)


# %%
# Every sampler is a step of the same pipeline, before the same linear SVC. It works on z-scores. A
# synthetic set has as many rows of each class as the real one.

SAMPLERS = {
    "duplication": RandomOverSampler,
    "SMOTE": SMOTE,
    "ADAN": ADANSampler,
    "WADAN": WADANSampler,
}


def pipeline(sampler):
    """Return a pipeline: scaler, sampler, scaler again, and the SVC."""
    return Pipeline(
        [
            ("before", StandardScaler()),
            ("aug", sampler()),
            ("scale", StandardScaler()),
            ("svm", SVC(kernel="linear")),
        ]
    )


def compare(corpus, samplers, n_sets, n_repeats, n_jobs):
    """Return the augmentation curve of each sampler, holding out one speaker at a time."""
    curves = {}
    for name in samplers:
        print(f"{name} ...", flush=True)
        curves[name] = augmentation_curve(
            pipeline(SAMPLERS[name]),
            corpus.data,
            corpus.target,
            groups=corpus.groups,
            cv=LeaveOneGroupOut(),
            n_sets=n_sets,
            n_repeats=n_repeats,
            random_state=0,
            n_jobs=n_jobs,
        )
    return curves


def print_table(curves, y):
    """Print WA and UAR with one synthetic set, and the gain over no augmentation."""
    none = next(iter(curves.values())).predictions[0]
    arms = {"no augmentation": none} | {name: c.predictions[1] for name, c in curves.items()}
    print(f"{'sampler':<16} {'WA %':>6} {'UAR %':>6}   gain in UAR, 95 % interval")
    for name, predictions in arms.items():
        wa = np.mean([accuracy_score(y, p) for p in predictions])
        uar = np.mean([unweighted_average_recall(y, p) for p in predictions])
        gain, low, high = 100 * np.array(recall_gain(y, predictions, none, random_state=0))
        text = "" if name == "no augmentation" else f"{gain:+.1f} ({low:+.1f} to {high:+.1f})"
        print(f"{name:<16} {100 * wa:>6.1f} {100 * uar:>6.1f}   {text}".rstrip())


def draw(curves, y):
    """Draw the confusion matrix of the last sampler with one synthetic set, and all curves."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 5.5), layout="constrained")
    name, curve = list(curves.items())[-1]
    ConfusionMatrixDisplay.from_predictions(
        y,
        curve.predictions[1, 0],
        normalize="true",
        values_format=".2f",
        cmap="Blues",
        xticks_rotation=45,
        colorbar=False,
        ax=left,
    )
    left.set_title(f"{name}, one set: share of each emotion")
    styles = {"duplication": "#8c8c8c", "SMOTE": "#e69f00", "ADAN": "#009e73", "WADAN": "#0072b2"}
    for (name, curve), marker in zip(curves.items(), "sD^o", strict=False):
        display = AugmentationCurveDisplay(n_sets=curve.n_sets, scores=curve.scores)
        display.plot(right, label=name, color=styles[name], marker=marker)
    right.set_title("held-out speakers")
    return figure


# %%
# The command line.


def main(arguments=None):
    """Run the example and return the curves."""
    parser = argparse.ArgumentParser(description="From recordings to a tested classifier.")
    parser.add_argument("--folder", type=Path, help="EmoDB's wav files (default: generated ones)")
    parser.add_argument("--feature-set", default="IS11_speaker_state")
    parser.add_argument("--cache", type=Path, help="folder for the extracted features")
    parser.add_argument("--samplers", nargs="+", choices=SAMPLERS, default=list(SAMPLERS))
    parser.add_argument("--sets", nargs="+", type=int, default=[0, 1, 3], help="starting with 0 1")
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--n-jobs", type=int, default=2)
    parser.add_argument("--figure", type=Path, default=Path("from_recordings.png"))
    args = parser.parse_args(arguments)
    if args.sets[:2] != [0, 1]:
        parser.error("--sets must start with 0 1, because the table shows both.")

    with tempfile.TemporaryDirectory() as generated:
        if args.folder is None:
            make_recordings(Path(generated))
        corpus = load_emodb(
            args.folder or generated,
            feature_set=args.feature_set,
            cache=args.cache,
            n_jobs=args.n_jobs,
            verbose=sys.stderr.isatty(),
        )
    print(f"{corpus.data.shape[0]} recordings, {corpus.data.shape[1]} features")
    curves = compare(corpus, args.samplers, args.sets, args.repeats, args.n_jobs)
    print_table(curves, corpus.target)
    draw(curves, corpus.target).savefig(args.figure, dpi=150)
    print(f"Figure: {args.figure}")
    return curves


if __name__ == "__main__":
    main()
