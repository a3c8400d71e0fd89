"""A learner without a browser: speaks the dashboard's websocket protocol, so that thirty fit."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

ANSWER_SECONDS = 120
EARLY = ForwardMsg.FINISHED_EARLY_FOR_RERUN


@dataclass
class Learner:
    """One session: what it was shown last, and what it may press."""

    socket: ClientConnection
    page: str  # the hash that names the page in later requests
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)  # label → id, fragment
    sliders: dict[str, tuple[str, str, list[str]]] = field(default_factory=dict)  # …, options
    progress: str = ""
    text: str = ""
    exceptions: list[str] = field(default_factory=list)
    polled: list[str] = field(default_factory=list)  # fragments that ask to be run time and again

    @classmethod
    async def open(cls, url: str, page: str) -> "Learner":
        """Connect and open a page by its address."""
        socket = await connect(
            url.replace("http", "ws") + "/_stcore/stream",
            subprotocols=["streamlit", "PLACEHOLDER_AUTH_TOKEN"],  # type: ignore[list-item]
            max_size=None,
            open_timeout=ANSWER_SECONDS,
        )
        learner = cls(socket, "")
        await learner._run(page_name=page)
        return learner

    async def press(self, label: str) -> None:
        """Press the button whose label begins so: Train also says how long it takes."""
        (found,) = (button for name, button in self.buttons.items() if name.startswith(label))
        widget, fragment = found
        await self._run(fragment, (widget, "trigger_value", True))

    async def slide(self, label: str, position: int) -> None:
        """Move the slider of that label to one of its listed values."""
        widget, fragment, options = self.sliders[label]
        await self._run(fragment, (widget, "string_array_value", [options[position]]))

    async def poll(self) -> None:
        """Run the polling fragments, as a browser does every few tenths of a second."""
        for fragment in self.polled:
            await self._run(fragment, automatic=True)

    async def look(self) -> None:
        """Run the page once more."""
        await self._run()

    async def close(self) -> None:
        await self.socket.close()

    async def _run(
        self,
        fragment: str = "",
        widget: tuple[str, str, Any] | None = None,  # id, kind of value, value
        *,
        page_name: str | None = None,
        automatic: bool = False,
    ) -> None:
        """Ask for a run of the script or of a fragment, and read until it has ended."""
        request = BackMsg()
        rerun = request.rerun_script
        rerun.fragment_id, rerun.is_auto_rerun = fragment, automatic
        rerun.page_script_hash = self.page
        if page_name is not None:
            rerun.page_name = page_name
        if widget is not None:
            state = rerun.widget_states.widgets.add()
            state.id = widget[0]
            if widget[1] == "trigger_value":
                state.trigger_value = True
            else:
                state.string_array_value.data.extend(widget[2])
        await self.socket.send(request.SerializeToString())
        await asyncio.wait_for(self._read(), ANSWER_SECONDS)

    async def _read(self) -> None:
        async for message in self.socket:
            forward = ForwardMsg()
            forward.ParseFromString(message)  # type: ignore[arg-type]
            kind = forward.WhichOneof("type")
            if kind == "navigation":
                self.page = forward.navigation.page_script_hash
            elif kind == "auto_rerun":
                if forward.auto_rerun.fragment_id not in self.polled:
                    self.polled.append(forward.auto_rerun.fragment_id)
            elif kind == "delta":
                self._see(forward.delta)
            elif kind == "script_finished" and forward.script_finished != EARLY:
                return

    def _see(self, delta: Any) -> None:
        element = delta.new_element
        match element.WhichOneof("type"):
            case "button":
                self.buttons[element.button.label] = (element.button.id, delta.fragment_id)
            case "slider":
                slider = element.slider
                self.sliders[slider.label] = (slider.id, delta.fragment_id, list(slider.options))
            case "text":
                self.text = element.text.body
            case "progress":
                self.progress = element.progress.text
            case "exception":
                self.exceptions.append(element.exception.message)
