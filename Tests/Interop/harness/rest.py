"""The REST calls that tests need, on the standard library's HTTP client."""

from __future__ import annotations

import http.client
import json
import urllib.parse
from dataclasses import dataclass


@dataclass
class Answer:
    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def detail(self):
        return self.json["detail"]


class Rest:
    """Calls on one server; with `token`, as that account. Every call uses a connection of its own."""

    def __init__(self, base: str, token: str | None = None) -> None:
        self.host = urllib.parse.urlsplit(base).netloc
        self.base = base
        self.bearer = token

    def with_token(self, token: str) -> Rest:
        return Rest(self.base, token)

    def call(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection(self.host, timeout=30)
        try:
            sent = dict(headers or {})
            if self.bearer is not None:
                sent["Authorization"] = f"Bearer {self.bearer}"
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def status(self, path: str) -> int | None:
        """The status of a GET; None when nobody answers."""
        try:
            return self.call("GET", path).status
        except (OSError, http.client.HTTPException):
            return None

    def get(self, path: str, **query: object) -> Answer:
        return self.call("GET", f"{path}?{urllib.parse.urlencode(query)}" if query else path)

    def send(self, method: str, path: str, value: object) -> Answer:
        """Sends JSON."""
        return self.call(method, path, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def post(self, path: str, value: object) -> Answer:
        return self.send("POST", path, value)

    def form(self, path: str, **fields: str) -> Answer:
        body = urllib.parse.urlencode(fields).encode()
        return self.call("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    # Accounts

    def signup(self, name: str, password: str) -> dict:
        answer = self.post("/api/v1/auth/signup", {"username": name, "password": password})
        assert answer.status == 201, (answer.status, answer.text)
        return answer.json

    def login(self, name: str, password: str) -> str:
        answer = self.form("/api/v1/auth/login", username=name, password=password)
        assert answer.status == 200, (answer.status, answer.text)
        return answer.json["access_token"]
