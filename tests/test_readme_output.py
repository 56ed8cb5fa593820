"""The gain that the README prints is the one that its code prints, but for rounding."""

import io
import re
from contextlib import redirect_stdout

import pytest
from conftest import ROOT

NUMBER = r"[+-]\d+\.\d"
# Another processor rounds otherwise, and after some hundred steps a few rows fall elsewhere.
POINTS = 4.0


@pytest.mark.slow
def test_printed_gain():
    page = (ROOT / "README.md").read_text()
    code, printed = re.search(
        r"```python\n([^`]*recall_gain\(y[^`]*)```\n\n```text\n(.*?)\n```", page, re.DOTALL
    ).groups()
    out = io.StringIO()
    with redirect_stdout(out):
        exec(compile(code, "README.md", "exec"), {})
    assert re.sub(NUMBER, "#", out.getvalue().strip()) == re.sub(NUMBER, "#", printed)
    shown, found = (
        [float(number) for number in re.findall(NUMBER, text)] for text in (printed, out.getvalue())
    )
    assert found == pytest.approx(shown, abs=POINTS)
    assert found[1] > 0  # the claim: an interval above nothing
