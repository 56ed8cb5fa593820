"""
===========
Quick start
===========

From a checkout, with Python 3.11 or newer::

    python3 -m venv .venv
    .venv/bin/pip install -e ".[examples]"

The extra ``examples`` installs what the plots need, and the tested version of torch. Other extras
are ``audio`` (openSMILE), ``tables`` (CSV, ARFF, parquet), ``plot`` and ``save``.
"""

# %%
# A table
# -------
#
# 150 recordings of four emotions by six speakers, with 800 features each. One emotion is rare.

import numpy as np

from skadan.datasets import make_speaker_classification

X, y, speaker = make_speaker_classification(
    150, 800, n_speakers=6, weights=(10, 10, 10, 1), noise=3, random_state=0
)
print(X.shape, np.bincount(y))

# %%
# A sampler in a pipeline
# -----------------------
#
# The sampler comes before the classifier. In each fold it learns from the training speakers only,
# and adds rows to their rarer classes. Held-out rows are not resampled.

from imblearn.pipeline import make_pipeline
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import LeaveOneGroupOut, cross_val_predict
from sklearn.preprocessing import StandardScaler

from skadan import WADANSampler

by_speaker = {"groups": speaker, "cv": LeaveOneGroupOut()}
plain = make_pipeline(StandardScaler(), LogisticRegression())
without = cross_val_predict(plain, X, y, **by_speaker)

with_rows = []
for seed in range(3):  # results differ between seeds, so average over a few
    sampler = WADANSampler(random_state=seed)
    augmented = make_pipeline(StandardScaler(), sampler, LogisticRegression())
    with_rows.append(cross_val_predict(augmented, X, y, **by_speaker))

# %%
# Did it help?
# ------------
#
# Unweighted average recall is the mean of the recalls of all classes. `recall_gain` returns the
# difference and its 95 % interval. The interval is over speakers, since rows of one speaker tend to
# be right or wrong together.

from skadan.metrics import recall_gain, unweighted_average_recall

print(f"without: {unweighted_average_recall(y, without):.1%}")
print(f"with:    {np.mean([unweighted_average_recall(y, p) for p in with_rows]):.1%}")
print(recall_gain(y, with_rows, without, groups=speaker, random_state=0))

# %%
# Also compare with cheaper remedies. Class weights and prior correction (of the probabilities, for
# the class shares) need no synthetic rows, and `ShrunkenSampler` takes milliseconds.

from skadan import PriorCorrectedClassifier, ShrunkenSampler

rivals = {
    "class weights": make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced")),
    "prior correction": PriorCorrectedClassifier(plain),
    "ShrunkenSampler": make_pipeline(
        StandardScaler(), ShrunkenSampler(random_state=0), LogisticRegression()
    ),
}
for name, pipeline in rivals.items():
    predicted = cross_val_predict(pipeline, X, y, **by_speaker)
    print(f"{name}: {recall_gain(y, predicted, without, groups=speaker, random_state=0)}")

# %%
# If an interval contains 0, a gain is not shown. :doc:`plot_rare_classes` averages over many
# generated tables, and the :doc:`board </board>` over public ones.
#
# What has it learned?
# --------------------
#
# Synthetic rows among the real ones, by t-SNE of their codes.

from matplotlib import pyplot as plt

from skadan.displays import EmbeddingDisplay

sampler = WADANSampler(random_state=0).fit(X, y)
EmbeddingDisplay.from_estimator(sampler, X, y, space="latent", random_state=0)
plt.show()

# %%
# You can draw any number of rows of each class. A row is a whole feature vector.

X_new, y_new = sampler.sample([3, 3, 0], random_state=0)
print(X_new.shape, y_new)

# %%
# Your own data
# -------------
#
# - A table in a file: `skadan.datasets.load_table`, or in a shell
#   ``skadan evaluate features.csv --target emotion --groups speaker``.
# - A folder of recordings: `skadan.datasets.extract_features`, as in :doc:`plot_speech`.
# - Anything that scikit-learn accepts: arrays, data frames, sparse matrices. Columns may have any
#   units, because the sampler scales them.
