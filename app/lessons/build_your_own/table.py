"""The runs of a visit as a table: what differs between them, what they cost, and their names.

Streamlit's own table sorts and searches; a row that is ticked in it can be named, pinned, deleted
and compared below. (In an editor of cells the browser would keep the edits, by the rows' numbers:
they go wrong when a run ends meanwhile, and what is forged there ends the page.)
"""

import csv
import io
from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from app import cache, widgets
from app.cache import Shown
from app.lessons.build_your_own import comparing
from app.panels import links, shelf
from app.panels.differing import NAMES, called, settings_of, varied, written
from app.panels.digits import judge, strict_judge
from app.state import NAME, NOTE, RUNS, SIDES, Visitor
from app.words import as_code, grouped

ROW, ROWS = 64, 6  # pixels of the screen; and rows in sight
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would work out


def show(visitor: Visitor, selector: str) -> None:
    """The table, and what can be done with the runs that are ticked in it."""
    st.subheader("Your runs", anchor=False)
    if not visitor.runs:
        st.caption("Every run of yours that ends stands here, whatever page it was started on.")
        return

    drawn = list(visitor.runs), list(visitor.shelf)

    @st.fragment
    def table() -> None:
        if (list(visitor.runs), visitor.shelf) != drawn:
            st.rerun()  # the figures above show them too
        _table(visitor)
        ticked = visitor.ticked
        for key in ticked:
            _handles(visitor, key, selector)
        if len(ticked) > 1:
            comparing.show(visitor, ticked)

    table()


def _table(visitor: Visitor) -> None:
    st.caption(
        f"{grouped(len(visitor.runs))} of at most {RUNS}; settings stand here where they differ. "
        f"Tick one to name, pin or delete it, and up to {SIDES} to compare them. A click on a "
        "heading sorts."
    )
    if len(visitor.runs) == RUNS:
        st.info(_what_goes(visitor), icon=":material/inventory_2:")
    judged = judge(visitor.data) is not None and widgets.switch(
        "Also what the judges read", key="runs-judged"
    )
    keys = list(visitor.runs)
    ten = visitor.followed().images
    rows = pd.DataFrame(
        [
            {"picture": cache.thumbnail(visitor.runs[key].on(visitor.data), ten, 5)}
            | _row(visitor, key, judged=judged)
            for key in keys
        ]
    )
    event = st.dataframe(
        rows.drop(columns=_alike(visitor)),
        hide_index=True,
        row_height=ROW,
        height=min(len(keys), ROWS) * ROW + 40,
        column_config=_columns(visitor),
        placeholder="–",
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": [keys.index(key) for key in visitor.ticked]}},
        key=f"runs-{visitor.entered - len(keys)}",  # rows are ticked by their numbers
        alt=f"Your {len(keys)} runs, their settings and costs",
    )
    ticked = _ticked(event["selection"]["rows"], keys)
    visitor.tick(ticked)
    if len(ticked) > SIDES:
        st.caption(f"{len(ticked)} are ticked; these are the first {SIDES}.")
    st.download_button(
        "All of them as CSV",
        lambda: as_csv(visitor),
        "runs.csv",
        "text/csv",
        key="runs-csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _ticked(rows: object, keys: Sequence[str]) -> list[str]:
    """The runs in these rows, as far as there are such: a browser may send anything."""
    numbers = [row for row in rows if type(row) is int] if isinstance(rows, list) else []
    return [keys[row] for row in numbers if 0 <= row < len(keys)]


def _what_goes(visitor: Visitor) -> str:
    """What happens to the table when one more run ends."""
    first = visitor.first_to_go
    if first is None:
        return "The table is full of runs that are pinned or stand on a page. Delete some."
    return (
        f"The table is full. When the next run ends, {as_code(visitor.labels[first].name)} goes: "
        "the oldest that is neither pinned nor compared and stands on no page. Pin what you need."
    )


# ---- rows --------------------------------------------------------------------------------------


def _row(visitor: Visitor, key: str, *, judged: bool) -> dict[str, object]:
    """A run in the table: its settings, its figures, and what the learner wrote."""
    run, label = visitor.runs[key].on(visitor.data), visitor.labels[key]
    row: dict[str, object] = {"name": label.name, "pinned": key in visitor.shelf}
    row |= {name: _cell(value) for name, value in settings_of(visitor.runs[key]).items()}
    return row | _figures(run, judged=judged) | {"note": label.note}


def _cell(value: object) -> object:
    return value if isinstance(value, int | float) else written(value)


def _figures(run: Shown, *, judged: bool) -> dict[str, object]:
    """What a run came to, on the test images in use."""
    terms = cache.mean_terms(run)
    told: dict[str, object] = {
        "reconstruction": terms.reconstruction,
        "kl": terms.kl if run.is_vae else None,
        "cost": terms.total,
    }
    reader, strict = judge(run.data), strict_judge(run.data)
    if judged and reader and strict:
        drawn = cache.judged_drawn(run, "prior", strict)
        told["readable"] = 100 * cache.readable(run, reader)
        told["digits"] = 100 * drawn[:-1].sum().item() / drawn.sum().item()
    return told | {"seconds": run.card.get("seconds")}


def _alike(visitor: Visitor) -> list[str]:
    """The settings that tell no run from another; the seed stands there always."""
    each = [settings_of(run) for run in visitor.runs.values()]
    everything = dict.fromkeys(name for settings in each for name in settings)
    return [name for name in everything if name != "seed" and not varied(each, name)]


def _columns(visitor: Visitor) -> dict[str, Any]:
    """How each column is written, with its unit."""
    column = st.column_config
    costs = f"Mean over the {grouped(len(visitor.digits.test_images))} test images in use"
    read = "Share of restored test images that the classifier reads as their label"
    drawn = "Share of draws from N(0, I) that the judge takes for a digit, whatever the model"
    return {name: column.Column(called(name)) for name in NAMES} | {
        "picture": column.ImageColumn(
            "Restored", width=162, help="Ten digits as this run restores them"
        ),
        "name": column.TextColumn("Name", pinned=True),
        "pinned": column.CheckboxColumn("Pinned", help="On the shelf, which every page shows"),
        "reconstruction": column.NumberColumn("Reconstruction, nats", format="%.1f", help=costs),
        "kl": column.NumberColumn("KL, nats", format="%.2f", help=costs),
        "cost": column.NumberColumn("Sum, nats", format="%.1f", help=costs),
        "readable": column.NumberColumn("Readable, %", format="%.0f", help=read),
        "digits": column.NumberColumn("A digit, %", format="%.0f", help=drawn),
        "seconds": column.NumberColumn("Seconds", format="%.1f", help="Of computing"),
        "note": column.TextColumn("Note"),
    }


# ---- what is done with one ---------------------------------------------------------------------


def _handles(visitor: Visitor, key: str, selector: str) -> None:
    """A name and a note to write, and what can be done with a run."""
    label, pinned = visitor.labels[key], key in visitor.shelf
    with st.container(
        horizontal=True, vertical_alignment="bottom", border=True, key=f"run-card-{key}"
    ):
        name = st.text_input("Name", label.name, max_chars=NAME, width=180, key=f"run-name-{key}")
        note = st.text_input("Note", label.note, max_chars=NOTE, key=f"run-note-{key}")
        visitor.call(key, name, note)
        if visitor.labels[key] != label:
            st.rerun()
        if pinned:
            widgets.act("Take off the shelf", visitor.let_go, key, key=f"run-unpin-{key}")
        else:
            full = shelf.full(visitor)
            widgets.act(
                "Pin",
                visitor.keep,
                key,
                key=f"run-pin-{key}",
                disabled=full,
                help=shelf.FULL if full else None,
                icon=":material/keep:",
            )
        widgets.act(
            "Show above",
            visitor.take,
            visitor.runs[key],
            visitor.page,
            selector,
            key=f"run-show-{key}",
        )
        links.to_run(visitor, key)
        widgets.act(
            "Delete", visitor.remove, key, key=f"run-delete-{key}", icon=":material/delete:"
        )


# ---- a file ------------------------------------------------------------------------------------


def as_csv(visitor: Visitor) -> str:
    """Every run with all its settings and figures, unrounded; units stand in the header."""
    units = {"reconstruction": "reconstruction (nats per image)", "kl": "KL (nats per image)"}
    units |= {"cost": "sum (nats per image)", "seconds": "computing (s)"}
    rows = []
    for key, run in visitor.runs.items():
        label = visitor.labels[key]
        row = {"name": label.name} | settings_of(run) | _figures(run.on(visitor.data), judged=False)
        rows.append({units.get(name, name): value for name, value in row.items()})
        rows[-1]["note"] = label.note
    names = dict.fromkeys(name for row in rows for name in row)
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, names)
    writer.writeheader()
    writer.writerows({name: _harmless(value) for name, value in row.items()} for row in rows)
    return file.getvalue()


def _harmless(value: object) -> object:
    """Words that a spreadsheet takes for words."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
