"""What the symbols of lesson 4 mean: in its formulas, on hover, and where one goes deeper."""

SYMBOLS = (
    ("x_a, x_b", "the two pictures: 784 pixels each"),
    (r"\encoder{e}(x_a)", "the code of the first, *a* for short; that of the second is *b*"),
    ("t", "how far on the way: 0 at the first code, 1 at the second"),
    (r"\latent{z(t)}", "the code at t"),
    (r"\hat x(t) = \decoder{g}(\latent{z(t)})", "the picture that the decoder draws there"),
    (r"\Omega", "the angle between a and b, seen from the origin"),
    (r"z_k", "the code at step k of the way"),
    (r"\lVert v \rVert", "the length of v, its norm: the root of the sum of its squares"),
    (r"a + s(b-a) + t(c-a)", "a place of the mosaic: s to the right, t upwards, each 0 to 1"),
)
