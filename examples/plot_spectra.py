"""
=====================================
Infrared spectra: when not to augment
=====================================

60 spectra with 500 wavenumbers, of four varieties of a product, one of them with four spectra.
Spectra differ from most wide tables: they have hundreds of columns, but very little noise, and rows
vary little individually. There is nothing to gain here, and the example shows how to see
that in seconds.
"""

import numpy as np
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline
from matplotlib import pyplot as plt
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.preprocessing import StandardScaler

from skadan import ShrunkenSampler, WADANSampler
from skadan.metrics import recall_gain, unweighted_average_recall

# %%
# A spectrum is a mixture of twelve bands. Their shares differ between varieties and, about half as
# much, between samples. The path length and a sloping baseline also differ.

COUNTS = (20, 20, 16, 4)
rng = np.random.default_rng(0)
wavenumber = np.linspace(800, 1800, 500)
centres, widths = rng.uniform(850, 1750, 12), rng.uniform(15, 60, 12)
bands = np.exp(-(((wavenumber - centres[:, None]) / widths[:, None]) ** 2))
y = np.repeat(np.arange(4), COUNTS)
shares = 1 + 0.12 * rng.normal(size=(4, 12))[y] + 0.05 * rng.normal(size=(60, 12))
path = 1 + 0.1 * rng.normal(size=(60, 1))
baseline = 0.2 * rng.normal(size=(60, 1)) * (wavenumber - 1300) / 500
X = path * (shares @ bands) + baseline + 0.002 * rng.normal(size=(60, 500))

figure, ax = plt.subplots(figsize=(8, 3), layout="constrained")
for variety in range(4):
    ax.plot(wavenumber, X[y == variety].T, color=f"C{variety}", linewidth=0.5)
    ax.plot([], [], color=f"C{variety}", label=f"variety {variety}")
ax.set_xlabel("wavenumber (1/cm)")
ax.set_ylabel("absorbance")
ax.invert_xaxis()
ax.legend(ncols=4, fontsize="small")
plt.show()

# %%
# Weak regularisation lets the classifier use small differences.


def predictions(*steps, **settings):
    """Return predictions of a logistic regression from four folds."""
    pipeline = make_pipeline(StandardScaler(), *steps, LogisticRegression(C=100, **settings))
    return cross_val_predict(pipeline, X, y, cv=StratifiedKFold(4, shuffle=True, random_state=0))


predicted = {
    "nothing": [predictions()],
    "class weights": [predictions(class_weight="balanced")],
    "SMOTE": [predictions(SMOTE(k_neighbors=2, random_state=seed)) for seed in range(3)],
    "ShrunkenSampler": [predictions(ShrunkenSampler(random_state=seed)) for seed in range(3)],
    "WADANSampler": [predictions(WADANSampler(random_state=seed)) for seed in range(3)],
}
print(f"{'':16s}  recall   gain over nothing, 95 % interval")
for name, several in predicted.items():
    recall = np.mean([unweighted_average_recall(y, p) for p in several])
    gain = recall_gain(y, several, predicted["nothing"], random_state=0)
    print(f"{name:16s} {recall:7.1%}   {gain}")

# %%
# If an interval contains 0, a gain is not shown. Of the six tables of public spectra on :doc:`the
# board </board>`, four gain from rows of this library. Two, of beef and of coffee, lose with a
# logistic regression, as they do with SMOTE and class weights. If class weights and SMOTE do not
# change the recall, leave the table as it is.
