"""A client of `/socket/longpoll`: HTTP calls that wait, on threads, so that a test can do other things meanwhile."""

from __future__ import annotations

import asyncio
import base64
import json
from urllib.parse import urlencode

from .phoenix_frames import V2, Message, decode, encode, encode_push
from .rest import Answer, Rest

NDJSON = "application/x-ndjson"
PATIENCE = 30.0


class LongPoll:
    """One session. `answer` of a call is the JSON object in the body; the HTTP status is checked to be 200."""

    def __init__(self, base: str, *, vsn: str = V2, params: dict[str, str] | None = None,
                 token_in_header: bool = False) -> None:
        self.rest = Rest(base)
        self.vsn = vsn
        self.params = params or {}
        self.token: str | None = None
        self.token_in_header = token_in_header
        self.inbox: list[Message] = []

    def path(self) -> str:
        query = {**self.params, "vsn": self.vsn}
        if self.token is not None and not self.token_in_header:
            query["token"] = self.token
        return f"/socket/longpoll?{urlencode(query)}"

    def headers(self, extra: dict[str, str] | None = None) -> dict[str, str]:
        named = {"x-phoenix-longpoll-token": self.token} if self.token is not None and self.token_in_header else {}
        return {**named, **(extra or {})}

    async def http(self, method: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        """One call; returns the whole HTTP answer."""
        return await asyncio.to_thread(self.rest.call, method, self.path(), body, self.headers(headers))

    async def get(self) -> dict:
        """One poll."""
        return _body(await self.http("GET"))

    async def post(self, body: bytes, content_type: str = NDJSON) -> dict:
        """Sends a body of frames."""
        return _body(await self.http("POST", body, {"Content-Type": content_type}))

    async def open(self) -> dict:
        """The first poll, which begins the session."""
        answer = await self.get()
        assert answer["status"] == 410 and answer["messages"] == [], answer
        self.token = answer["token"]
        return answer

    async def send(self, *frames: tuple[object, object, object, object, object]) -> None:
        """Sends frames given by their five fields; a payload of bytes makes a binary one."""
        lines = [self._line(*frame) for frame in frames]
        answer = await self.post("\n".join(lines).encode())
        assert answer["status"] == 200, answer

    def _line(self, join_ref, ref, topic, event, payload) -> str:
        if isinstance(payload, bytes):
            return base64.b64encode(encode_push(join_ref, ref, topic, event, payload)).decode()
        return encode(self.vsn, join_ref, ref, topic, event, payload)

    async def poll(self) -> list[Message]:
        """One poll, whose messages are added to `inbox` and returned."""
        answer = await self.get()
        assert answer["status"] in (200, 204), answer
        self.token = answer["token"]
        assert (answer["messages"] == []) == (answer["status"] == 204), answer
        assert all(isinstance(text, str) for text in answer["messages"]), answer
        found = [decode(self.vsn, text) for text in answer["messages"]]
        self.inbox += found
        return found

    async def wait_for(self, event: str, *, ref: object = None, topic: str | None = None) -> Message:
        """Polls until such a frame is there, and takes it."""
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    for message in self.inbox:
                        if message.matches(event, topic) and (ref is None or message.ref == ref):
                            self.inbox.remove(message)
                            return message
                    await self.poll()
        except TimeoutError:
            raise AssertionError(f"no {event} within {PATIENCE} s, only {self.inbox}") from None


def _body(answer: Answer) -> dict:
    assert answer.status == 200, (answer.status, answer.text)
    return json.loads(answer.body)
