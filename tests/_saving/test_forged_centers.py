"""Files whose real rows, centres and shares do not fit each other: refused, and why."""

from itertools import permutations

import numpy as np
import pytest
from forged import files_of, parts_of, refused, sealed

from skadan import NoiseSampler, ShrunkenSampler, WADANSampler

PLACES = {WADANSampler: "model.real_rows", ShrunkenSampler: "model"}  # of the centres
NAN = float("nan")


@pytest.fixture(scope="module")
def written(problem, tmp_path_factory):
    return files_of([*PLACES, NoiseSampler], problem, tmp_path_factory.mktemp("files"))


def record(contents, place):
    """The fields of the record at a place, such as "model.real_rows.blend"."""
    first, *names = place.split(".")
    parts = contents[first][2]
    for name in names:
        parts = parts[name][2]
    return parts


def check(data, change, path, message):
    """Refused for this reason, once `change` has been at its contents and arrays."""
    origin, contents, arrays = parts_of(data)
    change(contents, arrays)
    refused(sealed(origin, contents, arrays), path, message)


# The centres, of samplers with and without networks: the fields of `Predictive` by name. What takes
# the place of a field may be an array, a value of JSON, or a change of the array that is there.
CENTERS = {
    "means of fewer columns": ("means", lambda m: m[:, 1:], "other columns"),
    "means of fewer classes": ("means", lambda m: m[1:], "other columns"),
    "a mean": ("means", lambda m: m[0], "other columns"),
    "means of whole numbers": ("means", lambda m: m.astype(int), "other columns"),
    "means of NaN": ("means", lambda m: m * np.nan, "NaN or infinite"),
    "infinite means": ("means", lambda m: m + np.inf, "NaN or infinite"),
    "counts of fewer classes": ("counts", lambda n: n[1:], "other classes"),
    "other counts": ("counts", lambda n: n + 1, "counts differ"),
    "counts by halves": ("counts", lambda n: n + 0.5, "other classes"),
    "a factor above 1": ("factors", lambda f: f + 1, "beyond 1"),
    "a factor below 0": ("factors", lambda f: -f, "beyond 1"),
    "factors of NaN": ("factors", lambda f: f * np.nan, "NaN or infinite"),
    "factors of more classes": ("factors", lambda f: np.append(f, 1.0), "other classes"),
    "a factor for all classes": ("factors", 0.5, "other classes"),
    "factors of text": ("factors", "auto", "other classes"),
    "a share above 1": ("own", lambda s: s + 1, "beyond 1"),
    "a share below 0": ("own", lambda s: s - 1, "beyond 1"),
    "shares of NaN": ("own", lambda s: s * np.nan, "NaN or infinite"),
    "shares of fewer classes": ("own", lambda s: s[1:], "other classes"),
    "no shares": ("own", None, "other classes"),
    "a spread below 0": ("spread", lambda c: -c, "below 0"),
    "an infinite spread": ("spread", lambda c: c + np.inf, "NaN or infinite"),
    "a spread of whole numbers": ("spread", lambda c: np.ones(3, int), "other classes"),
}


@pytest.mark.parametrize("cls", PLACES)
@pytest.mark.parametrize("what", CENTERS)
def test_centers_that_do_not_fit(what, cls, written, tmp_path):
    name, other, message = CENTERS[what]
    place = f"{PLACES[cls]}.predictive"

    def change(contents, arrays):
        array = arrays.pop(f"{place}.{name}")
        if callable(other):
            arrays[f"{place}.{name}"] = np.ascontiguousarray(other(array))
        else:
            record(contents, place)[name] = other

    check(written[cls], change, tmp_path / "file", message)


@pytest.mark.parametrize("cls", PLACES)
@pytest.mark.parametrize("other", [None, "data", 1.0, ["record", "AllColumns", {"n_columns": 3}]])
def test_centers_of_another_kind(other, cls, written, tmp_path):
    def change(contents, arrays):
        record(contents, PLACES[cls])["predictive"] = other

    check(written[cls], change, tmp_path / "file", "centres are of another kind")


# What is asked of them: the fields of `Blend`, two of which `RowsModel` has too.
ASKED = {
    "center": ["middle", "", 0.5, True, ["list", ["mean"]], ["tuple", []]],
    "own_share": [2, -0.1, NAN, float("inf"), "all", None, ["list", [0.5]]],
}
BLENDED = {
    "anchor": [1e9, 1.01, -0.5, NAN, "all", None],
    "residuals": ["class", "all", None, 1],
}


@pytest.mark.parametrize("cls", PLACES)
@pytest.mark.parametrize(("name", "value"), [(name, v) for name in ASKED for v in ASKED[name]])
def test_centers_and_shares_that_nobody_can_ask_for(name, value, cls, written, tmp_path):
    place = "model.real_rows.blend" if cls is WADANSampler else "model"

    def change(contents, arrays):
        record(contents, place)[name] = value

    check(written[cls], change, tmp_path / "file", f"{name}=")


def test_rows_of_two_real_ones_have_a_centre(written, tmp_path):
    def change(contents, arrays):
        record(contents, "model")["center"] = None

    check(written[ShrunkenSampler], change, tmp_path / "file", "no centre")


@pytest.mark.parametrize(("name", "value"), [(name, v) for name in BLENDED for v in BLENDED[name]])
def test_blends_that_nobody_can_ask_for(name, value, written, tmp_path):
    def change(contents, arrays):
        record(contents, "model.real_rows.blend")[name] = value

    check(written[WADANSampler], change, tmp_path / "file", name)


@pytest.mark.parametrize("other", [None, "mean", 0.75, ["record", "AllColumns", {"n_columns": 3}]])
def test_a_blend_of_another_kind(other, written, tmp_path):
    def change(contents, arrays):
        record(contents, "model.real_rows")["blend"] = other

    check(written[WADANSampler], change, tmp_path / "file", "of another kind")


@pytest.mark.parametrize("place", ["model.real_rows", "model.real_rows.blend"])
def test_a_field_of_former_versions(place, written, tmp_path):
    def change(contents, arrays):
        record(contents, place)["shrink"] = 0.5

    check(written[WADANSampler], change, tmp_path / "file", "shrink")


# The real rows


@pytest.mark.parametrize("name", ["anchors", "residuals"])
@pytest.mark.parametrize(
    ("other", "message"),
    [
        (None, "its {name}"),
        ("all", "other columns"),
        (lambda rows: rows[:, 1:], "other columns"),
        (lambda rows: rows[0], "other columns"),
        (lambda rows: rows.astype(int), "other columns"),
        (lambda rows: rows[1:], "counts are not those of its rows"),
        (lambda rows: rows * np.nan, "NaN or infinite"),
    ],
)
def test_real_rows_that_do_not_fit(name, other, message, written, tmp_path):
    def change(contents, arrays):
        rows = arrays.pop(f"model.real_rows.{name}")
        if callable(other):
            arrays[f"model.real_rows.{name}"] = np.ascontiguousarray(other(rows))
        else:
            record(contents, "model.real_rows")[name] = other

    check(written[WADANSampler], change, tmp_path / "file", message.format(name=name))


@pytest.mark.parametrize(
    ("blend", "what"), [({"anchor": 0.0}, "anchors"), ({"residuals": False}, "residuals")]
)
def test_real_rows_that_nobody_uses(blend, what, written, tmp_path):
    def change(contents, arrays):
        record(contents, "model.real_rows.blend").update(blend)

    check(written[WADANSampler], change, tmp_path / "file", f"its {what}")


ORDERS = {
    "a row twice": (lambda order: order * 0, "order of its rows is not a perm"),
    "a row that is not there": (lambda order: order + 1, "order of its rows is not a perm"),
    "fewer rows": (lambda order: order[1:], "order of its rows is not a perm"),
    "halves": (lambda order: order / 2, "order of its rows is not a list"),
    "a table": (lambda order: order[:, None], "order of its rows is not a list"),
}


@pytest.mark.parametrize("cls", [*PLACES, NoiseSampler])
@pytest.mark.parametrize("what", ORDERS)
def test_orders_that_are_none(what, cls, written, tmp_path):
    other, message = ORDERS[what]
    name = f"{PLACES.get(cls, 'model')}.order"

    def change(contents, arrays):
        arrays[name] = np.ascontiguousarray(other(arrays[name]))

    check(written[cls], change, tmp_path / "file", message)


@pytest.mark.parametrize("cls", [*PLACES, NoiseSampler])
def test_no_order(cls, written, tmp_path):
    def change(contents, arrays):
        record(contents, PLACES.get(cls, "model"))["order"] = None
        del arrays[f"{PLACES.get(cls, 'model')}.order"]

    check(written[cls], change, tmp_path / "file", "order of its rows is not a list")


@pytest.mark.parametrize(("cls", "other"), permutations([*PLACES, NoiseSampler], 2))
def test_a_model_of_another_sampler(cls, other, written, tmp_path):
    origin, contents, arrays = parts_of(written[cls])
    _, theirs, their_arrays = parts_of(written[other])
    arrays = {name: array for name, array in arrays.items() if not name.startswith("model.")}
    arrays |= {name: array for name, array in their_arrays.items() if name.startswith("model.")}
    forged = sealed(origin, contents | {"model": theirs["model"]}, arrays)
    refused(forged, tmp_path / "file", "its model is a ")
