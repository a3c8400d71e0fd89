"""Tables to charts, and nothing else: every function takes a DataFrame and names its columns.

Axes carry their quantity and unit. Classes take the ten colours of the theme and also wear
their number; lines differ in dash as well as in colour. Maps are built in layers: `latent_map`
draws the codes, the functions of `marks.py` what lies over them, `over` puts them together.
"""

from app.charts.curves import (
    densities,
    lines,
    loss_curve,
    magnitudes,
    marked_curve,
    open_mark,
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
from app.charts.maps import Map, latent_map, over
from app.charts.marks import ellipses, footprint, numbered, path, prior_contours, rings
from app.charts.measures import bars, bounds, by_latent, quarter_circle, rate_distortion
from app.charts.parts import Layer
from app.charts.pixels import digit_pixels, pixel_costs

__all__ = [
    "Domain",
    "Layer",
    "Map",
    "Place",
    "bars",
    "bounds",
    "by_latent",
    "cell_at",
    "close_up",
    "densities",
    "density_plane",
    "digit_pixels",
    "domain_of",
    "ellipses",
    "footprint",
    "histogram",
    "latent_map",
    "lines",
    "long_tailed",
    "loss_curve",
    "magnitudes",
    "marginals",
    "marked_curve",
    "numbered",
    "open_mark",
    "over",
    "path",
    "pixel_costs",
    "prior_contours",
    "quarter_circle",
    "rate_distortion",
    "regions",
    "rings",
    "square",
    "steady_domain",
    "under_bounds",
]
