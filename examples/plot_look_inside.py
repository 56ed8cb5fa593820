"""
===========================
What has a sampler learned?
===========================

Four plots of one training answer four questions. Have the losses settled? Do the synthetic codes
lie among the real ones? Do the synthetic rows? Does a single feature keep its distribution?
"""

from matplotlib import pyplot as plt

from skadan import WADANSampler
from skadan.datasets import make_speaker_classification
from skadan.displays import EmbeddingDisplay, FeatureHistogramDisplay, TrainingHistoryDisplay
from skadan.metrics import conditional_hit_rate, near_copy_share

X, y, _ = make_speaker_classification(240, 600, weights=(4, 4, 3, 1), random_state=0)
sampler = WADANSampler(random_state=0).fit(X, y)

# %%
# The losses by epoch. The reconstruction error falls and flattens. The classifier soon recognises
# every training row. The losses of critic and generator oscillate, which says nothing about the
# quality of the rows. Training ends when "unrestored" and "code distance", which are measured on
# held-out rows, no longer fall.

TrainingHistoryDisplay.from_estimator(sampler)
plt.show()

# %%
# Codes and rows in the plane, by t-SNE. The generator fills the region of each class, even of the
# rare class 3, which has 20 rows.

figure, axes = plt.subplots(1, 2, figsize=(12, 5), layout="constrained")
for ax, space in zip(axes, ("latent", "original"), strict=True):
    EmbeddingDisplay.from_estimator(sampler, X, y, space=space, random_state=0, ax=ax)
plt.show()

# %%
# One feature. The synthetic values spread a little less than the real ones, because each synthetic
# row is a mixture.

FeatureHistogramDisplay.from_estimator(sampler, X, y, feature=0, random_state=0)
plt.show()

# %%
# Two numbers: the share of synthetic rows whose label a classifier trained on real rows predicts,
# and the share that are nearly copies of a real row.

X_new, y_new = sampler.sample(240, random_state=0)
print(f"conditional hit rate {conditional_hit_rate(X, y, X_new, y_new):.3f}")
print(f"near copies {near_copy_share(X, X_new):.3f}")
