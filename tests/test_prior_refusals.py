"""What a correction refuses because its probabilities would be silently wrong."""

import numpy as np
import pandas as pd
import pytest
from imblearn.ensemble import EasyEnsembleClassifier, RUSBoostClassifier
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import AdaBoostClassifier, BaggingClassifier, VotingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skadan import PriorCorrectedClassifier
from skadan.metrics import unweighted_average_recall

COUNTS = [20, 180]  # the rarer label comes first


@pytest.fixture
def data(rng):
    y = np.repeat(["a", "b"], COUNTS)
    return rng.normal(size=(len(y), 2)) + 1.5 * (y == "a")[:, None], y


def test_a_series_of_priors_is_read_by_label(data):
    shares = pd.Series(data[1]).value_counts(normalize=True)
    assert shares.index.tolist() == ["b", "a"]
    model = PriorCorrectedClassifier(GaussianNB(), priors=shares).fit(*data)
    np.testing.assert_allclose(model.priors_, [0.1, 0.9])
    by_position = shares.reset_index(drop=True)
    with pytest.raises(ValueError, match=r"missing labels \['a', 'b'\], unknown labels \[0, 1\]"):
        PriorCorrectedClassifier(GaussianNB(), priors=by_position).fit(*data)


@pytest.mark.parametrize(
    "relabel", [{"a": 0, "b": 1}, {"a": "b", "b": "b"}], ids=["other kind", "no row of a class"]
)
def test_shares_of_labels_that_a_frozen_classifier_does_not_know(data, relabel):
    """Also where it states the shares of its training: those of y are what cannot be counted."""
    X, y = data
    frozen = FrozenEstimator(GaussianNB().fit(X, y))
    with pytest.raises(ValueError, match="fit with a y that has rows of the same classes"):
        PriorCorrectedClassifier(frozen, priors="training").fit(X, [relabel[c] for c in y])


ADA = AdaBoostClassifier(n_estimators=10)
BOOSTED = [
    ADA,
    make_pipeline(StandardScaler(), ADA),
    GridSearchCV(ADA, {"n_estimators": [3]}),
    GridSearchCV(make_pipeline(StandardScaler(), GaussianNB()), {"gaussiannb": [ADA]}),
    BaggingClassifier(make_pipeline(StandardScaler(), ADA), n_estimators=3),
    OneVsRestClassifier(ADA),
    VotingClassifier([("nb", GaussianNB()), ("ada", ADA)], voting="soft"),
    RUSBoostClassifier(n_estimators=3, sampling_strategy="auto"),
    EasyEnsembleClassifier(n_estimators=2),
    EasyEnsembleClassifier(n_estimators=2, estimator=ADA),
]


@pytest.mark.parametrize("classifier", BOOSTED, ids=lambda c: type(c).__name__)
@pytest.mark.slow
def test_boosted_classifiers_have_to_be_calibrated(classifier, data):
    message = "not on the scale of class shares.*CalibratedClassifierCV"
    with pytest.raises(ValueError, match=message):
        PriorCorrectedClassifier(classifier).fit(*data)
    with pytest.raises(ValueError, match=message):
        PriorCorrectedClassifier(FrozenEstimator(clone(classifier).fit(*data))).fit(*data)
    calibrated = PriorCorrectedClassifier(CalibratedClassifierCV(classifier)).fit(*data)
    np.testing.assert_allclose(calibrated.training_priors_, [0.1, 0.9])


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_calibrated_boosting_recalls_both_classes(method, data):
    calibrated = CalibratedClassifierCV(AdaBoostClassifier(random_state=0), method=method)
    model = PriorCorrectedClassifier(calibrated).fit(*data)
    assert unweighted_average_recall(data[1], model.predict(data[0])) > 0.8


class Weighted(GaussianNB):
    """A classifier with class weights under the names of other libraries."""

    def __init__(
        self,
        scale_pos_weight=None,
        class_weights=None,
        auto_class_weights=None,
        is_unbalance=False,
    ):
        super().__init__()
        self.scale_pos_weight = scale_pos_weight
        self.class_weights = class_weights
        self.auto_class_weights = auto_class_weights
        self.is_unbalance = is_unbalance

    def get_params(self, deep=True):
        """The parameters without those of its base class."""
        return {name: getattr(self, name) for name in self._get_param_names()}


SET = [
    {"scale_pos_weight": 9.0},
    {"scale_pos_weight": 0},
    {"class_weights": [9, 1]},
    {"class_weights": np.array([9, 1])},
    {"class_weights": {"a": 9, "b": 1}},
    {"auto_class_weights": "Balanced"},
    {"is_unbalance": True},
    {"is_unbalance": 1},
]


@pytest.mark.parametrize("params", SET, ids=str)
def test_weights_under_other_names(params, data):
    classifier = Weighted(**params)
    for estimator in (
        classifier,
        make_pipeline(StandardScaler(), classifier),
        BaggingClassifier(classifier),
        GridSearchCV(Weighted(), {name: [value] for name, value in params.items()}),
        FrozenEstimator(clone(classifier).fit(*data)),
    ):
        with pytest.raises(ValueError, match=f"{next(iter(params))}=.*corrected twice. Leave it"):
            PriorCorrectedClassifier(estimator).fit(*data)
    calibrated = CalibratedClassifierCV(classifier)  # undoes the weights
    PriorCorrectedClassifier(calibrated).fit(*data)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"scale_pos_weight": 1, "auto_class_weights": "None", "is_unbalance": None},
        {"scale_pos_weight": 1.0, "is_unbalance": False},
        {"scale_pos_weight": np.float32(1), "is_unbalance": np.False_},
    ],
    ids=str,
)
def test_neutral_weights(params, data):
    for estimator in (Weighted(**params), BaggingClassifier(Weighted(**params))):
        model = PriorCorrectedClassifier(estimator).fit(*data)
        np.testing.assert_allclose(model.training_priors_, [0.1, 0.9])


class WithoutClasses(ClassifierMixin, BaseEstimator):
    """A classifier that does not say which labels its columns stand for."""

    def fit(self, X, y):
        self.fitted_ = True
        return self

    def predict_proba(self, X):
        return np.full((len(X), 2), 0.5)


@pytest.mark.parametrize("wrap", [lambda c: c, make_pipeline])
def test_a_classifier_without_classes(wrap, data):
    estimator = wrap(WithoutClasses())
    with pytest.raises(ValueError, match=r"WithoutClasses\(\) has no classes_ after fit"):
        PriorCorrectedClassifier(estimator).fit(*data)
    with pytest.raises(ValueError, match="has no classes_ after fit"):
        PriorCorrectedClassifier(FrozenEstimator(estimator.fit(*data))).fit(*data)


class CloningPipeline(Pipeline):
    """A pipeline that fits a clone of its last step."""

    def fit(self, X, y=None, **params):
        name, step = self.steps[-1]
        self.steps[-1] = (name, clone(step))
        return super().fit(X, y, **params)


def test_a_pipeline_that_clones_its_last_step(data):
    pipeline = CloningPipeline([("lr", LogisticRegression())])
    with pytest.raises(ValueError, match=r"CloningPipeline did not call the fit .*LogisticRegress"):
        PriorCorrectedClassifier(pipeline).fit(*data)
