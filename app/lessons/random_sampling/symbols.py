"""What the symbols of lesson 3 mean: in its formulas, on hover, and where one goes deeper."""

SYMBOLS = (
    (r"\prior{\varepsilon}", "the noise: *d* independent draws from N(0, 1)"),
    (r"\latent{z}", "a code, the place where the decoder is asked"),
    ("l_j,\\ h_j", "the lowest and the highest code in dimension *j*"),
    (r"\Phi", "the share of N(0, 1) below a value: it makes ε uniform between 0 and 1"),
    (r"\mathcal N(0, I)", "the standard normal distribution, the prior of a VAE"),
    ("m", "the mean of the codes; of the mixture's Gaussian *k* its own mean"),
    ("L L^{\\top}", "their covariance; *L* is a triangular matrix that makes ε have it"),
    ("k", "which of the mixture's ten Gaussians, drawn by its weight"),
)
