"""Tables to charts, and nothing else: every function takes a DataFrame and names its columns.

Axes carry their quantity and unit. Classes take the ten colours of the theme and also wear
their number; lines differ in dash as well as in colour. Maps are built in layers: `latent_map`
draws the codes, the functions of `marks.py` what lies over them, `over` puts them together.
"""

from app.charts.curves import (
    by_code_size,
    densities,
    lines,
    loss_curve,
    magnitudes,
    marked_curve,
    open_mark,
    over_bounds,
    small_curve,
    under_bounds,
)
from app.charts.distributions import density_plane, histogram, marginals, regions
from app.charts.domains import (
    Domain,
    Place,
    cell_at,
    close_up,
    domain_of,
    long_tailed,
    square,
    steady_domain,
)
from app.charts.maps import Map, latent_map, over, small_map
from app.charts.marks import ellipses, footprint, numbered, path, prior_contours, rings
from app.charts.measures import (
    against_rate,
    bars,
    bars_across,
    beside_usual,
    by_latent,
    lower_bounds,
    quarter_circle,
    rate_distortion,
    said_and_measured,
    shares,
)
from app.charts.parts import Layer
from app.charts.pixels import digit_pixels, pixel_costs
from app.charts.plane import on_the_plane
from app.charts.sweeps import over_values, spread
