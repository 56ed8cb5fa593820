"""What a typed program does with skadan; mypy reads it, nothing runs it."""

from pathlib import Path
from typing import Any

import numpy as np

from skadan import (
    AAESampler,
    ADANSampler,
    ConditionalGANSampler,
    FrozenSampler,
    GANSampler,
    NoiseSampler,
    PartialFill,
    Replicate,
    ShrunkenSampler,
    WADANSampler,
    load_sampler,
    save_sampler,
)
from skadan.datasets import extract_features, load_emodb, load_table, make_speaker_classification
from skadan.displays import (
    AugmentationCurveDisplay,
    EmbeddingDisplay,
    FeatureHistogramDisplay,
    TrainingHistoryDisplay,
)
from skadan.metrics import (
    Gain,
    TwoSampleTest,
    classifier_two_sample_test,
    conditional_hit_rate,
    maximum_mean_discrepancy,
    near_copy_share,
    nearest_neighbour_ratio,
    recall_gain,
    unweighted_average_recall,
)
from skadan.model_selection import ResamplingSearchCV, augmentation_curve


def program(path: Path, pipeline: Any) -> float:
    X, y, groups = make_speaker_classification(60, 40, random_state=0)
    sampler = WADANSampler(sampling_strategy=Replicate(2), max_epochs=5, random_state=0)
    ADANSampler(**ADANSampler.paper_params())
    for baseline in (GANSampler(), ConditionalGANSampler(), AAESampler(), NoiseSampler()):
        baseline.fit(X, y)
    ShrunkenSampler(sampling_strategy=PartialFill(0.5), center="mean", own_share=0.3).fit(X, y)
    X_new, _ = sampler.fit_resample(X, y)
    more, labels = sampler.sample([0, 1, 1], random_state=1)
    codes: np.ndarray = sampler.encode(X)
    sampler.decode(sampler.sample_latent(3))
    save_sampler(sampler, path)
    load_sampler(path).sample(3)
    frozen = FrozenSampler(sampler, anchor=0.5, center="mean", random_state=0)
    frozen.fit(X, y).set_params(center=None).fit_resample(X, y)
    ResamplingSearchCV(pipeline, {"aug__anchor": [0.5, 0.75]}, n_jobs=2).fit(X, y, groups=groups)
    test: TwoSampleTest = classifier_two_sample_test(X, X_new)
    gain: Gain = recall_gain(y, y, y)
    ratio: np.ndarray = nearest_neighbour_ratio(X, X_new)
    curve = augmentation_curve(pipeline, X, y, groups=groups, n_sets=(0, 1))
    AugmentationCurveDisplay.from_curve(curve).plot()
    TrainingHistoryDisplay.from_estimator(sampler).plot(terms=["reconstruction"])
    EmbeddingDisplay.from_estimator(sampler, X, y, space="latent")
    FeatureHistogramDisplay.from_arrays(X, X_new, feature=0)
    extract_features(["a.wav"], "eGeMAPSv02", cache=path)
    load_emodb(path, cache="features", n_jobs=2)
    load_table(path, target="emotion")
    return (
        unweighted_average_recall(y, y)
        + maximum_mean_discrepancy(codes, codes)
        + conditional_hit_rate(X, y, more, labels)
        + near_copy_share(X, X_new)
        + test.accuracy
        + gain.low
        + float(ratio.mean())
    )
