"""Files of earlier formats, read with today's names."""

from typing import Any

# Names of records and of their fields in format 1, and today's.
RECORDS = {"NoiseModel": "CopiesModel"}
FIELDS = {"NoiseModel": {"z": "scaled"}, "RealRows": {"weight": "anchor_weight"}}


def translate(value: Any, format_number: int) -> Any:
    """Return the contents of a file, as JSON, with the names of today's format."""
    if format_number >= 2:
        return value
    return _from_first_format(value) | {"rows": _layout_of_rows(value["rows"])}


def _layout_of_rows(rows: dict) -> dict:
    """Describe the container of rows as a layout, of `skadan.samplers._layouts`."""
    kind = rows["kind"]
    layout: list | None = None
    if kind == "list":
        layout = ["list"]
    elif kind == "DataFrame":
        kinds = {type(name) for name in rows["names"]}
        kind = "str" if kinds == {str} else "int64" if kinds == {int} else "object"
        layout = ["frame", [kind, rows["names"], None], rows["dtypes"]]
    elif kind != "NoneType":
        layout = [kind, rows["n_columns"]]
    return {"dtype": rows["dtype"], "layout": layout}


def _from_first_format(value: Any) -> Any:
    """Rename fields, and the network D from discriminator to critic."""
    if isinstance(value, dict):
        return {name: _from_first_format(part) for name, part in value.items()}
    if not isinstance(value, list):
        return value
    match value:
        case ["record", str(name), dict(parts)]:
            renamed = FIELDS.get(name, {})
            parts = {renamed.get(k, k): _from_first_format(part) for k, part in parts.items()}
            if name == "TrainedModel":
                parts["weights"] = _with_critic(parts["weights"])
            return ["record", RECORDS.get(name, name), parts]
    return [_from_first_format(part) for part in value]


def _with_critic(weights: list) -> list:
    kind, pairs = weights
    return [kind, [[k.replace("discriminator.", "critic.", 1), part] for k, part in pairs]]
