"""What the symbols of lesson 5 mean: in its formulas, on hover, and where one goes deeper."""

SYMBOLS = (
    (r"x", "an image: 784 pixels in [0, 1]"),
    (r"\latent{z}", "a code of d numbers"),
    (r"d", "how many numbers a code has: latents, or units"),
    (r"\encoder{e}(x)", "the encoder's answer to image x: μ and log σ² of its cloud"),
    (r"\encoder{\mu_j}, \encoder{\sigma_j}", "middle and width of a cloud along latent j"),
    (r"q(z \mid x)", "the posterior: the encoder's cloud for image x"),
    (
        r"p(z) = \prior{\mathcal{N}(0, I)}",
        "the prior: independent, of mean 0 and variance 1",
    ),
    (r"\prior{\varepsilon}", "noise: a draw from N(0, I), from outside the network"),
    (
        r"\decoder{g}(\latent{z}), \decoder{\hat x}",
        "what the decoder draws from a code",
    ),
    (r"p(x \mid z)", "the likelihood: how probable the decoder finds image x, given z"),
    (r"p(x)", r"the evidence: the mean of p(x\|z) over the prior"),
    (r"p(z \mid x)", r"the true posterior: p(x\|z) p(z) / p(x)"),
    (r"q(z)", "the aggregate posterior: the average of the clouds of all images"),
    (
        r"\mathrm{KL}(q\,\Vert\,p)",
        "how far q is from p: E_q of log q − log p",
    ),
    (r"\beta", "the weight of the KL in the loss"),
    (
        r"\total{\mathrm{ELBO}}",
        "−reconstruction − KL: at most log p(x)",
    ),
    (r"\mathbb{E}_q", "the mean over draws of z from q"),
    (
        r"I_q(x; z)",
        "what a code tells of which image it came from, nats",
    ),
    (r"\odot", "product number by number"),
)
