"""What the symbols of lesson 1 mean: in its formulas, on hover, and where one goes deeper."""

SYMBOLS = (
    ("x", "a picture: 784 pixels, each from 0 (black) to 1 (white)"),
    (r"\latent{z}", "its code, *d* numbers"),
    (r"\encoder{e}", "the encoder, a function of the picture"),
    (r"\decoder{g}", "the decoder, a function of the code"),
    (r"\hat x", "the restored picture, again 784 pixels from 0 to 1"),
    (r"\reconstruction{\mathrm{BCE}}", "the binary cross-entropy of a picture, in nats"),
    (r"\log", "the natural logarithm, which is why the unit is the nat"),
)
