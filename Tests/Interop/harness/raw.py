"""WebSocket by hand on a bare socket, for what a library would not do: not reading, not ponging, half frames."""

from __future__ import annotations

import asyncio
import base64
import os
import socket
import struct

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def frame(opcode: int, data: bytes, *, final: bool = True, masked: bool = True, reserved: int = 0) -> bytes:
    """One frame as a client writes it (RFC 6455 §5.2)."""
    head = bytes([(0x80 if final else 0) | (reserved << 4) | opcode])
    mask_bit = 0x80 if masked else 0
    if len(data) < 126:
        head += bytes([mask_bit | len(data)])
    elif len(data) < 65536:
        head += bytes([mask_bit | 126]) + struct.pack(">H", len(data))
    else:
        head += bytes([mask_bit | 127]) + struct.pack(">Q", len(data))
    if not masked:
        return head + data
    key = os.urandom(4)
    padded = key * (len(data) // 4 + 1)
    body = (int.from_bytes(data, "big") ^ int.from_bytes(padded[: len(data)], "big")).to_bytes(len(data), "big")
    return head + key + body


class RawSocket:
    """One TCP connection on which nothing happens by itself. Reads only when told to."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._loop = asyncio.get_running_loop()
        self._buffer = b""

    @classmethod
    async def connect(cls, port: int, receive_buffer: int | None = None) -> RawSocket:
        """Connects; `receive_buffer` in bytes keeps the kernel from taking much for a client that never reads."""
        connection = socket.socket()
        if receive_buffer is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
        return cls(connection)

    async def upgrade(self, path: str = "/ws", host: str = "127.0.0.1") -> str:
        """Does the opening handshake and returns the status line."""
        key = base64.b64encode(os.urandom(16)).decode()
        await self.write(
            (f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode()
        )
        while b"\r\n\r\n" not in self._buffer:
            await self._fill()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        return head.decode().splitlines()[0]

    async def write(self, data: bytes) -> None:
        await self._loop.sock_sendall(self.connection, data)

    async def text(self, value: str) -> None:
        """Sends one text frame."""
        await self.write(frame(TEXT, value.encode()))

    async def read(self) -> tuple[int, bytes]:
        """The next frame of the server: opcode and data."""
        head = await self._take(2)
        length = head[1] & 0x7F
        if length == 126:
            length = struct.unpack(">H", await self._take(2))[0]
        elif length == 127:
            length = struct.unpack(">Q", await self._take(8))[0]
        return head[0] & 0x0F, await self._take(length)

    async def read_text(self) -> bytes:
        """The next text frame; pings are passed over and stay unanswered."""
        while True:
            opcode, data = await self.read()
            if opcode == TEXT:
                return data
            if opcode == CLOSE:
                raise ConnectionError(f"closed with {close_code(data)}")

    async def until_closed(self) -> tuple[list[bytes], int | None]:
        """All text frames up to the end of the connection, and the close code if one was sent."""
        texts: list[bytes] = []
        try:
            while True:
                opcode, data = await self.read()
                if opcode == TEXT:
                    texts.append(data)
                elif opcode == CLOSE:
                    return texts, close_code(data)
        except (ConnectionError, EOFError):
            return texts, None

    def widen(self) -> None:
        """Ends what a small `receive_buffer` began: with its tiny window, megabytes would take minutes."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)

    async def _take(self, count: int) -> bytes:
        while len(self._buffer) < count:
            await self._fill()
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken

    async def _fill(self) -> None:
        data = await self._loop.sock_recv(self.connection, 65536)
        if not data:
            raise EOFError("the server ended the connection")
        self._buffer += data

    def close(self) -> None:
        """Closes the descriptor, without a close frame."""
        self.connection.close()


def close_code(data: bytes) -> int:
    """The code in the body of a close frame; 1005 stands for none (RFC 6455 §7.1.5)."""
    return struct.unpack(">H", data[:2])[0] if len(data) >= 2 else 1005
