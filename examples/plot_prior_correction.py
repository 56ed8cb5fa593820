"""
=========================================
Unequal classes without synthetic rows
=========================================

If one class is rare, a classifier rarely predicts it. `PriorCorrectedClassifier` divides its
probabilities by the class shares. This needs no synthetic rows, and is better here than SMOTE,
above all for a random forest. It also works the other way round: resampling makes the probabilities
of the rare class too high, and the correction calibrates those of a logistic regression again, but
not those of a forest.

The table is generated, so the true probabilities are known.
"""

import numpy as np
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline
from matplotlib import pyplot as plt
from scipy.special import expit, logit
from sklearn.calibration import CalibrationDisplay
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss

from skadan import PriorCorrectedClassifier
from skadan.metrics import unweighted_average_recall

# %%
# The truth
# ---------
#
# Ten columns of normal noise. In rows of the rare class (5 % of all), four columns are larger by
# one standard deviation. Bayes' rule then gives the probability of the rare class in closed form,
# for any share of this class.

RARE, N_COLUMNS, N_SHIFTED = 0.05, 10, 4


def draw(n_rows, rng):
    """Return rows and their classes; 1 is the rare class."""
    y = (rng.random(n_rows) < RARE).astype(int)
    X = rng.normal(size=(n_rows, N_COLUMNS))
    X[:, :N_SHIFTED] += y[:, None]
    return X, y


def true_probability(X, share):
    """Return the probability of the rare class, if it has this share of the rows."""
    return expit(X[:, :N_SHIFTED].sum(axis=1) - N_SHIFTED / 2 + logit(share))


# %%
# Recall
# ------
#
# The unweighted average recall gives both classes the same weight, and so does the correction by
# default. It only takes a wrapper around the classifier.


def models(classifier):
    """Return a classifier as it is, after SMOTE, and corrected."""
    return {
        "as it is": classifier,
        "SMOTE": make_pipeline(SMOTE(random_state=0), classifier),
        "corrected": PriorCorrectedClassifier(classifier),
    }


CLASSIFIERS = {
    "logistic regression": LogisticRegression(),
    # Leaves have several rows, because a probability of exactly 0 cannot be corrected.
    "random forest": RandomForestClassifier(min_samples_leaf=5, random_state=0),
}


def recalls(seed):
    """Return the recall of each model on one table, in percent, and the best possible one."""
    rng = np.random.default_rng(seed)
    X, y = draw(2000, rng)
    X_test, y_test = draw(5000, rng)
    predicted = {
        (name, way): model.fit(X, y).predict(X_test)
        for name, classifier in CLASSIFIERS.items()
        for way, model in models(classifier).items()
    }
    predicted["best possible"] = true_probability(X_test, share=0.5) > 0.5
    return {key: 100 * unweighted_average_recall(y_test, p) for key, p in predicted.items()}


tables = [recalls(seed) for seed in range(5)]
recall = {key: np.mean([table[key] for table in tables]) for key in tables[0]}
best = recall.pop("best possible")
for (name, way), value in recall.items():
    print(f"{name:20s} {way:10s} {value:5.1f} %")
print(f"{'best possible':31s} {best:5.1f} %")

# %%
# As they are, both classifiers miss most rows of the rare class: guessing gets 50 %. SMOTE adds
# rows between the real ones of that class, but test rows are often elsewhere. A forest decides by
# small regions, so it gains less from SMOTE than from the correction. The logistic regression comes
# close to the best possible recall with either.

figure, ax = plt.subplots(figsize=(7, 2.8), layout="constrained")
ways = list(dict.fromkeys(way for _, way in recall))
for way, marker in zip(ways, "oDs", strict=True):
    values = [recall[name, way] for name in CLASSIFIERS]
    style = {"marker": marker, "fillstyle": "none", "linestyle": "none"}
    ax.plot(values, list(CLASSIFIERS), markersize=9, markeredgewidth=2, label=way, **style)
ax.axvline(best, color="black", linestyle=":", label="best possible")
ax.set(xlabel="unweighted average recall (%)", ylim=(1.5, -0.5))
ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
plt.show()

# %%
# Calibration
# -----------
#
# After SMOTE, half of the training rows are of the rare class, so the probabilities of this class
# are too high. ``priors="training"`` corrects them for the class shares of the real training rows.

rng = np.random.default_rng(0)
X, y = draw(2000, rng)
X_test, y_test = draw(20_000, rng)
figure, axes = plt.subplots(1, 2, figsize=(9, 4.5), layout="constrained", sharey=True)
print(f"{'':20s} {'':18s} mean probability  Brier score  log loss")
for ax, (name, classifier) in zip(axes, CLASSIFIERS.items(), strict=True):
    resampled = make_pipeline(SMOTE(random_state=0), classifier)
    ways = {
        "as it is": classifier,
        "SMOTE": resampled,
        "SMOTE, corrected": PriorCorrectedClassifier(resampled, priors="training"),
    }
    for way, model in ways.items():
        p = model.fit(X, y).predict_proba(X_test)[:, 1]
        scores = brier_score_loss(y_test, p), log_loss(y_test, p)
        print(f"{name:20s} {way:18s} {p.mean():16.3f} {scores[0]:12.4f} {scores[1]:9.3f}")
        CalibrationDisplay.from_predictions(y_test, p, n_bins=6, name=way, ax=ax)
    ax.legend(loc="upper left")
    ax.set(title=name, xlabel="predicted probability of the rare class")
axes[0].set_ylabel("share of the rare class among these rows")
axes[1].set_ylabel("")
plt.show()
p = true_probability(X_test, RARE)
scores = brier_score_loss(y_test, p), log_loss(y_test, p)
print(f"{'truth':39s} {p.mean():16.3f} {scores[0]:12.4f} {scores[1]:9.3f}")

# %%
# A calibrated classifier follows the diagonal. After SMOTE the curves are far below it: of the rows
# with a predicted probability of one half, few are of the rare class. The corrected logistic
# regression is as well calibrated as without SMOTE. The corrected forest is not: its probabilities
# were too high and are now too low. The correction assumes that the rows of a class have the same
# distribution in training and in use, and a forest can tell synthetic rows from real ones. If you
# need probabilities of a forest, train it on the real rows only.
