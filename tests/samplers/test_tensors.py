"""Tensors come in, and go out again on their device, where scikit-learn dispatches."""

import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
import sklearn
import torch
from conftest import GPU, ROOT, SMALL, same_tensor
from imblearn.pipeline import make_pipeline
from sklearn.base import clone

from skadan import (
    FrozenSampler,
    NoiseSampler,
    Replicate,
    WADANSampler,
    load_sampler,
    save_sampler,
)

pytestmark = pytest.mark.usefixtures("dispatch")


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_tensors_come_back(sampler, tensors, dtype):
    X, y = tensors[0].to(dtype), tensors[1]
    X_new, y_new = sampler.fit_resample(X, y)
    same_tensor(X_new[:45], X)
    same_tensor(y_new[:45], y)
    assert X_new.shape == (90, 100)
    assert len(y_new) == 90
    assert not X_new.requires_grad
    assert X_new.isfinite().all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_rows_are_those_of_the_same_array(sampler, problem, tensors, dtype):
    X, y = tensors[0].to(dtype), tensors[1]
    expected, labels = sampler.fit_resample(X.cpu().numpy(), problem[1])
    X_new, y_new = sampler.fit_resample(X, y)
    np.testing.assert_array_equal(y_new.cpu(), labels)
    if X.is_cuda:  # the kernels of a GPU round otherwise, where anything was trained
        np.testing.assert_allclose(X_new.cpu(), expected, atol=1e-3)
    else:
        np.testing.assert_array_equal(X_new, expected)


def test_everything_that_a_sampler_makes_is_a_tensor(tensors):
    X, y = tensors
    sampler = WADANSampler(**SMALL).fit(X, y)
    codes, drawn = sampler.encode(X), sampler.sample_latent(y)
    for h in (codes, drawn):
        assert (h.shape, h.dtype, h.device) == ((45, 4), torch.float32, X.device)
    for rows in (
        sampler.decode(codes),
        sampler.sample_from_codes(codes, y),
        sampler.sample(y)[0],
    ):
        assert (rows.shape, rows.dtype, rows.device) == (X.shape, X.dtype, X.device)
    same_tensor(sampler.sample(y)[1], y)


def test_codes_are_those_of_the_same_array(problem):
    X, y, _ = problem
    plain, ours = WADANSampler(**SMALL).fit(X, y), WADANSampler(**SMALL)
    ours.fit(torch.from_numpy(X), torch.from_numpy(y))
    codes = plain.encode(X)
    assert isinstance(ours.encode(X), np.ndarray)  # codes go with their rows, not with the fit
    np.testing.assert_array_equal(ours.encode(torch.from_numpy(X)), codes)
    np.testing.assert_array_equal(ours.sample_latent(9), plain.sample_latent(9))
    np.testing.assert_array_equal(ours.decode(torch.from_numpy(codes)), plain.decode(codes))
    np.testing.assert_array_equal(plain.decode(torch.from_numpy(codes)), plain.decode(codes))
    assert isinstance(plain.decode(torch.from_numpy(codes)), np.ndarray)
    np.testing.assert_array_equal(ours.decode(codes), plain.decode(codes))


def test_blocks_put_together_are_the_sample(sampler, tensors):
    X, y = tensors
    sampler.fit(X, y)
    rows, labels, index = sampler.sample(600, return_indices=True)
    blocks = list(sampler.sample_blocks(600, block_rows=250, return_indices=True))
    assert [len(block) for block, *_ in blocks] == [250, 250, 100]
    same_tensor(torch.cat([block for block, *_ in blocks]), rows)
    same_tensor(torch.cat([part for _, part, _ in blocks]), labels)
    np.testing.assert_array_equal(np.concatenate([part for *_, part in blocks]), index)


@GPU
@pytest.mark.parametrize("home", ["cpu", "cuda"])
def test_networks_on_a_gpu_serve_a_table_anywhere(problem, home):
    X, y = (torch.from_numpy(part).to(home) for part in problem[:2])
    keywords = SMALL | {"device": "cuda", "clip": True, "whole_numbers": True}
    sampler = WADANSampler(**keywords, sampling_strategy=Replicate(1))
    X_new, y_new = sampler.fit_resample(X, y)
    same_tensor(X_new[:45], X)
    same_tensor(y_new[:45], y)
    assert (X_new >= X.amin(0)).all()
    codes = sampler.encode(X)
    for made in (codes, sampler.decode(codes), sampler.sample_latent(y), *sampler.sample(y)):
        assert made.device == X.device
    drawn = torch.cat([rows for rows, _ in sampler.sample_blocks(y, block_rows=7)])
    same_tensor(drawn, sampler.sample(y)[0])


@pytest.mark.parametrize(
    "make",
    [
        lambda y: y,
        lambda y: [str(label) for label in y],
        lambda y: np.array(["a", "b", "c"])[y],
        lambda y: torch.from_numpy(y).int(),
        lambda y: torch.from_numpy(y).to(torch.bfloat16),
        lambda y: torch.from_numpy(y == 0),
        lambda y: torch.eye(3, dtype=torch.float32)[torch.from_numpy(y)],
    ],
    ids=["array", "list", "text", "int32", "bfloat16", "bool", "one-hot"],
)
def test_labels_come_back_in_their_own_container(problem, tensors, make):
    X, y = tensors[0], make(problem[1])
    sampler = NoiseSampler(sampling_strategy=Replicate(1), random_state=0)
    X_new, y_new = sampler.fit_resample(X, y)
    _, drawn = sampler.sample(y)
    assert isinstance(X_new, torch.Tensor)
    assert len(y_new) == 90
    for labels in (y_new[:45], drawn):
        if isinstance(y, torch.Tensor):
            same_tensor(labels, y)
        else:
            assert type(labels) is type(y)
            assert list(labels) == list(y)


def test_labels_alone_may_be_a_tensor(problem):
    X, y, _ = problem
    X_new, y_new = NoiseSampler().fit_resample(X, torch.from_numpy(y)[:, None])
    assert isinstance(X_new, np.ndarray)
    same_tensor(y_new[:45], torch.from_numpy(y))  # a column becomes 1-D, as of an array


def test_synthetic_values_keep_to_what_a_column_holds(tensors):
    X, y = tensors[0].round(), tensors[1]
    keywords = {"clip": True, "whole_numbers": True, "noise_scale": 2.0, "random_state": 0}
    X_new, _ = NoiseSampler(**keywords).fit(X, y).sample(200)
    assert torch.equal(X_new, X_new.round())
    assert (X_new >= X.amin(0)).all()
    assert (X_new <= X.amax(0)).all()


def test_copies_of_a_fitted_sampler_make_tensors(sampler, tensors):
    X, y = tensors
    rows, labels = sampler.fit(X, y).sample(9)
    with sklearn.config_context(array_api_dispatch=False):  # the fit has settled it
        back = pickle.loads(pickle.dumps(sampler))
        for made in (sampler, back, FrozenSampler(back), clone(FrozenSampler(back))):
            for part, expected in zip(made.sample(9), (rows, labels), strict=True):
                same_tensor(part, expected)
    assert b"_rebuild_tensor" not in pickle.dumps(sampler)
    same_tensor(clone(sampler).fit(X, y).sample(9)[0], rows)


def test_a_frozen_sampler_goes_by_what_it_is_given(problem, tensors):
    X, y = tensors
    sampler = WADANSampler(**SMALL).fit(problem[0], problem[1])
    X_new, y_new = FrozenSampler(sampler, sampling_strategy=Replicate(1)).fit_resample(X, y)
    same_tensor(X_new[:45], X)
    assert len(y_new) == 90


def test_a_file_keeps_the_tensor(sampler, tensors, tmp_path):
    sampler.fit(*tensors)
    save_sampler(sampler, tmp_path / "thing.safetensors")
    back = load_sampler(tmp_path / "thing.safetensors").sample(9)
    for part, expected in zip(back, sampler.sample(9), strict=True):
        same_tensor(part, expected)


def test_in_a_pipeline(tensors):
    sampler = NoiseSampler(sampling_strategy=Replicate(1), random_state=0)
    assert isinstance(make_pipeline(sampler, Watcher()).fit(*tensors)[-1].seen_, torch.Tensor)


class Watcher(sklearn.base.BaseEstimator):
    """Keeps what it is fitted on."""

    def fit(self, X, y):
        self.seen_ = X
        return self


PROGRAM = """
import sklearn, torch
from imblearn.pipeline import make_pipeline
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.preprocessing import MaxAbsScaler
from skadan import NoiseSampler, Replicate, WADANSampler

device = "cuda" if torch.cuda.is_available() else "cpu"
torch.manual_seed(0)
y = torch.arange(60, device=device) % 3
X = torch.randn(60, 20, device=device) + 3 * y[:, None]
for sampler in (WADANSampler(max_epochs=2, random_state=0), NoiseSampler(random_state=0)):
    sampler.set_params(sampling_strategy=Replicate(2))
    with sklearn.config_context(array_api_dispatch=True):
        before, after = MaxAbsScaler(), PCA(3, svd_solver="full")
        pipe = make_pipeline(before, sampler, after, LinearDiscriminantAnalysis()).fit(X, y)
        predicted = pipe.predict(X)
        parts = (pipe[0].max_abs_, pipe[2].components_, pipe[-1].means_, predicted)
        parts += (pipe.predict_proba(X),)
    for part in parts:
        assert isinstance(part, torch.Tensor) and part.device == X.device, type(part)
    assert (predicted == y).float().mean() > 0.9
"""


@pytest.mark.slow
def test_a_pipeline_of_scikit_learn_stays_on_the_device():
    """In a process of its own: scipy reads the variable when it is imported."""
    environment = os.environ | {"SCIPY_ARRAY_API": "1"}
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
