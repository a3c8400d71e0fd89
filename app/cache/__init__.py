"""What all visitors share: names and frozen configurations in, arrays out.

Models are cached by name, and what is computed from a model by the model's key, never by the
model itself, so that a retrained model cannot meet an old map. Nothing here may be changed by
whoever gets it.
"""

from pathlib import Path

from app.cache.connection import watch_connection
from app.cache.figures import (
    IN_BASIS,
    JUDGED,
    PAIRS,
    bce_extremes,
    between,
    between_pixels,
    bits_per_dimension,
    byte_costs,
    ceilings,
    change_nearby,
    cost_in_basis,
    dequantised_elbo,
    judged_count,
    judged_digits,
    judged_of,
    judged_reconstructions,
    judged_samples,
    kl_per_unit,
    knn_votes,
    mean_terms,
    pca,
    readable,
    readable_digits,
    readings,
    readings_of_pca,
    restored,
    restoring_error,
    sure_of_digits,
    terms,
    thumbnail,
)
from app.cache.files import PretrainedError, alike, paper_table, unusable
from app.cache.maps import (
    TSNE_CODES,
    Axes,
    codes,
    draw_content,
    holes,
    largest_tie,
    map_images,
    packed_holes,
    pad_content,
    plane,
    principal_plane,
    round_walk,
    tsne,
)
from app.cache.models import (
    Judge,
    Passing,
    RejectingJudge,
    Shown,
    brought_back,
    classifier,
    data_root,
    digits,
    fetch,
    film,
    film_content,
    first_ten,
    has_data,
    has_film,
    judge_of_digits,
    own_picture,
    pretrained,
    seconds_for,
)
from app.cache.posteriors import (
    Exact,
    Marginals,
    account,
    encoded,
    exact,
    ledger,
    lower_bounds,
    marginals,
)
from app.cache.samplers import (
    Samples,
    hole_share,
    judged_drawn,
    noise,
    prior_in_holes,
    readable_draws,
    samples,
    sure_share,
)
from app.cache.ways import Ends, decoded_way, faded_way, path

PRETRAINED = Path(__file__).resolve().parents[2] / "pretrained"  # read here by all, at each call
