"""The textbook of Latent Walk: autoencoders, from the digits to the aggregate posterior.

Read it in the order below. Each file is the ones before it plus one idea, and imports nothing
that comes after it: whoever has read this far has met every name it uses. Nothing here knows of
the dashboard.
"""

from core import continuous_bernoulli  # at once, so that models know all three likelihoods

__all__ = ["READING_ORDER", "continuous_bernoulli"]

READING_ORDER = {
    "quoting.py": "text from a file, made safe to show",
    "idx.py": "the files that full sets come in, checked before they are believed",
    "data.py": "the digits: a sample that is always there, the full sets for those who ask",
    "losses.py": "what it costs to explain an image, in nats",
    "models/config.py": "what fixes a model but its weights, checked at birth",
    "models/layers.py": "four architectures, each an encoder and a decoder",
    "models/likelihoods.py": "what a decoder's logits say about an image; a list that is open",
    "models/autoencoder.py": "squeeze an image through a few numbers, and restore it",
    "models/vae.py": "answer with a cloud instead of a point; compare it with `autoencoder.py`",
    "models/__init__.py": "one door to both models: `build(config)`",
    "models/classifier.py": "the judges who say which digit a picture shows, or none",
    "continuous_bernoulli.py": "a likelihood for grey pixels, and how one adds a likelihood",
    "numerics.py": "what float32 and a Taylor polynomial make of its constant",
    "training.py": "training as a chain of pure slices that can be paused, kept and repeated",
    "card.py": "what is known of a model, and which numbers cannot be right",
    "checkpoints.py": "keeping a model and its card, and trusting no file",
    "archive.py": "a model brought as one .zip or as its files, none of them trusted",
    "latent.py": "codes of a set, paths between codes, planes through them",
    "sampling.py": 'where to sample: four answers to "a random point"',
    "evaluation/bounds.py": "what an image costs a model, and how near that is to log p(x)",
    "evaluation/codes.py": "how many latents are in use, and whether neighbours share a label",
    "evaluation/holes.py": "where in latent space no code lives",
    "evaluation/judging.py": "how pictures look to judges that know no model",
    "evaluation/baselines.py": "what a figure is read beside: floors, ceilings, straight lines",
    "evaluation/__init__.py": "one door to these five",
    "nondigits.py": "pictures that are no digits, for a judge to learn what to refuse",
    "ledger.py": "where one image spends its nats, pixel by pixel and latent by latent",
    "posterior.py": "what the ELBO leaves out: log p(x) and the true posterior, by quadrature",
    "aggregate.py": "the average of all posteriors against the prior",
    "film.py": "about forty moments of a training, to look at later",
    "script.py": "a model told as one short program, and as a notebook",
    "onnx_graph.py": "the same network for programs without PyTorch",
    "export.py": "a model to take home, in one .zip that needs nothing of this course",
}  # fmt: skip
