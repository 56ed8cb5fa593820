"""Join labels and groups from a second file, such as a sample sheet, to a table of features."""

import warnings
from collections import Counter
from collections.abc import Iterable
from itertools import islice

from ._delimited import Columns
from ._wording import passing


def join(columns: Columns, metadata: Columns, roles: Iterable[str | None], name: str) -> Columns:
    """Return the columns of a table with those columns of its metadata that `roles` name.

    Rows are matched by the first column of the metadata and the sample names of the table.
    `name` is the name of the metadata file, for messages.

    Raises
    ------
    ValueError
        If a column is in both, a sample name is repeated, or a sample has no metadata.

    Warns
    -----
    UserWarning
        If the metadata have samples that the table does not have.
    """
    samples, (key, *_) = columns[key_of(columns)], metadata
    rows = {sample: row for row, sample in enumerate(metadata[key])}
    for where, names in (("the table", samples), (name, metadata[key])):
        repeated = [sample for sample, count in Counter(names).items() if count > 1]
        if repeated:
            raise ValueError(f"the sample {repeated[0]!r} is in {where} more than once")
    missing = [sample for sample in samples if sample not in rows]
    if len(missing) == len(samples):
        raise ValueError(_nothing_in_common(columns, samples, metadata[key], key, name))
    if missing:
        raise ValueError(
            f"{len(missing)} of {len(samples)} samples, such as {missing[0]!r}, are not in the "
            f"column {key!r} of {name}"
        )
    if len(rows) > len(samples):
        text = f"{name}: {len(rows) - len(samples)} of {len(rows)} samples are not in the table."
        warnings.warn(text, UserWarning, stacklevel=4)
    found = dict(columns)
    for role in roles:
        if role in metadata and role in columns:
            raise ValueError(f"the column {role!r} is in the table and in {name}: rename one")
        if role in metadata:
            found[role] = [metadata[role][rows[sample]] for sample in samples]
        elif role is not None and role not in columns:
            there = ", ".join(map(repr, islice(metadata, 20)))
            raise ValueError(
                f"there is no column {role!r} in the table or in {name}, which has {there}"
            )
    return found


def key_of(columns: Columns) -> str:
    """Return the column of sample names: that of names without a header, else the first."""
    return "Unnamed: 0" if "Unnamed: 0" in columns else next(iter(columns))


def _nothing_in_common(
    columns: Columns, samples: list[str], named: list[str], key: str, name: str
) -> str:
    if set(named) & columns.keys():
        return f"the samples of {name} are columns of the table: pass {passing('transpose', True)}"
    return (
        f"no sample of the table is in {name}: the first column of the table has "
        f"{', '.join(map(repr, samples[:2]))}, the column {key!r} there has "
        f"{', '.join(map(repr, named[:2]))}"
    )
