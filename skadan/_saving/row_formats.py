"""Containers, dtypes and names of rows as JSON."""

from typing import Any

from scipy import sparse

from .._optional import require
from ..samplers._containers import RowFormat

LAYOUTS = ("bsr", "coo", "csc", "csr", "dia", "dok", "lil")
SPARSE = {
    f"{layout}_{kind}": getattr(sparse, f"{layout}_{kind}")
    for layout in LAYOUTS
    for kind in ("matrix", "array")
}


def encode_format(rows: RowFormat) -> dict[str, Any]:
    """Return container, dtypes and names of rows as JSON."""
    like = rows.like
    out: dict[str, Any] = {"dtype": rows.dtype, "kind": type(like).__name__}
    if hasattr(like, "dtypes"):
        names = list(like.columns)
        odd = [name for name in names if not isinstance(name, str | int)]
        if odd:
            raise TypeError(f"The column name {odd[0]!r} is neither text nor a number.")
        out |= {"names": names, "dtypes": [str(dtype) for dtype in like.dtypes]}
    elif hasattr(like, "shape"):
        out["n_columns"] = like.shape[1]
    return out


def decode_format(saved: dict[str, Any]) -> RowFormat:
    """Return what `encode_format` was given."""
    kind, dtype = saved["kind"], saved["dtype"]
    if kind in ("NoneType", "list"):
        return RowFormat([] if kind == "list" else None, dtype)
    if kind == "DataFrame":
        pandas = require("pandas", "tables")
        columns = {j: pandas.Series(dtype=name) for j, name in enumerate(saved["dtypes"])}
        frame = pandas.DataFrame(columns, index=range(0))
        frame.columns = saved["names"]
        return RowFormat(frame, dtype)
    return RowFormat(SPARSE[kind]((0, saved["n_columns"])), dtype)
