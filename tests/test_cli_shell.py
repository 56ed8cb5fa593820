"""From one command to the next, and wrong arguments before anything heavy is imported."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from small_tables import HEAD, rows

from skadan import load_sampler
from skadan._cli import main


def test_from_shell_to_shell(small_table, tmp_path, capsys):
    """What augment has fitted is drawn from again, as from Python."""
    pytest.importorskip("safetensors")
    usual = small_table(f"{HEAD}\n" + "".join(rows()))
    kept, out = tmp_path / "s.safetensors", ["--out", str(tmp_path / "o.csv")]
    more = ["--sampler", "shrunken", "--sets", "1", "--save", str(kept)]
    assert main(["augment", *usual, *more, *out]) == 0
    assert f"{kept}: the fitted sampler" in capsys.readouterr().err
    assert main(["sample", str(kept), "--rows", "6", "--out", str(tmp_path / "rows")]) == 0
    expected, labels = load_sampler(kept).sample(6, random_state=0)
    drawn = pd.read_parquet(tmp_path / "rows")
    np.testing.assert_array_equal(drawn.drop(columns="emotion"), expected)
    assert drawn["emotion"].tolist() == list(labels)
    more[-1] = str(tmp_path / "no" / "s")
    assert main(["augment", *usual, *more, *out]) == 1
    assert "there is no folder" in capsys.readouterr().err


WRONG = (
    ("augment", "gone.csv", "--target", "y", "--out", "o.csv"),
    ("augment", "t.csv", "--target", "z", "--out", "o.csv"),
    ("augment", "t.csv", "--target", "y", "--out", "no/o.csv"),
    ("evaluate", "t.csv", "--target", "z"),
    ("evaluate", "t.csv", "--target", "y", "--report", "no/r.html"),
)
PROGRAM = """
import sys
from contextlib import redirect_stderr
from io import StringIO
from skadan._cli import main
for arguments in %r:
    with redirect_stderr(StringIO()) as said:
        assert main(list(arguments)) == 1, arguments
    assert said.getvalue().startswith(f"skadan {arguments[0]}: "), said.getvalue()
    assert "torch" not in sys.modules, arguments
"""


@pytest.mark.slow
def test_a_wrong_argument_is_refused_without_torch(tmp_path):
    """Whose import takes seconds."""
    (tmp_path / "t.csv").write_text("a,y\n1,u\n2,v\n")
    command = [sys.executable, "-c", PROGRAM % (WRONG,)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
