"""Text from outside: whatever a file says, a page shows it as code and nothing else."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.quoting import LONGEST, quoted

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (2, "2"),
        (0.5, "0.5"),
        (math.nan, "nan"),
        (None, "None"),
        (True, "True"),
        ("ae", "`ae`"),
        ("", "` `"),
        ("![x](http://a.b/c.png)", "`![x](http://a.b/c.png)`"),
        ("`` ![x](http://a.b) ``", "` ![x](http://a.b) `"),
        ("a\n\n# b", r"`a\n\n# b`"),
        ([1, "a"], "`[1, 'a']`"),
    ],
)
def test_numbers_stand_as_they_are_and_all_else_as_code(value: object, shown: str):
    assert quoted(value) == shown


@given(JSON)
def test_whatever_json_holds_becomes_one_short_line_of_code(value: object):
    shown = quoted(value)
    assert len(shown) <= LONGEST + 2 and shown.isprintable()
    if not isinstance(value, int | float | None):
        assert shown[0] == shown[-1] == "`" and "`" not in shown[1:-1] and len(shown) > 2


@pytest.mark.parametrize("value", ["x" * 10**6, [[0] * 1000] * 1000, 10**4000], ids=type)
def test_what_is_long_is_shortened_and_says_so(value: object):
    assert len(quoted(value)) <= LONGEST + 2 and ("…" in quoted(value) or "..." in quoted(value))


def test_a_value_nested_as_deep_as_json_reads_it_is_quoted():
    value: list = []
    for _ in range(900):
        value = [value]
    assert quoted(value).startswith("`[[[")
