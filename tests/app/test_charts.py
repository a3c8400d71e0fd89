"""Charts say the same thing in the same way on every page."""

import pandas as pd

from app import charts
from app.charts.labels import apart

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


def places_of(points: list[tuple[float, float, str]]) -> list[tuple[float, float, float, float]]:
    """The names' boxes in a plot of 300 × 190 px that the points just fill: left to bottom."""
    table = apart(pd.DataFrame(points, columns=["x", "y", "name"]), "x", "y")
    wide, high = table["x"].max() - table["x"].min(), table["y"].max() - table["y"].min()
    boxes = []
    for row in table[table["name"] != ""].to_dict("records"):
        x = 300 * (row["x"] - table["x"].min()) / wide + row["dx"]
        y = 190 * (table["y"].max() - row["y"]) / high + row["dy"]
        length = 7 * len(row["name"])  # px, of 13 px type
        left = x - {"left": 0, "right": length, "center": length / 2}[row["align"]]
        boxes.append((left, y - 8, left + length, y + 8))
    return boxes


def test_names_of_points_that_crowd_lie_apart():
    crowd = [(1.0, 0.15, "3.92"), (0.97, 0.16, ""), (1.2, 0.04, "1"), (1.15, 0.06, ""),
             (1.4, 0.02, "0.392"), (1.42, 0.02, "0.0392"), (0.0, 1.0, "39.2, 392"),
             (2.4, 0.0, "0.00392")]  # fmt: skip
    boxes = places_of(crowd)
    for i, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[i + 1 :]:
            across = left < other[2] and other[0] < right
            assert not (across and top < other[3] and other[1] < bottom), (crowd[i], other)


def test_type_in_charts_is_nowhere_under_13_px():
    table = pd.DataFrame(
        {"kl": [0.0, 6.0], "reconstruction": [211.0, 150.0], "name": ["392", "1"],
         "shown": [False, True], "swept": True}
    )  # fmt: skip
    levels = pd.DataFrame({"reconstruction": [46.4], "name": ["entropy floor 46.4"]})
    chart = charts.rate_distortion(table, levels, title="β").to_dict()

    def sizes(part: object) -> list[float]:
        if isinstance(part, list):
            return [size for each in part for size in sizes(each)]
        if not isinstance(part, dict):
            return []
        own = [value for key, value in part.items() if key.lower().endswith("fontsize")]
        return own + [size for each in part.values() for size in sizes(each)]

    assert {"labelFontSize", "titleFontSize"} <= set(chart["config"]["axis"])
    assert {"labelFontSize", "titleFontSize"} <= set(chart["config"]["legend"])
    assert chart["config"]["text"]["fontSize"] >= 13
    assert min(sizes(chart)) >= 13
