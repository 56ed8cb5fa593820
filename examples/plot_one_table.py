"""
========================================
Rows, weights or a correction: one table
========================================

A table with a rare class, from the file to a decision: read it, compare the remedies on held-out
patients, look at what changed, and choose. The command ``skadan evaluate`` does the same, tunes
each penalty, and writes a report.
"""

# sphinx_gallery_thumbnail_number = 1
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from imblearn.pipeline import make_pipeline
from matplotlib import pyplot as plt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import ConfusionMatrixDisplay
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.preprocessing import StandardScaler

from skadan import PriorCorrectedClassifier, ShrunkenSampler
from skadan.datasets import load_table
from skadan.displays import RecallGainDisplay
from skadan.metrics import unweighted_average_recall
from skadan.model_selection import CappedSMOTE

# %%
# The table
# ---------
#
# A file as a laboratory might send it: semicolons, decimal commas, a column of text. It is
# generated here: 60 genes in 120 samples from 40 patients; 12 samples are of a rare subtype.

rng = np.random.default_rng(0)
subtype = np.repeat(["common", "rare"], [108, 12])
patient = np.r_[np.repeat(np.arange(36), 3), np.repeat(np.arange(36, 40), 3)]
effect = np.zeros(60)
effect[:15] = 0.7
X = rng.normal(size=(120, 60)) + (subtype == "rare")[:, None] * effect
X += 0.5 * rng.normal(size=(40, 60))[patient]
frame = (
    pd.DataFrame(X.round(3)).add_prefix("gene").assign(patient=patient, subtype=subtype, site="A")
)
path = Path(tempfile.mkdtemp(), "expression.csv")
frame.to_csv(path, index=False, sep=";", decimal=",")

table = load_table(path, target="subtype", groups="patient")
print(f"{table.data.shape[1]} features; left out: {table.left_out}")

# %%
# The remedies
# ------------
#
# The sampler is inside the pipeline, so it sees training rows only. All samples of a patient are in
# the same fold.

logistic = LogisticRegression(C=0.01, max_iter=1000)
balanced = LogisticRegression(C=0.01, max_iter=1000, class_weight="balanced")
plain = make_pipeline(StandardScaler(), logistic)
models = {
    "none": plain,
    "class weights": make_pipeline(StandardScaler(), balanced),
    "prior correction": PriorCorrectedClassifier(plain),
    "SMOTE": make_pipeline(StandardScaler(), CappedSMOTE(random_state=0), logistic),
    "ShrunkenSampler": make_pipeline(StandardScaler(), ShrunkenSampler(random_state=0), logistic),
}
cv = StratifiedGroupKFold(4, shuffle=True, random_state=0)
held_out = {"groups": table.groups, "cv": cv}
predictions = {
    name: cross_val_predict(model, table.data, table.target, **held_out)
    for name, model in models.items()
}
for name, predicted in predictions.items():
    print(f"{name:16s} {100 * unweighted_average_recall(table.target, predicted):.1f}")

# %%
# The gain over nothing, with an interval over patients. If an interval crosses zero, the gain may
# be chance.

RecallGainDisplay.from_predictions(table.target, predictions, groups=table.groups, random_state=0)

# %%
# What changed
# ------------
#
# All remedies move the decision: the rare subtype is found more often, and some common samples are
# mistaken for it.

figure, axes = plt.subplots(1, 3, figsize=(9, 3), layout="constrained")
for ax, name in zip(axes, ("none", "prior correction", "ShrunkenSampler"), strict=True):
    ConfusionMatrixDisplay.from_predictions(
        table.target, predictions[name], ax=ax, colorbar=False, cmap="Blues"
    )
    ax.set_title(name)

# %%
# The choice
# ----------
#
# Take the cheapest remedy, unless a dearer one is clearly better. Prior correction adds no rows and
# leaves the ranking as it is. The same in a shell, with tuned penalties and a report to share::
#
#     skadan evaluate expression.csv --target subtype --groups patient --report report.html
