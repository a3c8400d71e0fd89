"""How pages write what was not written by this course."""

LONGEST = 300  # characters


def as_code(text: str) -> str:
    """Words from a file, its name or a link, to stand in a sentence: as code, in one line.

    Between backticks no Markdown is read, in which a picture's address is enough to make a
    browser call another server.
    """
    line = " ".join(text.replace("`", "'").split())
    return f"`{line[:LONGEST] or ' '}`"
