"""A visitor without a browser: the tour under Streamlit's own AppTest."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.visiting import onlooker


@pytest.fixture
def tour() -> AppTest:
    """The tour, opened at the welcome page, with all that is to be predicted shown."""
    return onlooker()
