"""Which class shares the probabilities of a fitted classifier stand for."""

import pickle

import numpy as np
import pytest
import sklearn
from imblearn import FunctionSampler, ensemble
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.pipeline import Pipeline, make_pipeline
from sklearn.calibration import CalibratedClassifierCV
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier, VotingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import ComplementNB, GaussianNB, MultinomialNB
from sklearn.pipeline import make_pipeline as make_plain_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

from skadan import PriorCorrectedClassifier
from skadan._class_shares import last_step

COUNTS = np.array([120, 60, 20])
SHARES = COUNTS / COUNTS.sum()
EQUAL = np.full(3, 1 / 3)
PART_OF_THE_WAY = {"b": 80, "c": 50}
BALANCED = LogisticRegression(class_weight="balanced")


@pytest.fixture
def data(rng):
    y = np.repeat(["a", "b", "c"], COUNTS)
    return abs(rng.normal(size=(len(y), 2)) + 2 * (y == "c")[:, None]), y


def fitted_shares(estimator, data, **fit_params):
    """The trained shares that the correction finds; `fit` is the estimator's own afterwards."""
    model = PriorCorrectedClassifier(estimator).fit(*data, **fit_params)
    assert "fit" not in vars(last_step(model.estimator_))
    assert pickle.loads(pickle.dumps(model)).classes_.tolist() == model.classes_.tolist()
    return model.training_priors_


@pytest.mark.parametrize("wrap", [lambda p: p, make_plain_pipeline, lambda p: Pipeline([("p", p)])])
def test_counts_of_the_last_step(wrap, data, tmp_path):
    sampler = SMOTE(sampling_strategy=PART_OF_THE_WAY, random_state=0)
    pipeline = make_pipeline(StandardScaler(), sampler, DecisionTreeClassifier())
    for memory in (None, tmp_path, tmp_path):  # the last one is read from the cache
        shares = fitted_shares(wrap(pipeline.set_params(memory=memory and str(memory))), data)
        np.testing.assert_allclose(shares, np.array([120, 80, 50]) / 250)


@pytest.mark.parametrize("classifier", [GaussianNB(), BaggingClassifier(GaussianNB())])
def test_without_a_sampler(classifier, data):
    for estimator in (classifier, make_plain_pipeline(StandardScaler(), classifier)):
        np.testing.assert_allclose(fitted_shares(estimator, data), SHARES)


def test_a_sampler_is_fitted_once(data):
    """Counting needs no second draw, which would differ for a sampler without a seed."""
    calls = []
    sampler = FunctionSampler(func=lambda X, y: calls.append(len(y)) or (X, y))
    PriorCorrectedClassifier(make_pipeline(sampler, GaussianNB())).fit(*data)
    assert calls == [COUNTS.sum()]


def test_a_class_that_a_sampler_drops(data):
    sampler = FunctionSampler(func=lambda X, y: (X[y != "b"], y[y != "b"]))
    model = PriorCorrectedClassifier(make_pipeline(sampler, GaussianNB()), priors="training")
    assert model.fit(*data).classes_.tolist() == ["a", "c"]
    for shares in (model.training_priors_, model.priors_):
        np.testing.assert_allclose(shares, [120 / 140, 20 / 140])


class Stubborn(GaussianNB):
    """A classifier that copies itself while it trains, or fails."""

    def __init__(self, fail=False):
        super().__init__()
        self.fail = fail

    def fit(self, X, y):
        assert "fit" not in vars(self)
        pickle.dumps(self)
        if self.fail:
            raise RuntimeError("no fit today")
        return super().fit(X, y)


def test_the_recorder_is_gone_when_training_starts_and_after_an_error(data, monkeypatch):
    np.testing.assert_allclose(fitted_shares(Stubborn(), data), SHARES)
    failing = Stubborn(fail=True)
    monkeypatch.setattr("skadan._prior_correction.clone", lambda estimator: estimator)
    with pytest.raises(RuntimeError, match="no fit today"):
        PriorCorrectedClassifier(failing).fit(*data)
    never_reached = make_pipeline(FunctionSampler(func="is not callable"), failing)
    with pytest.raises(ValueError, match="'func'"):
        PriorCorrectedClassifier(never_reached).fit(*data)
    assert "fit" not in vars(failing)


def test_sample_weights_count(data):
    weights = np.where(data[1] == "c", 3.0, 1.0)
    plain = fitted_shares(LogisticRegression(), data, sample_weight=weights)
    np.testing.assert_allclose(plain, [0.5, 0.25, 0.25])
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(class_weight={"a": 2}))
    both = fitted_shares(pipeline, data, logisticregression__sample_weight=weights)
    np.testing.assert_allclose(both, np.array([240, 60, 60]) / 360)
    undone = PriorCorrectedClassifier(LogisticRegression(), priors="training")
    np.testing.assert_allclose(undone.fit(*data, sample_weight=weights).priors_, SHARES)


def test_weights_that_cannot_be_told(data):
    weights = np.ones(len(data[1]))
    with pytest.raises(ValueError, match="class_weight='balanced' and sample_weight together"):
        fitted_shares(BALANCED, data, sample_weight=weights)
    with pytest.raises(ValueError, match=r"sample_weight was given to GridSearchCV.*outside"):
        fitted_shares(GridSearchCV(BALANCED, {"C": [1]}), data, sample_weight=weights)
    weights[data[1] == "b"] = 0
    with pytest.raises(ValueError, match=r"classes \['b'\] have no share, because sample_weight"):
        fitted_shares(LogisticRegression(), data, sample_weight=weights)
    with pytest.raises(ValueError, match=r"classes \['c'\] have no share, because .*class_weight"):
        fitted_shares(RandomForestClassifier(3, class_weight={"c": 0}), data)


@pytest.mark.parametrize(
    ("classifier", "expected"),
    [
        (BALANCED, EQUAL),
        (RandomForestClassifier(5, class_weight="balanced_subsample"), EQUAL),
        (LogisticRegression(class_weight={"a": 1, "b": 2, "c": 3}), [0.4, 0.4, 0.2]),
        (SGDClassifier(loss="log_loss", class_weight={"b": 2}), [120 / 260, 120 / 260, 20 / 260]),
        (make_pipeline(SMOTE(sampling_strategy=PART_OF_THE_WAY), BALANCED), EQUAL),
    ],
)
def test_class_weights_count(classifier, expected, data):
    np.testing.assert_allclose(fitted_shares(classifier, data), expected)


def test_balanced_class_weights_are_not_corrected_again(data):
    model = PriorCorrectedClassifier(BALANCED).fit(*data)
    own = model.estimator_.predict_proba(data[0])
    np.testing.assert_allclose(model.predict_proba(data[0]), own)


@pytest.mark.parametrize(
    ("classifier", "expected"),
    [
        (LinearDiscriminantAnalysis(priors=[0.5, 0.3, 0.2]), [0.5, 0.3, 0.2]),
        (GaussianNB(priors=[0.5, 0.3, 0.2]), [0.5, 0.3, 0.2]),
        (MultinomialNB(fit_prior=False), EQUAL),
        (MultinomialNB(), SHARES),
        (ComplementNB(), EQUAL),
        (PriorCorrectedClassifier(GaussianNB(), priors=[5, 3, 2]), [0.5, 0.3, 0.2]),
    ],
)
def test_classifiers_that_state_their_shares(classifier, expected, data):
    np.testing.assert_allclose(fitted_shares(classifier, data), expected)


BALANCED_ENSEMBLES = [
    ensemble.BalancedRandomForestClassifier(5),
    ensemble.BalancedBaggingClassifier(n_estimators=5),
    ensemble.EasyEnsembleClassifier(2, estimator=GaussianNB(), sampling_strategy="not minority"),
]


@pytest.mark.parametrize("classifier", BALANCED_ENSEMBLES, ids=lambda c: type(c).__name__)
def test_balanced_ensembles(classifier, data):
    np.testing.assert_allclose(fitted_shares(classifier, data), EQUAL)
    for strategy in ({"a": 30}, "majority"):
        other = sklearn.clone(classifier).set_params(sampling_strategy=strategy)
        with pytest.raises(ValueError, match=r"resamples internally.*sampling_strategy is one"):
            fitted_shares(other, data)


def test_balanced_forests_with_weights(data):
    forest = sklearn.clone(BALANCED_ENSEMBLES[0])
    weights = np.where(data[1] == "c", 2.0, 1.0)
    shares = fitted_shares(forest, data, sample_weight=weights)
    np.testing.assert_allclose(shares, [0.25, 0.25, 0.5])
    with pytest.raises(ValueError, match="class_weight is None"):
        fitted_shares(forest.set_params(class_weight="balanced"), data)


@pytest.mark.parametrize(
    "estimator",
    [
        CalibratedClassifierCV(BALANCED),
        CalibratedClassifierCV(LinearSVC(class_weight="balanced"), method="isotonic"),
        CalibratedClassifierCV(make_pipeline(SMOTE(random_state=0), LinearSVC())),
        SVC(probability=True, class_weight="balanced", random_state=0),
    ],
)
@pytest.mark.filterwarnings("ignore:The `probability` parameter:FutureWarning")
def test_calibrated_classifiers_know_the_shares_of_y(estimator, data):
    """So says the mean of their probabilities, too."""
    np.testing.assert_allclose(fitted_shares(estimator, data), SHARES)
    mean = sklearn.clone(estimator).fit(*data).predict_proba(data[0]).mean(axis=0)
    np.testing.assert_allclose(mean, SHARES, atol=0.02)


def test_temperature_scaling_keeps_the_weights(data):
    temperature = CalibratedClassifierCV(BALANCED, method="temperature")
    with pytest.raises(ValueError, match="estimator__class_weight='balanced' inside Calibrated"):
        fitted_shares(temperature, data)


def test_searches_inside(data):
    fixed = GridSearchCV(BALANCED, {"C": [0.1, 1]})
    np.testing.assert_allclose(fitted_shares(fixed, data), EQUAL)
    pipeline = Pipeline([("scale", StandardScaler()), ("lr", LogisticRegression())])
    grid = {"lr__class_weight": [None, "balanced"]}
    chosen = GridSearchCV(pipeline, grid, scoring="balanced_accuracy")
    np.testing.assert_allclose(fitted_shares(chosen, data), EQUAL)
    chosen.set_params(scoring="neg_log_loss")
    np.testing.assert_allclose(fitted_shares(chosen, data), SHARES)


def test_samplers_inside_a_search(data):
    pipeline = Pipeline([("aug", FunctionSampler(func="is not callable")), ("nb", GaussianNB())])
    search = GridSearchCV(pipeline, {"nb__var_smoothing": [1]})
    with pytest.raises(ValueError, match=r"aug=.*GridSearchCV\(PriorCorrectedClassifier"):
        fitted_shares(search, data)
    pipeline.set_params(aug="passthrough")
    search = GridSearchCV(pipeline, {"aug": [RandomOverSampler()]})
    with pytest.raises(ValueError, match=r"aug=RandomOverSampler\(\) inside Pipeline"):
        fitted_shares(search, data)


@pytest.mark.parametrize(
    "estimator",
    [
        BaggingClassifier(BALANCED),
        BaggingClassifier(make_pipeline(SMOTE(), GaussianNB())),
        ensemble.BalancedBaggingClassifier(sampler=SMOTE()),
        VotingClassifier([("a", BALANCED_ENSEMBLES[0])], voting="soft"),
        VotingClassifier([("a", PriorCorrectedClassifier(GaussianNB()))], voting="soft"),
        make_pipeline(SMOTE(), GaussianNB()),
    ],
)
def test_shares_that_are_out_of_sight(estimator, data):
    message = "inside .* changes the class shares.*as in .*Classifier"
    if not isinstance(estimator, Pipeline):
        with pytest.raises(ValueError, match=message):
            fitted_shares(estimator, data)
    frozen = FrozenEstimator(sklearn.clone(estimator).fit(*data))
    with pytest.raises(ValueError, match=f"{message}.*without FrozenEstimator"):
        fitted_shares(frozen, data)


def test_frozen_classifiers(data):
    X, y = data
    for classifier, expected in [
        (LogisticRegression(), SHARES),
        (BALANCED, EQUAL),
        (make_pipeline(StandardScaler(), BALANCED), EQUAL),
        (BALANCED_ENSEMBLES[0], EQUAL),
        (PriorCorrectedClassifier(make_pipeline(SMOTE(), GaussianNB())), EQUAL),
        (GridSearchCV(BALANCED, {"C": [1]}), EQUAL),
    ]:
        fitted = sklearn.clone(classifier).fit(X, y)
        frozen = FrozenEstimator(fitted)
        for estimator in (make_pipeline(frozen), frozen):
            np.testing.assert_allclose(fitted_shares(estimator, data), expected)
        model = PriorCorrectedClassifier(frozen, priors=[1, 2, 3]).fit(X, y)
        corrected = fitted.predict_proba(X) * [1, 2, 3] / expected
        corrected /= corrected.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(model.predict_proba(X), corrected)
        assert "fit" not in vars(frozen)


@pytest.mark.parametrize("instead_of_c", ["b", "d"])
def test_frozen_classifiers_need_their_classes(instead_of_c, data):
    X, y = data
    frozen = FrozenEstimator(LogisticRegression().fit(X, y))
    y = np.where(y == "c", instead_of_c, y)
    with pytest.raises(ValueError, match=r"those of the fitted estimator.*same classes"):
        PriorCorrectedClassifier(frozen).fit(X, y)


def test_metadata_routing(data):
    X, y = data
    weights = np.repeat(COUNTS.max() / COUNTS, COUNTS)
    off = PriorCorrectedClassifier(LogisticRegression()).fit(X, y, sample_weight=weights)
    np.testing.assert_allclose(off.training_priors_, EQUAL)
    with sklearn.config_context(enable_metadata_routing=True):
        asks = LogisticRegression().set_fit_request(sample_weight=True)
        on = PriorCorrectedClassifier(asks).fit(X, y, sample_weight=weights)
        declines = LogisticRegression().set_fit_request(sample_weight=False)
        pipeline = make_pipeline(StandardScaler().set_fit_request(sample_weight=True), declines)
        np.testing.assert_allclose(fitted_shares(pipeline, data, sample_weight=weights), SHARES)
        with pytest.raises(sklearn.exceptions.UnsetMetadataPassedError):
            fitted_shares(LogisticRegression(), data, sample_weight=weights)
    np.testing.assert_array_equal(on.predict_proba(X), off.predict_proba(X))
