"""Join labels and groups from a second file, such as a sample sheet, to a table of features."""

import re
import warnings
from collections import Counter
from collections.abc import Iterable
from itertools import islice

from ._delimited import Columns
from ._wording import passing

WHOLE = re.compile(r"-?\d+\.0")
UNNAMED = "Unnamed: 0"  # the name of a first column without one


def join(
    columns: Columns, metadata: Columns, roles: Iterable[str | None], name: str
) -> tuple[Columns, str]:
    """Return a table with those columns of its metadata that `roles` name, and its sample names.

    The second is the name of the column with the sample names.

    Rows are matched by the first column of the metadata and the sample names of the table.
    `name` is the name of the metadata file, for messages.

    Raises
    ------
    ValueError
        If a column is in both or in neither, a sample name is repeated, or a sample has no
        metadata.

    Warns
    -----
    UserWarning
        If the metadata have samples that the table does not have.
    """
    wanted = [role for role in roles if role is not None]
    for role in wanted:
        if role in metadata and role in columns:
            raise ValueError(f"the column {role!r} is in the table and in {name}: rename one")
        if role not in metadata and role not in columns:
            there = ", ".join(map(repr, islice(metadata, 20)))
            raise ValueError(
                f"there is no column {role!r} in the table or in {name}, which has {there}"
            )
    key, key_there = keys_of(columns, metadata)
    samples = list(map(sample_name, columns[key]))
    named = list(map(sample_name, metadata[key_there]))
    named_rows = {sample: row for row, sample in enumerate(named) if sample}
    for where, names in (("the table", samples), (name, [sample for sample in named if sample])):
        repeated = [sample for sample, count in Counter(names).items() if count > 1]
        if repeated:
            raise ValueError(f"the sample {repeated[0]!r} is in {where} more than once")
    missing = [sample for sample in samples if sample not in named_rows]
    if len(missing) == len(samples):
        raise ValueError(_nothing_in_common(columns, samples, list(named_rows), key_there, name))
    if missing:
        raise ValueError(
            f"{len(missing)} of {len(samples)} samples, such as {missing[0]!r}, are not in the "
            f"column {key_there!r} of {name}"
        )
    if len(named_rows) > len(samples):
        n_more = len(named_rows) - len(samples)
        text = f"{name}: {n_more} of {len(named_rows)} samples are not in the table."
        warnings.warn(text, UserWarning, stacklevel=4)
    found = {r: [metadata[r][named_rows[s]] for s in samples] for r in wanted if r in metadata}
    return columns | found, key


def sample_name(cell: str) -> str:
    """Return a sample name without blanks around it; workbooks have 7.0 for 7 beside decimals."""
    name = cell.strip()
    return name.removesuffix(".0") if WHOLE.fullmatch(name) else name


def keys_of(columns: Columns, metadata: Columns) -> tuple[str, str]:
    """Return the columns of sample names, in the table and in the metadata.

    They are the first ones. If both files have the row numbers that pandas writes, these are not
    sample names, and the next columns are.
    """
    if all(_has_row_numbers(part) and len(part) > 1 for part in (columns, metadata)):
        columns, metadata = (
            {n: part[n] for n in part if n != UNNAMED} for part in (columns, metadata)
        )
    # `transpose_table` puts the sample names last, under this name.
    key = UNNAMED if UNNAMED in columns else next(iter(columns))
    return key, next(iter(metadata))


def _has_row_numbers(columns: Columns) -> bool:
    cells = columns.get(UNNAMED)
    return cells is not None and cells == [str(row) for row in range(len(cells))]


def _nothing_in_common(
    columns: Columns, samples: list[str], named: list[str], key: str, name: str
) -> str:
    if set(named) & columns.keys():
        return f"the samples of {name} are columns of the table: pass {passing('transpose', True)}"
    return (
        f"no sample of the table is in {name}: the first column of the table has "
        f"{', '.join(map(repr, samples[:2]))}, the column {key!r} there has "
        f"{', '.join(map(repr, named[:2])) or 'nothing'}"
    )
