"""Files whose parts do not fit each other: refused before they cost anything."""

import numpy as np
import pytest
from conftest import SETTINGS
from forged import files_of, parts_of, refused, sealed

from skadan import (
    AAESampler,
    ConditionalGANSampler,
    GameSampler,
    GANSampler,
    NoiseSampler,
    ShrunkenSampler,
    WADANSampler,
    load_sampler,
    save_sampler,
)

pytestmark = pytest.mark.slow

CLASSES = [
    WADANSampler,
    NoiseSampler,
    ShrunkenSampler,
    GANSampler,
    ConditionalGANSampler,
    AAESampler,
]
MODELS = {cls.model_class for cls in CLASSES}
CLASSES += [cls for cls in SETTINGS if cls.model_class not in MODELS]  # a sampler that is new


@pytest.fixture(scope="module")
def written(problem, tmp_path_factory):
    return files_of(CLASSES, problem, tmp_path_factory.mktemp("files"))


def test_the_files_are_read(written, tmp_path):
    for data in written.values():
        (tmp_path / "file").write_bytes(sealed(*parts_of(data)))
        load_sampler(tmp_path / "file")


SAMPLERS = [*(cls.__name__ for cls in CLASSES), "ADANSampler"]


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("name", [*SAMPLERS, "Scaling", "PerClass", "os", 3, None])
def test_no_file_loads_as_another_sampler(cls, name, written, tmp_path):
    origin, contents, arrays = parts_of(written[cls])
    if cls.__name__ != name:
        refused(sealed(origin | {"sampler": name}, contents, arrays), tmp_path / "file")


def model(contents):
    return contents["model"][2]


def record(contents, name):
    return model(contents)[name][2]


def game(contents):
    return record(contents, "game")


FORGED = {
    "no model": lambda c, a: c.update(model=None),
    "a model of text": lambda c, a: c.update(model="model"),
    "another record": lambda c, a: c.update(model=model(c)["scaling"]),
    "a foreign class": lambda c, a: c.update(model=["record", "os.system", {"command": "true"}]),
    "a sampler inside": lambda c, a: c.update(model=["record", "WADANSampler", {}]),
    "no parameters": lambda c, a: c.update(params=None),
    "text for parameters": lambda c, a: c.update(params="params"),
    "a parameter too many": lambda c, a: c["params"][1].append(["own", 1]),
    "a parameter of another kind": lambda c, a: c["params"][1].append(["max_epochs", "many"]),
    "a parameter without end": lambda c, a: large(c, a, "class_weight"),
    "threads without end": lambda c, a: c["params"][1].append(["n_threads", 10**6]),
    "a random state that is none": lambda c, a: c["params"][1].append(["random_state", -1.5]),
    "a share beyond the largest class": lambda c, a: c["params"][1].append(
        ["sampling_strategy", ["PartialFill", 2]]
    ),
    "a share of text": lambda c, a: c["params"][1].append(
        ["sampling_strategy", ["PartialFill", "half"]]
    ),
    "half a set": lambda c, a: c["params"][1].append(["sampling_strategy", ["Replicate", 0.5]]),
    "an attribute of Python": lambda c, a: c["fitted"][1].append(["__class__", 1]),
    "a dict for all attributes": lambda c, a: c["fitted"][1].append(["__dict__", ["dict", []]]),
    "a method": lambda c, a: c["fitted"][1].append(["sample", 1]),
    "an attribute that is private": lambda c, a: c["fitted"][1].append(["_model", 1]),
    "an attribute that is a number": lambda c, a: c["fitted"][1].append([3, 1]),
    "no attributes": lambda c, a: c.update(fitted=["dict", []]),
    "columns by text": lambda c, a: c["fitted"][1].append(["n_features_in_", "100"]),
    "more columns": lambda c, a: c["fitted"][1].append(["n_features_in_", 10**12]),
    "no columns": lambda c, a: c["fitted"][1].append(["n_features_in_", 0]),
    "names of other columns": lambda c, a: c["fitted"][1].append(
        ["feature_names_in_", ["strings", ["a"], "O"]]
    ),
    "no epochs": lambda c, a: c["fitted"][1].append(["n_iter_", -1]),
    "no history": lambda c, a: c["fitted"][1].append(["history_", None]),
    "no classes": lambda c, a: c["fitted"][1].append(["classes_", ["strings", [], "O"]]),
    "other classes": lambda c, a: c["fitted"][1].append(["classes_", ["strings", ["a"] * 4, "O"]]),
    "classes of huge text": lambda c, a: c["fitted"][1].append(
        ["classes_", ["strings", ["a", "b", "c"], "<U99999999"]]
    ),
    "classes of no text": lambda c, a: c["fitted"][1].append(
        ["classes_", ["strings", [1, [2], None], "<U3"]]
    ),
    "unsorted classes": lambda c, a: a.update({"fitted.classes_": np.array([2, 1, 0])}),
    "equal classes": lambda c, a: a.update({"fitted.classes_": np.array([0, 1, 1])}),
    "NaN for a class": lambda c, a: a.update({"fitted.classes_": np.array([0, 1, np.nan])}),
    "an array that is not there": lambda c, a: a.pop("model.scaling.mean"),
    "an array that nothing names": lambda c, a: a.update(more=np.zeros(3)),
    "an array by no name": lambda c, a: record(c, "scaling").update(mean=["array", [1]]),
    "a kind that is none": lambda c, a: record(c, "scaling").update(mean=["code", "1"]),
    "half a value": lambda c, a: record(c, "scaling").update(mean=["array"]),
    "an empty value": lambda c, a: record(c, "scaling").update(mean=[]),
    "a list for a kind": lambda c, a: record(c, "scaling").update(mean=[["array"], 1]),
    "a dtype that is code": lambda c, a: record(c, "scaling").update(
        mean=["array", "model.scaling.mean", "f8,("]
    ),
    "a mean of text": lambda c, a: record(c, "scaling").update(mean="0"),
    "a short mean": lambda c, a: a.update({"model.scaling.mean": np.zeros(3)}),
    "a mean of NaN": lambda c, a: a["model.scaling.mean"].fill(np.nan),
    "no scale": lambda c, a: a["model.scaling.scale"].fill(0),
    "a scale of infinity": lambda c, a: a["model.scaling.scale"].fill(np.inf),
    "columns that vary less": lambda c, a: a["model.scaling.varies"].fill(False),
    "a scaling of numbers": lambda c, a: model(c).update(scaling=3),
    "no rows of a class": lambda c, a: counts(a, [0, 20, 25]),
    "fewer rows than none": lambda c, a: counts(a, [-5, 25, 25]),
    "more rows than there are": lambda c, a: counts(a, [10**9, 10**9, 10**9]),
    "rows beyond all bounds": lambda c, a: counts(a, [2**62, 2**62, 2**62]),
    "rows of more classes": lambda c, a: counts(a, [15, 10, 10, 10]),
    "rows by halves": lambda c, a: counts(a, [15.5, 15.5, 14.0]),
    "a layout of none": lambda c, a: c["rows"].update(layout=["frame"]),
    "a layout of code": lambda c, a: c["rows"].update(layout=["__import__", 3]),
    "a layout of other columns": lambda c, a: c["rows"].update(layout=["csr_matrix", 10**12]),
    "a range without end": lambda c, a: c["rows"].update(
        layout=["frame", ["range", [0, 10**12, 1], None], ["float64"] * 100]
    ),
    "names that are lists": lambda c, a: c["rows"].update(
        layout=["frame", ["object", [[1]] * 100, None], ["float64"] * 100]
    ),
    "names beyond int64": lambda c, a: c["rows"].update(
        layout=["frame", ["int64", [10**30 + i for i in range(100)], None], ["float64"] * 100]
    ),
    "columns of code": lambda c, a: c["rows"].update(
        layout=["frame", ["range", [0, 100, 1], None], ["f8,("] * 100]
    ),
    "columns of huge text": lambda c, a: c["rows"].update(
        layout=["frame", ["range", [0, 100, 1], None], ["S999999999"] * 100]
    ),
    **{
        f"rows of {dtype!r}": lambda c, a, dtype=dtype: c["rows"].update(dtype=dtype)
        for dtype in ("f8,(", "(1000000000,)f8", "S999999999", "object_", "M8[ns]", "", 8, None)
    },
}


def large(contents, arrays, name):
    arrays["more"] = np.zeros(20_000)
    contents["params"][1].append([name, ["dict", [[0, ["array", "more"]]]]])


def counts(arrays, numbers):
    for name in arrays:
        if name.endswith("counts"):
            arrays[name] = np.array(numbers)


@pytest.mark.parametrize("what", FORGED)
def test_what_does_not_fit(what, written, tmp_path):
    origin, contents, arrays = parts_of(written[WADANSampler])
    FORGED[what](contents, arrays)
    refused(sealed(origin, contents, arrays), tmp_path / "file")


TRAINED = {
    "weights of text": lambda c, a: model(c).update(weights="none"),
    "no weights": lambda c, a: model(c).update(weights=["dict", []]),
    "fewer weights": lambda c, a: model(c)["weights"][1].pop(),
    "wider noise": lambda c, a: game(c).update(n_noise=10**9),
    "deep networks": lambda c, a: game(c).update(autoencoder_layers=["tuple", [1] * 200_000]),
    "wide networks": lambda c, a: game(c).update(latent_layers=["tuple", [10**9, 10**9]]),
    "networks beyond int64": lambda c, a: game(c).update(latent_layers=["tuple", [10**300]]),
    "networks of text": lambda c, a: game(c).update(latent_layers="100"),
    "a weight beyond int64": lambda c, a: game(c).update(alpha=10**30),
    "a weight of NaN": lambda c, a: game(c).update(alpha=float("nan")),
    "a class for a weight": lambda c, a: game(c).update(alpha=["class", "Conditioned"]),
    "negative networks": lambda c, a: game(c).update(latent_layers=["tuple", [-6]]),
    "no divergence": lambda c, a: game(c).update(divergence=None),
    "another divergence": lambda c, a: game(c).update(
        divergence=["record", "CrossEntropy", {"saturating": True}]
    ),
    "a game of text": lambda c, a: model(c).update(game="ADANGame"),
    "another game": lambda c, a: model(c).update(game=["record", "AAEGame", {}]),
    "no device": lambda c, a: model(c).update(device="abacus"),
    "a device by number": lambda c, a: model(c).update(device=[3]),
    "no coordinates": lambda c, a: model(c).update(coordinates=None),
    "more columns": lambda c, a: model(c).update(
        coordinates=["record", "AllColumns", {"n_columns": 10**9}]
    ),
    "no real rows": lambda c, a: model(c).update(real_rows=None),
    "real rows of another kind": lambda c, a: model(c).update(real_rows=model(c)["scaling"]),
}


@pytest.mark.parametrize("what", TRAINED)
def test_what_no_training_leaves_behind(what, written, tmp_path):
    origin, contents, arrays = parts_of(written[WADANSampler])
    TRAINED[what](contents, arrays)
    refused(sealed(origin, contents, arrays), tmp_path / "file")


CHANGES = {
    "NaN": lambda array: np.full_like(array, np.nan),
    "shorter": lambda array: array[:-1].copy(),
    "wider": lambda array: np.zeros((*array.shape, 2), array.dtype),
    "of double precision": lambda array: array.astype(np.float64),
    "a single number": lambda array: np.zeros((), array.dtype),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("cls", CLASSES)
def test_every_array_is_checked(cls, change, written, tmp_path):
    origin, contents, arrays = parts_of(written[cls])
    for name, array in arrays.items():
        whole = array.dtype.kind != "f" or array.dtype == np.float64
        if "history" in name or (whole and change in ("NaN", "of double precision")):
            continue
        if change == "of double precision" and "weights" not in name:
            continue
        changed = sealed(origin, contents, arrays | {name: CHANGES[change](array)})
        refused(changed, tmp_path / "file")


def test_fewer_rows_than_the_counts_say(written, tmp_path):
    for cls in (WADANSampler, NoiseSampler, ShrunkenSampler):
        origin, contents, arrays = parts_of(written[cls])
        counts(arrays, [1, 1, 1])
        refused(sealed(origin, contents, arrays), tmp_path / "file", "counts")


def test_counts_without_rows_are_bounded(problem, tmp_path):
    """Nothing else bounds what drawing partners would take."""
    X, y, _ = problem
    keywords = SETTINGS[WADANSampler] | {"residuals": False, "anchor": 0.0}
    save_sampler(WADANSampler(**keywords).fit(X, y), tmp_path / "file")
    origin, contents, arrays = parts_of((tmp_path / "file").read_bytes())
    counts(arrays, [10**9, 1, 1])
    refused(sealed(origin, contents, arrays), tmp_path / "file", "training rows")


def test_a_game_of_the_plane_has_noise_of_the_plane(problem, tmp_path):
    X, y, _ = problem
    from skadan.games import AAEGame

    game = AAEGame(autoencoder_layers=(8,), latent_layers=(6,))
    save_sampler(GameSampler(game=game, max_epochs=1).fit(X, y), tmp_path / "file")
    origin, contents, arrays = parts_of((tmp_path / "file").read_bytes())
    model(contents)["game"][2]["n_noise"] = 10**6
    refused(sealed(origin, contents, arrays), tmp_path / "file", "n_noise=1000000")


def test_what_would_not_load_is_not_saved(problem, tmp_path):
    X, y, _ = problem
    sampler = WADANSampler(**SETTINGS[WADANSampler]).fit(X, y)
    next(iter(sampler._model.weights.values()))[0] = np.nan
    with pytest.raises(ValueError, match=r"WADANSampler cannot be saved: .*NaN"):
        save_sampler(sampler, tmp_path / "file")
    assert not list(tmp_path.iterdir())
