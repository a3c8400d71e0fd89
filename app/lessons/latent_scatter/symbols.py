"""What the symbols of lesson 2 mean: in its formulas, on hover, and where one goes deeper."""

SYMBOLS = (
    (r"\encoder{e}(x)", "the encoder's answer to image x: its code, d numbers"),
    (r"\latent{z}", "a code: a place of the map"),
    (r"\decoder{g}(\latent{z})", "what the decoder draws at the code z"),
    ("R", "any change of codes that can be undone: a turn, a stretch, a mirror"),
    ("R^{-1}", "what undoes R"),
    (r"R \circ \encoder{e}", "first the encoder, then R"),
    (
        r"\reconstruction{\mathcal L}(\encoder{e}, \decoder{g})",
        "the loss of that encoder with that decoder, nats per image",
    ),
    ("k", "how many neighbours vote"),
)
