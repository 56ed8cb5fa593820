"""What the displays draw: the data in the artists, labels, legends."""

import sys

import matplotlib
import numpy as np
import pandas as pd
import pytest
from imblearn.pipeline import Pipeline
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgba
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import LeaveOneGroupOut
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from skadan import NoiseSampler
from skadan.displays import (
    AugmentationCurveDisplay,
    EmbeddingDisplay,
    FeatureHistogramDisplay,
    RecallGainDisplay,
    TrainingHistoryDisplay,
)
from skadan.displays._style import COLOURS, mark
from skadan.metrics import recall_gain
from skadan.model_selection import augmentation_curve

matplotlib.use("Agg")


@pytest.fixture
def fitted(small, problem):
    X, y, _ = problem
    return small().fit(X, y)


def texts(legend):
    return [text.get_text() for text in legend.get_texts()]


def test_history(fitted):
    display = TrainingHistoryDisplay.from_estimator(fitted)
    assert texts(display.ax_.get_legend()) == [n.replace("_", " ") for n in fitted.history_]
    for line, losses in zip(display.lines_, fitted.history_.values(), strict=True):
        np.testing.assert_array_equal(line.get_xdata(), [1, 2])
        np.testing.assert_array_equal(line.get_ydata(), losses)
    assert display.ax_.get_title() == type(fitted).__name__
    assert display.ax_.get_xlabel() == "epoch"
    _, ax = plt.subplots()
    some = TrainingHistoryDisplay.from_estimator(fitted, terms=["reconstruction"], ax=ax)
    assert some.ax_ is ax
    assert some.figure_ is ax.figure
    assert len(ax.get_lines()) == 1
    assert ax.get_yscale() == "log"
    assert some.plot() is some
    assert some.ax_ is not ax


def test_history_with_negative_terms_and_what_is_refused(small, fitted):
    history = {"critic": [-2.0, -1.0, 3.0]}
    assert TrainingHistoryDisplay(history=history).plot().ax_.get_yscale() == "symlog"
    with pytest.raises(ValueError, match=r"\['loss'\]; the history has \['critic'\]"):
        TrainingHistoryDisplay(history=history).plot(terms=["loss"])
    with pytest.raises(NotFittedError):
        TrainingHistoryDisplay.from_estimator(small())


def test_curve_of_scores():
    scores = np.array([[0.8, 0.9], [0.5, 0.7], [0.6, 0.8]])
    display = AugmentationCurveDisplay(n_sets=[5, 0, 1], scores=scores).plot(label="WADAN")
    np.testing.assert_array_equal(display.line_.get_xdata(), [0, 1, 5])
    np.testing.assert_allclose(display.line_.get_ydata(), [0.6, 0.7, 0.85])
    np.testing.assert_allclose(display.baseline_.get_ydata(), 0.6)
    (path,) = display.band_.get_paths()
    spread = scores[1].std(ddof=1)
    for edge in (0.6 - spread, 0.6 + spread):
        assert np.isclose(path.vertices, [0, edge]).all(1).any()
    assert texts(display.ax_.get_legend()) == ["WADAN", "no augmentation"]
    assert display.ax_.get_xlabel() == "synthetic sets added"
    assert display.ax_.get_ylabel() == "UAR"
    second = AugmentationCurveDisplay(n_sets=[0, 1], scores=[[0.6], [0.5]], score_name="F1")
    second.plot(display.ax_, label="SMOTE", color="red")
    assert texts(second.ax_.get_legend()) == ["WADAN", "no augmentation", "SMOTE"]
    assert second.band_ is None
    alone = AugmentationCurveDisplay(n_sets=[1, 2], scores=[[0.6], [0.5]]).plot()
    assert alone.baseline_ is None
    assert alone.ax_.get_legend() is None


def test_curve_of_a_pipeline(problem):
    X, y, groups = problem
    pipe = Pipeline([("s", StandardScaler()), ("a", NoiseSampler()), ("k", KNeighborsClassifier())])
    keywords = {"groups": groups, "cv": LeaveOneGroupOut(), "n_sets": (0, 1), "random_state": 0}
    display = AugmentationCurveDisplay.from_estimator(pipe, X, y, **keywords)
    curve = augmentation_curve(pipe, X, y, **keywords)
    np.testing.assert_allclose(display.line_.get_ydata(), curve.scores.mean(1))
    np.testing.assert_allclose(
        AugmentationCurveDisplay.from_curve(curve).line_.get_ydata(), curve.scores.mean(1)
    )


def test_histogram():
    rng = np.random.default_rng(0)
    real, new = rng.normal(size=300), rng.normal(1, 2, size=500)
    display = FeatureHistogramDisplay(values=real, new_values=new, feature_name="pitch").plot()
    width = np.diff(display.edges_)
    rule = 2 * np.subtract(*np.percentile(real, [75, 25])) / 300 ** (1 / 3)
    np.testing.assert_allclose(width, rule, rtol=0.1)
    assert display.edges_[0] == min(real.min(), new.min())
    assert display.edges_[-1] == max(real.max(), new.max())
    for density, values in ((display.density_, real), (display.new_density_, new)):
        counted = [
            ((values >= a) & (values < b)).sum()
            for a, b in zip(display.edges_[:-1], [*display.edges_[1:-1], np.inf], strict=True)
        ]
        np.testing.assert_allclose(density * width * len(values), counted)
    assert texts(display.ax_.get_legend()) == ["real", "synthetic"]
    assert display.ax_.get_xlabel() == "pitch"


def test_histogram_of_a_sampler(fitted, problem):
    X, y, _ = problem
    display = FeatureHistogramDisplay.from_estimator(fitted, X, y, feature=3, random_state=1)
    np.testing.assert_array_equal(display.values, X[:, 3])
    np.testing.assert_array_equal(display.new_values, fitted.sample(y, random_state=1)[0][:, 3])
    assert display.ax_.get_xlabel() == "feature 3"
    frame = pd.DataFrame(X[:, :2], columns=["energy", "pitch"])
    by_name = FeatureHistogramDisplay.from_arrays(frame, frame + 1, feature="pitch")
    np.testing.assert_array_equal(by_name.values, X[:, 1])
    assert by_name.ax_.get_xlabel() == "pitch"
    assert FeatureHistogramDisplay.from_arrays(frame, frame, feature=0).feature_name == "energy"
    with pytest.raises(ValueError, match="feature='jitter' is not a column"):
        FeatureHistogramDisplay.from_arrays(frame, frame, feature="jitter")
    with pytest.raises(ValueError, match="feature=2, but X has 2 columns"):
        FeatureHistogramDisplay.from_arrays(frame, frame, feature=2)


def test_histogram_of_far_rows_and_of_a_constant():
    far = FeatureHistogramDisplay(values=np.arange(50.0), new_values=[1e9]).plot()
    assert len(far.density_) == 200
    constant = FeatureHistogramDisplay(values=np.ones(5), new_values=np.ones(3)).plot()
    assert len(constant.density_) == 1
    np.testing.assert_allclose(constant.density_, constant.new_density_)


@pytest.mark.parametrize("space", ["original", "latent"])
def test_embedding(space, fitted, problem):
    X, y, _ = problem
    display = EmbeddingDisplay.from_estimator(
        fitted, X, y, space=space, embedding=PCA(2, svd_solver="full"), random_state=2
    )
    if space == "latent":
        real, new = fitted.encode(X), fitted.sample_latent(y, random_state=2)
    else:
        real, new = X, fitted.sample(y, random_state=2)[0]
    mean, deviation = real.mean(0, dtype=float), real.std(0, dtype=float)
    rows = (np.vstack([real, new]) - mean) / deviation
    expected = PCA(2, svd_solver="full").fit_transform(rows)
    np.testing.assert_allclose(display.points, expected, atol=1e-3 * np.abs(expected).max())
    assert set(display.scatters_) == {(c, s) for c in np.unique(y) for s in (False, True)}
    for (c, synthetic), scatter in display.scatters_.items():
        chosen = (display.labels == c) & (display.is_synthetic == synthetic)
        np.testing.assert_allclose(scatter.get_offsets(), display.points[chosen])
        assert chosen.sum() == (y == c).sum()
        assert (len(scatter.get_facecolors()) == 1) == synthetic  # open or filled
        assert to_rgba(mark(c)[0])[:3] == pytest.approx(scatter.get_edgecolors()[0][:3])
    legend = display.ax_.get_legend()
    assert texts(legend) == [str(c) for c in np.unique(y)]
    assert "filled: synthetic" in legend.get_title().get_text()
    assert display.ax_.get_title() == f"{type(fitted).__name__}, {space} space"


@pytest.mark.slow
def test_embedding_by_default_is_tsne_and_the_space_is_checked(fitted, problem):
    X, y, _ = problem
    display = EmbeddingDisplay.from_estimator(fitted, X, y, space="latent", random_state=0)
    again = EmbeddingDisplay.from_estimator(fitted, X, y, space="latent", random_state=0)
    np.testing.assert_array_equal(display.points, again.points)
    assert display.points.shape == (90, 2)
    with pytest.raises(ValueError, match="space='hidden'"):
        EmbeddingDisplay.from_estimator(fitted, X, y, space="hidden")


def test_marks_differ():
    assert len({mark(k) for k in range(len(COLOURS) ** 2)}) == len(COLOURS) ** 2


def test_matplotlib_is_an_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"pip install 'skadan\[plot\]'"):
        TrainingHistoryDisplay(history={"a": [1.0]}).plot()


def test_gains_are_those_of_recall_gain():
    """Points and ends of the bars, in the order of the names, over the named reference."""
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=60)
    predictions = {name: rng.integers(3, size=(2, 60)) for name in ("none", "one", "two")}
    display = RecallGainDisplay.from_predictions(
        y, predictions, reference="one", random_state=0, n_resamples=50, confidence_level=0.5
    )
    assert [text.get_text() for text in display.ax_.get_yticklabels()] == ["none", "two"]
    for bar, name in zip(display.bars_, ("none", "two"), strict=True):
        gain, low, high = recall_gain(
            y,
            predictions[name],
            predictions["one"],
            random_state=0,
            n_resamples=50,
            confidence_level=0.5,
        )
        point, _, (line,) = bar.lines
        np.testing.assert_allclose(np.asarray(point.get_xdata(), dtype=float), [100 * gain])
        np.testing.assert_allclose(line.get_segments()[0][:, 0], [100 * low, 100 * high])
    assert display.ax_.get_xlabel().startswith("gain over one,")
    assert display.ax_.get_ylim() == (1.5, -0.5)  # the first on top
    first = RecallGainDisplay.from_predictions(y, predictions, random_state=0)
    assert first.reference == "none"


@pytest.mark.parametrize(
    ("predictions", "reference"), [({}, None), ({"a": [0, 1]}, None), ({"a": [0, 1]}, "b")]
)
def test_gains_need_a_reference_and_another(predictions, reference):
    with pytest.raises(ValueError, match="pass the reference's"):
        RecallGainDisplay.from_predictions([0, 1], predictions, reference=reference)
