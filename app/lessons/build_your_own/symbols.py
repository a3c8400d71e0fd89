"""What the symbols of lesson 7 mean: in its formulas, on hover, and where one goes deeper."""

SYMBOLS = (
    (r"x", "an image: 784 grey values"),
    (r"\latent{z}", "its code: d numbers"),
    (r"\reconstruction{-\log p(x \mid \latent{z})}", "what restoring x from z costs, nats"),
    (r"\kl{\mathrm{KL}(q(z \mid x)\,\|\,p(z))}", "what the encoder's cloud tells of x, nats"),
    (r"\beta", "the weight of the KL, chosen before training"),
    (r"d", "how many numbers a code has"),
)
