"""Files of `save_generator` by this release, for the tests of later ones to read."""

import numpy as np
from conftest import ROOT, SMALL

from skadan import ADANSampler, NoiseSampler, WADANSampler, __version__, save_generator
from skadan.datasets import make_speaker_classification


def main() -> None:
    """Into tests/data, one file and the rows to expect of it for each sampler."""
    X, y, _ = make_speaker_classification(12, 30, n_classes=3, random_state=0)
    y = np.array(["sad", "glad", "calm"])[y]
    for name, sampler in {
        "wadan": WADANSampler(**SMALL),
        "adan": ADANSampler(**SMALL | {"row_space": False, "residuals": None, "anchor": 0.0}),
        "noise": NoiseSampler(random_state=0),
    }.items():
        path = ROOT / "tests" / "data" / f"{__version__}-{name}.safetensors"
        path.parent.mkdir(exist_ok=True)
        save_generator(sampler.fit(X, y), path)
        X_new, y_new = sampler.sample(6, random_state=0)
        np.savez(path.with_suffix(".npz"), X=X_new, y=y_new)


if __name__ == "__main__":  # pytest imports this file in search of doctests
    main()
