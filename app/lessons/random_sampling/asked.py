"""What this lesson asks."""

from app.teaching import Asked

ASKED = Asked(predictions=(), questions=())
