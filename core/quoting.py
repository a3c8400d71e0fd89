"""Text from outside, made safe to show: a file's words stand in a sentence as code.

A page shows an error's sentence as Markdown, in which a picture's address is enough to make the
browser call another server. Between backticks no Markdown is read. Left out: HTML, which the
pages do not allow in the first place.
"""

import reprlib

LONGEST = 80  # characters

_short = reprlib.Repr()
_short.maxstring = _short.maxother = _short.maxlong = LONGEST


def quoted(value: object) -> str:
    """A value that came from a file, for a sentence: numbers as they are, all else as code.

    `quoted(2)` is 2, and `quoted("ae")` is `ae` between backticks. What is longer
    than 80 characters is shortened.
    """
    if isinstance(value, int | float | None):
        return _shortened(_short.repr(value))
    # Strings lose the quotation marks and keep the escapes, so that all is one printable line.
    text = repr(value[: 2 * LONGEST])[1:-1] if isinstance(value, str) else _short.repr(value)
    return f"`{_shortened(text.replace('`', '')) or ' '}`"


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
