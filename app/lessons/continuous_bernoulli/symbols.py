"""What the symbols of lesson 6 mean: in its formulas, on hover, and where one goes deeper."""

SYMBOLS = (
    (r"x", "the value of a pixel, from 0 to 1"),
    (r"\hat x", "the Gaussian's answer to a pixel, and its mean"),
    (r"\latent{z}", "the code of an image: d numbers"),
    (r"\lambda", "the decoder's answer to a pixel: a parameter between 0 and 1"),
    (r"\eta", "the logit of λ, log(λ / (1 − λ)): what the decoder's last layer gives"),
    (r"\reconstruction{C(\lambda)}", "the factor that makes the area under the density 1"),
    (r"\mu(\lambda)", "the mean of a pixel under the continuous Bernoulli"),
    (r"\mu^{-1}", "the λ that has a given mean"),
    (r"p(x \mid \lambda)", "the density of a pixel's value"),
    (r"\tau^2", "the variance of the Gaussian, chosen before training"),
    (r"\delta", "λ − ½, in the polynomial for log C"),
    (r"u", "noise between 0 and 1 that dequantises a byte"),
    (r"\varepsilon", "noise from N(0, I), from which codes are drawn"),
)
