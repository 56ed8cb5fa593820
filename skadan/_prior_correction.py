"""Correct a classifier's probabilities for other class shares."""

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
from scipy.special import logsumexp
from sklearn import get_config
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, _fit_context, clone
from sklearn.utils import Tags, column_or_1d, get_tags
from sklearn.utils._param_validation import HasMethods, StrOptions
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing
from sklearn.utils.validation import check_is_fitted

from ._class_shares import (
    check_shares_are_known,
    fit_and_record,
    last_step,
    parse_priors,
    row_counts,
    trained_shares,
)


class PriorCorrectedClassifier(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    r"""Correct a classifier's probabilities for other class shares than it was trained with.

    The probability of each class is multiplied by the ratio of its wanted share to its trained
    share, and each row is divided by its sum [1]_ [2]_ [3]_ [4]_. By default the wanted shares are
    equal: `predict` then aims at the unweighted average recall (balanced accuracy), as
    over-sampling does, but without synthetic rows. With ``priors="training"``, a pipeline that
    resamples returns probabilities for the class shares before resampling.

    Parameters
    ----------
    estimator : estimator with predict_proba
        A classifier, or a pipeline that ends with one and may contain samplers. Wrap a classifier
        without probabilities, such as `LinearSVC`, in a `CalibratedClassifierCV`. Wrap a fitted
        classifier in a `sklearn.frozen.FrozenEstimator`; `fit` then only counts ``y``, which must
        have the class shares that the classifier was trained with.
    priors : {"balanced", "training"}, array-like of shape (n_classes,) or dict, default="balanced"
        The wanted class shares. "balanced" means equal shares. "training" means the class shares of
        the ``y`` passed to `fit`, before any resampling, without weights. You can also pass
        positive numbers, which need not sum to 1: in the order of ``classes_``, or by label in a
        dict or a pandas Series with the labels as its index.

    Attributes
    ----------
    estimator_ : estimator
        The fitted estimator.
    classes_ : ndarray of shape (n_classes,)
        The labels of `estimator_`.
    training_priors_ : ndarray of shape (n_classes,)
        The class shares that the probabilities of `estimator_` assume: those of the rows that its
        last step was fitted with, including weights.
    priors_ : ndarray of shape (n_classes,)
        The wanted class shares.
    n_features_in_ : int
        Number of columns, if `estimator_` has this attribute.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the columns, if `estimator_` has this attribute.

    Raises
    ------
    ValueError
        From ``fit``, if `estimator` has no ``predict_proba``, if the class shares that it was
        trained with cannot be determined, if its probabilities are not on the scale of class
        shares, or if `priors` does not give each class a positive number.

    See Also
    --------
    sklearn.model_selection.TunedThresholdClassifierCV : Tune the threshold of two classes.
    sklearn.calibration.CalibratedClassifierCV : Calibrate probabilities on held-out rows.
    skadan.ShrunkenSampler : Add synthetic rows of rare classes instead.

    Notes
    -----
    With trained shares :math:`\pi_k` and wanted shares :math:`\pi'_k`, a row with probabilities
    :math:`p_k` gets

    .. math:: p'_k = \frac{p_k \, \pi'_k / \pi_k}{\sum_j p_j \, \pi'_j / \pi_j}.

    This is Bayes' rule if only the class shares differ between training and use, while the rows
    of a class are alike, and it is as good as the probabilities are. Synthetic rows are alike only
    roughly: after SMOTE, corrected probabilities of a random forest are too low. A probability of
    exactly 0, such as forests of fully grown trees return, stays 0. The odds of two classes are
    multiplied by the same factor in all rows: with two classes the ranking of the rows stays the
    same, with more it barely changes.

    `AdaBoostClassifier` is refused, also in bags or votes, because its probabilities are not on the
    scale of class shares: most are so close to equal that the rarest class would be predicted for
    all rows. So are ``RUSBoostClassifier`` and, unless it is given another ``estimator``,
    ``EasyEnsembleClassifier``. Wrap them in a `CalibratedClassifierCV`. Probabilities of weighted
    trees and of `SGDClassifier` with ``loss="modified_huber"`` are only roughly on that scale:
    calibrate them first. In cross-validation, a dict of `priors` needs the labels of the training
    rows of every fold.

    The trained shares are the class counts of the last step, with these exceptions:

    - ``sample_weight`` and ``class_weight`` of the last step count, so that nothing is corrected
      twice. Leave ``class_weight`` at None in forests: it counts, but changes little in fully grown
      trees. Weights under other names (``scale_pos_weight``, ``class_weights``,
      ``auto_class_weights``, ``is_unbalance``) are refused: leave them out.
    - `CalibratedClassifierCV` and `SVC` fit probabilities to the rows of ``y`` once more, so that
      class weights and samplers inside them do not count. Temperature scaling does not undo these,
      and they are refused there.
    - Classifiers with ``priors``, `PriorCorrectedClassifier` itself among them, state their shares.
    - Ensembles of imbalanced-learn that under-sample to equal classes have equal shares.
    - The weights of a search are those of its ``best_estimator_``. A sampler inside a search is
      refused, because its rows cannot be counted: put the search outside, as in
      ``GridSearchCV(PriorCorrectedClassifier(pipeline), ...)``.

    As the last step of a pipeline, the correction works too, but "training" then means the shares
    after resampling.

    References
    ----------
    .. [1] King, G. and Zeng, L. (2001). Logistic regression in rare events data. Political Analysis
       9(2), 137-163.
    .. [2] Elkan, C. (2001). The foundations of cost-sensitive learning. IJCAI, 973-978.
    .. [3] Saerens, M., Latinne, P. and Decaestecker, C. (2002). Adjusting the outputs of a
       classifier to new a priori probabilities: a simple procedure. Neural Computation 14(1),
       21-41.
    .. [4] Menon, A. K. et al. (2021). Long-tail learning via logit adjustment. ICLR.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skadan import PriorCorrectedClassifier
    >>> from skadan.metrics import unweighted_average_recall
    >>> X, y = make_classification(1000, weights=[0.95], class_sep=0.5, random_state=0)
    >>> plain = LogisticRegression().fit(X[:500], y[:500])
    >>> corrected = PriorCorrectedClassifier(LogisticRegression()).fit(X[:500], y[:500])
    >>> for classifier in (plain, corrected):
    ...     print(round(unweighted_average_recall(y[500:], classifier.predict(X[500:])), 2))
    0.67
    0.79
    """

    _parameter_constraints: ClassVar[dict] = {
        "estimator": [HasMethods("fit")],
        "priors": [StrOptions({"balanced", "training"}), dict, "array-like"],
    }

    def __init__(
        self, estimator: Any, *, priors: str | dict | Sequence | np.ndarray = "balanced"
    ) -> None:
        self.estimator = estimator
        self.priors = priors

    @_fit_context(prefer_skip_nested_validation=False)  # the estimator validates itself
    def fit(self, X: Any, y: Any, **fit_params: Any) -> Self:
        """Fit the estimator, and count the classes of the rows that its last step gets.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows, in any form that `estimator` takes.
        y : array-like of shape (n_samples,)
            Labels.
        **fit_params : dict
            Parameters for the ``fit`` of `estimator`; with metadata routing, those it requests.

        Returns
        -------
        PriorCorrectedClassifier
            The fitted classifier itself.
        """
        labels = column_or_1d(y)
        estimator = clone(self.estimator)
        step = last_step(estimator)
        if not hasattr(estimator, "predict_proba"):
            raise ValueError(
                f"estimator={self.estimator!r}: {step!r} has no predict_proba. "
                "Wrap a classifier such as LinearSVC in sklearn.calibration.CalibratedClassifierCV."
            )
        check_shares_are_known(step)
        if get_config()["enable_metadata_routing"]:
            fit_params = process_routing(self, "fit", **fit_params).estimator.fit
        y_seen, params_seen = fit_and_record(estimator, X, y, fit_params)
        if not hasattr(estimator, "classes_"):
            raise ValueError(
                f"estimator={self.estimator!r}: {step!r} has no classes_ after fit. Set it to the "
                "labels, in the order of the columns of predict_proba."
            )

        self.estimator_ = estimator
        self.classes_ = estimator.classes_
        self.training_priors_ = trained_shares(step, y_seen, params_seen)
        self.priors_ = self._wanted_shares(labels)
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(estimator, name):
                setattr(self, name, getattr(estimator, name))
        return self

    def _wanted_shares(self, y: np.ndarray) -> np.ndarray:
        """Return the class shares from `priors`, scaled to the sum 1."""
        if not isinstance(self.priors, str):
            shares = parse_priors(self.priors, self.classes_.tolist())
        elif self.priors == "balanced":
            shares = np.ones(len(self.classes_))
        else:  # a sampler in the pipeline may have dropped a class
            shares = row_counts(y, self.classes_, allow_others=True)
        return shares / shares.sum()

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """Return the logarithms of the corrected probabilities.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows, in any form that `estimator` takes.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Natural logarithms, in the order of ``classes_``.
        """
        check_is_fitted(self)
        proba = np.asarray(self.estimator_.predict_proba(X), dtype=np.float64)
        # log(0) is -inf, and exp(-inf) is 0: a probability of 0 stays 0.
        with np.errstate(divide="ignore"):
            logs = np.log(proba)
        # In logarithms, because products of small probabilities would underflow.
        logs += np.log(self.priors_) - np.log(self.training_priors_)
        # Some classifiers return 0 for all classes of an outlier; only the prior is left then.
        logs[~proba.any(axis=1)] = np.log(self.priors_)
        return logs - logsumexp(logs, axis=1, keepdims=True)

    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the corrected probabilities.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows, in any form that `estimator` takes.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Probabilities in the order of ``classes_``; each row sums to 1.
        """
        return np.exp(self.predict_log_proba(X))

    def predict(self, X: Any) -> np.ndarray:
        """Return the label with the highest corrected probability for each row.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows, in any form that `estimator` takes.

        Returns
        -------
        ndarray of shape (n_samples,)
            Labels.
        """
        class_index = self.predict_log_proba(X).argmax(axis=1)
        return self.classes_[class_index]

    def get_metadata_routing(self) -> MetadataRouter:
        """Return the metadata routing.

        Returns
        -------
        MetadataRouter
            Routes the metadata of `fit` to the ``fit`` of `estimator`.
        """
        mapping = MethodMapping().add(caller="fit", callee="fit")
        router = MetadataRouter(owner=type(self).__name__)
        return router.add(estimator=self.estimator, method_mapping=mapping)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator)
        tags.input_tags = inner.input_tags
        tags.non_deterministic = inner.non_deterministic
        if inner.classifier_tags is not None:
            tags.classifier_tags = inner.classifier_tags
            # `fit` needs one label per row, even if the estimator could take several.
            tags.classifier_tags.multi_label = False
        return tags
