"""The conformance suites of imbalanced-learn and scikit-learn."""

import pytest
from conftest import BASELINES, SMALL, UNTRAINED
from imblearn.utils.estimator_checks import parametrize_with_checks as imblearn_checks
from sklearn.utils.estimator_checks import parametrize_with_checks as sklearn_checks

from skadan import ADANSampler, WADANSampler

TINY = SMALL | {"max_epochs": 1, "latent_steps": 1, "batch_size": 512}
SAMPLERS = [ADANSampler(**TINY), WADANSampler(**TINY)]
SAMPLERS += [
    cls(**(keywords if cls in UNTRAINED else keywords | {"max_epochs": 1, "batch_size": 512}))
    for cls, keywords in BASELINES.items()
]

EXPECTED_FAILURES = {}

# The suites ask for resampling of balanced data too, where these samplers warn.
pytestmark = pytest.mark.filterwarnings(
    "ignore:sampling_strategy=.* asks for no synthetic rows:UserWarning"
)


@imblearn_checks(SAMPLERS, expected_failed_checks=lambda _: EXPECTED_FAILURES)
def test_imblearn(estimator, check):
    check(estimator)


@sklearn_checks(SAMPLERS, expected_failed_checks=lambda _: EXPECTED_FAILURES)
def test_sklearn(estimator, check):
    check(estimator)
