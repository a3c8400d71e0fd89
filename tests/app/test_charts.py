"""Charts say the same thing in the same way on every page."""

import pandas as pd

from app import charts

SQUARE = (-1.0, 1.0, -1.0, 1.0)


def colours_of(first_digit: int) -> list[str]:
    labels = [first_digit, *range(10)]
    classes = pd.Categorical.from_codes(labels, list("0123456789"))
    table = pd.DataFrame({"x": 0.0, "y": 0.0, "class": classes})
    chart = charts.latent_map(table, SQUARE, title="Codes").to_dict()
    return chart["layer"][0]["encoding"]["color"]["scale"]["domain"]


def test_a_class_keeps_its_colour_whichever_digit_comes_first():
    assert colours_of(7) == colours_of(0) == list("0123456789")


def test_the_axes_of_a_moving_map_stay_while_codes_move_a_little():
    codes = pd.DataFrame({"x": [-3.1, 2.2], "y": [0.2, 5.0]}).to_numpy()
    assert charts.steady_domain(codes) == charts.steady_domain(codes * 1.05)
    left, right, bottom, top = charts.steady_domain(codes)
    assert left < -3.1 and right > 2.2 and bottom < 0.2 and top > 5.0


def test_square_axes_have_one_scale_and_hold_every_point():
    points = pd.DataFrame({"x": [-1.0, 5.0], "y": [2.0, 2.5]}).to_numpy()
    left, right, bottom, top = charts.square(points)
    assert right - left == top - bottom
    assert left < -1 and right > 5 and bottom < 2 and top > 2.5


def test_costs_of_next_to_nothing_do_not_fill_the_picture():
    table = pd.DataFrame({"latent": [1, 2], "value": [1e-11, 3e-11], "part": "KL"})
    chart = charts.by_latent(table, title="KL", y="nats", colours={"KL": "#123456"}).to_dict()
    low, high = chart["layer"][0]["encoding"]["y"]["scale"]["domain"]
    assert low == 0 and high >= 0.1
