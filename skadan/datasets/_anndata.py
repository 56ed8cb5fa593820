"""Read h5ad files (annotated matrices), as scanpy writes them."""

from collections.abc import Sequence
from pathlib import Path

from sklearn.utils import Bunch

from .._optional import require
from .._tables.labels import read_typed
from ._roles import bunch_of_arrays, check_column, check_groups, check_target, column_names


def read_h5ad(
    path: Path,
    target: str | None,
    groups: str | None,
    drop: Sequence[str],
    layer: str | None,
) -> Bunch:
    """Read features from ``X`` or a layer, and labels and groups from ``obs``.

    Raises
    ------
    ImportError
        Without the ``anndata`` extra.
    ValueError
        If the file is not h5ad, or lacks the layer or a column.
    """
    anndata = require("anndata", "anndata")
    try:
        table = anndata.read_h5ad(path)
    except Exception as error:  # anndata and h5py raise errors of many types
        raise ValueError(f"it is not an h5ad file, or it is damaged ({error})") from error
    if layer is not None:
        check_column(layer, list(table.layers), "layer")
    X = table.X if layer is None else table.layers[layer]
    if X is None:
        raise ValueError(f"it has no X: pass one of its layers, {', '.join(table.layers)}")
    roles = {"target": target, "groups": groups}
    labels = {}
    for role, name in roles.items():
        if name is not None:
            check_column(name, list(table.obs), role)
            labels[name] = read_typed(table.obs[name])
    return bunch_of_arrays(
        X,
        None if target is None else check_target(labels[target], target),
        None if groups is None else check_groups(labels[groups], groups),
        column_names(list(table.var_names)),
        drop,
    )
