"""How the course writes numbers, lengths of time, lists, models and what others wrote: the one
place for it.

A minus sign is −; groups of three digits, and signs like %, stand apart by a space that breaks
no line.
"""

from collections.abc import Sequence

from core.models import ModelConfig

SPACE = "\N{NO-BREAK SPACE}"
LONGEST = 300  # characters of a foreign text


def number(value: float, form: str = "g") -> str:
    """A number in Python's format: `number(-1234.5, ",.1f")` is −1 234.5. A comma in the format
    asks for groups of three digits. No minus sign stands before a zero.
    """
    text = f"{value:{form}}".replace(",", SPACE).replace("inf", "∞")
    if not any(digit in text for digit in "123456789∞n"):
        text = text.replace("-", "")
    return text.replace("-", "−")


def grouped(count: int) -> str:
    """12345 as 12 345."""
    return number(count, ",d")


def nats(value: float, digits: int = 1) -> str:
    """A cost with its unit: 142.6 nats."""
    return f"{number(value, f',.{digits}f')} nats"


def percent(share: float, digits: int = 0) -> str:
    """A share of one: 0.953 as 95 %."""
    return f"{number(100 * share, f'.{digits}f')}{SPACE}%"


def listed(names: Sequence[str]) -> str:
    """One, two and three."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def duration(seconds: float) -> str:
    """About how long: 7 s, 4 min."""
    if seconds < 90:
        return f"{max(1, round(seconds))}{SPACE}s"
    return f"{seconds / 60:.0f}{SPACE}min"


def title(config: ModelConfig) -> str:
    """A model in a few words: "VAE lite, d = 2, β = 1"."""
    parts = [f"{config.kind.upper()} {config.architecture}", f"d = {config.latent_dim}"]
    if config.kind == "vae":
        parts.append(f"β = {config.beta:g}")
    if config.noise is not None:
        parts.append(f"σ = {config.noise:g}")
    if config.likelihood != "bernoulli":
        parts.append(config.likelihood.replace("_", " "))
    return ", ".join(parts)


def file_name(config: ModelConfig, seed: int | None) -> str:
    """The same for a file: "my-vae-lite-2-beta-1-seed-0"; what differs has another name."""
    parts = ["my", config.kind, config.architecture, str(config.latent_dim)]
    if config.architecture == "dense" and config.hidden_dim != ModelConfig().hidden_dim:
        parts.append(f"hidden-{config.hidden_dim}")
    if config.kind == "vae":
        parts.append(f"beta-{config.beta:g}")
    if config.noise is not None:
        parts.append(f"noise-{config.noise:g}")
    if config.likelihood != "bernoulli":
        parts.append(config.likelihood.replace("_", "-"))
    if seed is not None:
        parts.append(f"seed-{seed}")
    return "-".join(parts)


def plain(text: str, longest: int) -> str:
    """What somebody typed, as one line of letters: what no eye sees is left out of it."""
    line = " ".join(text.split())
    return "".join(letter for letter in line if letter.isprintable())[:longest].strip()


def as_code(text: str) -> str:
    """Words from a file, its name or a link, to stand in a sentence: as code, in one line.

    Between backticks no Markdown is read, in which a picture's address is enough to make a
    browser call another server.
    """
    line = " ".join(text.replace("`", "'").split())
    return f"`{line[:LONGEST] or ' '}`"
