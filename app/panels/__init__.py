"""Pieces of a page that lessons share, one file an idea."""

from app.panels.aggregate import against_prior
from app.panels.blur import why_blurry
from app.panels.bounds import bound_slider
from app.panels.calculator import calculator
from app.panels.clouds import clouds
from app.panels.collapse import beta_sweep, collapse_alarm, loss_terms, quarter_circle
from app.panels.comparing import on_one_axis
from app.panels.density import distribution, float32_errors
from app.panels.digits import (
    choose_data,
    choose_digit,
    digits_in_use,
    first_of_each_class,
    new_noise,
    pick_digits,
)
from app.panels.drawing import draw_your_own
from app.panels.duel import duel
from app.panels.exploring import COLOURS, another_basis, explore_map, has_tsne, overlap
from app.panels.film import training_film, with_film
from app.panels.frame import begin, coming_next, course_entry, opening
from app.panels.ledger import ledger
from app.panels.likelihoods import (
    reconstruction_rows,
    sample_rows,
    sharpness_and_error,
    three_likelihoods,
    whose_sharpness,
)
from app.panels.models import (
    blueprint,
    model,
    network,
    own_model,
    pair,
    pretrained_config,
    provenance,
    what_differs,
)
from app.panels.own import bring_back, learned_curves, own_samples, own_walk, take_home
from app.panels.paper import paper_table
from app.panels.pixels import LAMBDAS, pixel_costs, pixel_density, point_at_pixel, slopes
from app.panels.reparameterisation import reparameterisation
from app.panels.restoring import (
    against_pca,
    cost_in_context,
    reconstructions,
    same_digits,
    sharpness_on_cards,
)
from app.panels.sampling import SAMPLERS, compare_samplers, same_noise, sixteen_samples
from app.panels.touch import walk_freely
from app.panels.training import train
from app.panels.walks import (
    corners,
    crossfade,
    midpoints,
    mosaic,
    plane_mosaic,
    step_speeds,
    strips,
    walk,
    walk_by_hand,
    walk_on_map,
)

__all__ = [
    "COLOURS",
    "LAMBDAS",
    "SAMPLERS",
    "against_pca",
    "against_prior",
    "another_basis",
    "begin",
    "beta_sweep",
    "blueprint",
    "bound_slider",
    "bring_back",
    "calculator",
    "choose_data",
    "choose_digit",
    "clouds",
    "collapse_alarm",
    "coming_next",
    "compare_samplers",
    "corners",
    "cost_in_context",
    "course_entry",
    "crossfade",
    "digits_in_use",
    "distribution",
    "draw_your_own",
    "duel",
    "explore_map",
    "first_of_each_class",
    "float32_errors",
    "has_tsne",
    "learned_curves",
    "ledger",
    "loss_terms",
    "midpoints",
    "model",
    "mosaic",
    "network",
    "new_noise",
    "on_one_axis",
    "opening",
    "overlap",
    "own_model",
    "own_samples",
    "own_walk",
    "pair",
    "paper_table",
    "pick_digits",
    "pixel_costs",
    "pixel_density",
    "plane_mosaic",
    "point_at_pixel",
    "pretrained_config",
    "provenance",
    "quarter_circle",
    "reconstruction_rows",
    "reconstructions",
    "reparameterisation",
    "same_digits",
    "same_noise",
    "sample_rows",
    "sharpness_and_error",
    "sharpness_on_cards",
    "sixteen_samples",
    "slopes",
    "step_speeds",
    "strips",
    "take_home",
    "three_likelihoods",
    "train",
    "training_film",
    "walk",
    "walk_by_hand",
    "walk_freely",
    "walk_on_map",
    "what_differs",
    "whose_sharpness",
    "why_blurry",
    "with_film",
]
