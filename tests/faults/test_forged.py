"""What a browser that is no browser sends: controls set to what their bounds do not allow."""

import asyncio
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from tests.serving import Server

FORGED: dict[str, Any] = {
    "double_array_value": [1e9],
    "string_array_value": ["no such option"],
    "double_value": float("nan"),
    "string_value": "no such option",
    "int_value": 2**60,
    "bool_value": True,
}
CONTROLS = ("slider", "number_input", "button_group", "selectbox", "checkbox")
KINDS = {
    "slider": "double_array_value",
    "number_input": "double_value",
    "button_group": "string_array_value",
    "selectbox": "string_value",
    "checkbox": "bool_value",
}


class Forger:
    """A client that knows every control of the page, and sends it what it likes."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.page = ""
        self.controls: dict[str, str] = {}  # id: kind
        self.exceptions: list[str] = []

    async def run(self, page: str = "", states: dict[str, tuple[str, Any]] | None = None) -> None:
        request = BackMsg()
        request.rerun_script.page_name = page
        request.rerun_script.page_script_hash = self.page
        for control, (kind, value) in (states or {}).items():
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
                if which in CONTROLS:
                    self.controls[getattr(element, which).id] = which
                elif which == "exception":
                    self.exceptions.append(element.exception.message)
            elif kind == "script_finished" and (
                forward.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
            ):
                return


async def forged(url: str, page: str, value_of: dict[str, str]) -> list[str]:
    """The exceptions of a page whose controls all get a forged value of these kinds."""
    async with connect(
        url.replace("http", "ws") + "/_stcore/stream",
        subprotocols=["streamlit", "PLACEHOLDER_AUTH_TOKEN"],  # type: ignore[list-item]
        max_size=None,
    ) as socket:
        forger = Forger(socket)
        await forger.run(page)
        assert forger.controls
        states = {
            control: (value_of[kind], FORGED[value_of[kind]])
            for control, kind in forger.controls.items()
        }
        await forger.run(states=states)
        await forger.run(states=states)
        return forger.exceptions


@pytest.mark.parametrize(
    "page", ["autoencoder", "latent-scatter", "random-sampling", "interpolation", "vae",
             "continuous-bernoulli", "build-your-own", "data"]
)  # fmt: skip
def test_a_value_out_of_bounds_never_ends_a_page(server: Server, page: str):
    assert asyncio.run(asyncio.wait_for(forged(server.url, page, KINDS), 120)) == []


@pytest.mark.parametrize("page", ["build-your-own", "vae"])
@pytest.mark.parametrize("kind", FORGED)
def test_a_value_of_another_type_never_ends_a_page(server: Server, page: str, kind: str):
    everything: dict[str, str] = dict.fromkeys(CONTROLS, kind)
    assert asyncio.run(asyncio.wait_for(forged(server.url, page, everything), 120)) == []
