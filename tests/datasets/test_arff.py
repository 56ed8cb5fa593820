"""ARFF as Weka and people write it: comments, odd line ends, sparse lines."""

import numpy as np
import pytest

from skadan.datasets import load_table


@pytest.fixture
def load(tmp_path):
    """Write text to a file, and load it."""

    def call(text, name, **keywords):
        (tmp_path / name).write_bytes(text.encode())
        return load_table(tmp_path / name, **keywords)

    return call


ARFF = """% made by hand
@relation r % of a test
@attribute 'a' numeric % as Weka reads it
@attribute b{{1, 2}}
@ATTRIBUTE "the c" {{'p q', r}}   % {{x}}
@attribute when date "yyyy"
@attribute note string
@data % here
1,2,'p q',"2020",'50 % of{mark}it' % a comment
% another
-0.5,?,r,"2021",'it\\'s'
"""


@pytest.mark.parametrize("mark", [" ", "\u2028", "\x85", "\x0b", "\x0c", "\x1c", "\r"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines_of_arff(load, mark, newline):
    table = load(ARFF.format(mark=mark).replace("\n", newline), "t.arff", target="the c")
    assert table.feature_names == ["a", "b"]
    np.testing.assert_array_equal(table.data, [[1, 2], [-0.5, np.nan]])
    assert table.target.tolist() == ["p q", "r"]
    assert table.frame["note"].tolist() == [f"50 % of{mark}it", "it's"]
    assert table.left_out == {"when": "dates", "note": "text"}


@pytest.mark.parametrize("values", ["u,v", "1,0", "'p q',0", "0,1"])
def test_sparse_arff(load, values):
    """What a row leaves out is 0, or the first value of a nominal attribute."""
    first, second = (value.strip("'") for value in values.split(","))
    text = f"@relation r\n@attribute a numeric\n@attribute b integer\n@attribute y {{{values}}}\n"
    lines = f"@data\n{{0 1.5, 2 {second}}}\n{{1 7}}\n{{}}\n"
    table = load(text + lines, "t.arff", target="y")
    np.testing.assert_array_equal(table.data, [[1.5, 0], [0, 7], [0, 0]])
    assert table.target.astype(str).tolist() == [second, first, first]


def test_faults_of_arff_name_their_lines(load):
    head = "% c\n@relation r\n@attribute a numeric\n\n@attribute b numeric\n@data\n"
    with pytest.raises(ValueError, match="line 9 holds 'x'"):
        load(head + "1,2\n\n3,x\n", "t.arff")
    with pytest.raises(ValueError, match="line 8"):
        load(head + "1,2\n1,2,3\n", "t.arff")
    with pytest.raises(ValueError, match="line 8: 1,2,'a % b'"):  # the parser's message fails
        load(head + "1,2\n1,2,'a % b'\n", "t.arff")
    with pytest.raises(ValueError, match="no line @DATA"):
        load(head.replace("@data", ""), "t.arff")
    with pytest.raises(ValueError, match="line 3 is not an attribute"):
        load(head.replace("@attribute a numeric", "@attribute a"), "t.arff")
