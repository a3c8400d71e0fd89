"""What a browser that is no browser sends: controls set to what their bounds do not allow."""

import asyncio
import itertools
from collections.abc import Mapping
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from app.course import LESSONS
from tests.serving import Server

# Of the type that each control sends: Streamlit itself refuses other types, before any page runs.
FORGED: dict[str, tuple[str, Any]] = {
    "slider": ("double_array_value", [1e9]),
    "select_slider": ("string_array_value", ["no such option"]),
    "button_group": ("string_array_value", ["no such option"]),
    "selectbox": ("string_value", "no such option"),
    "number_input": ("double_value", None),
}
NUMBERS = (1e9, -1.0, float("inf"), float("nan"), 1e-300)


class Forger:
    """A client that knows every control of the page, and sends it what it likes."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.page = ""
        self.controls: dict[str, str] = {}  # id: kind
        self.exceptions: list[str] = []

    async def run(self, page: str, states: Mapping[str, tuple[str, Any]]) -> None:
        request = BackMsg()
        request.rerun_script.page_name = page
        request.rerun_script.page_script_hash = self.page
        for control, (kind, value) in states.items():
            state = request.rerun_script.widget_states.widgets.add()
            state.id = control
            if kind.endswith("array_value"):
                getattr(state, kind).data.extend(value)
            else:
                setattr(state, kind, value)
        await self.socket.send(request.SerializeToString())
        async for message in self.socket:
            forward = ForwardMsg()
            forward.ParseFromString(message)  # type: ignore[arg-type]
            kind = forward.WhichOneof("type")
            if kind == "navigation":
                self.page = forward.navigation.page_script_hash
            elif kind == "delta":
                element = forward.delta.new_element
                which = element.WhichOneof("type")
                if which in FORGED:
                    listed = which == "slider" and element.slider.options
                    kind = "select_slider" if listed else which
                    self.controls[getattr(element, which).id] = kind
                elif which == "exception":
                    self.exceptions.append(element.exception.message)
            elif kind == "script_finished" and (
                forward.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
            ):
                return

    def forging(self, number: float, emptied: bool) -> dict[str, tuple[str, Any]]:
        """What no bounds allow, for every control of the page."""
        states = {}
        for control, of in self.controls.items():
            kind, value = FORGED[of]
            if of in ("slider", "number_input"):
                value = [number] if of == "slider" else number
            elif emptied:
                value = value[:0]
            states[control] = kind, value
        return states


async def forged(url: str, page: str) -> list[str]:
    """The exceptions of a page all of whose controls get, one time after the other, each of what
    their bounds do not allow: what was mended is forged again.
    """
    async with connect(
        url.replace("http", "ws") + "/_stcore/stream",
        subprotocols=["streamlit", "PLACEHOLDER_AUTH_TOKEN"],  # type: ignore[list-item]
        max_size=None,
    ) as socket:
        forger = Forger(socket)
        await forger.run(page, {})
        found = list(forger.exceptions)
        for emptied, number in itertools.product((False, True), NUMBERS):
            forger.exceptions.clear()
            await forger.run("", forger.forging(number, emptied))
            found += [f"{number}, {emptied=}: {told}" for told in forger.exceptions]
        return found


ADDRESSES = ["", "data", *(lesson.address for lesson in LESSONS)]


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_no_control_offers_never_ends_a_page(server: Server, address: str):
    asked = forged(server.url, address)
    assert asyncio.run(asyncio.wait_for(asked, 120)) == []
