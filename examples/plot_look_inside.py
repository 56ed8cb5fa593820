"""
===========================
What has a sampler learned?
===========================

Four displays of one training: are the losses settled, do synthetic codes lie among the real ones,
do synthetic rows, and does a single feature keep its distribution?
"""

from matplotlib import pyplot as plt

from skadan import WADANSampler
from skadan.datasets import make_speaker_classification
from skadan.displays import EmbeddingDisplay, FeatureHistogramDisplay, TrainingHistoryDisplay
from skadan.metrics import conditional_hit_rate, near_copy_share

X, y, _ = make_speaker_classification(240, 600, weights=(4, 4, 3, 1), random_state=0)
sampler = WADANSampler(random_state=0).fit(X, y)

# %%
# The losses by epoch. The reconstruction error falls and flattens; the classifier has the training
# rows by heart soon; critic and generator stay in balance.

TrainingHistoryDisplay.from_estimator(sampler)
plt.show()

# %%
# Codes and rows in the plane, by t-SNE. The generator fills the region of each class, the rare
# class 3 too, of which it has seen 20 rows.

figure, axes = plt.subplots(1, 2, figsize=(12, 5), layout="constrained")
for ax, space in zip(axes, ("latent", "original"), strict=True):
    EmbeddingDisplay.from_estimator(sampler, X, y, space=space, random_state=0, ax=ax)
plt.show()

# %%
# One feature. Synthetic values are a little too narrow: the rows are mixtures.

FeatureHistogramDisplay.from_estimator(sampler, X, y, feature=0, random_state=0)
plt.show()

# %%
# In figures: the share of synthetic rows that a classifier of real rows assigns to their label, and
# the share of near copies.

X_new, y_new = sampler.sample(240, random_state=0)
print(f"conditional hit rate {conditional_hit_rate(X, y, X_new, y_new):.3f}")
print(f"near copies {near_copy_share(X, X_new):.3f}")
