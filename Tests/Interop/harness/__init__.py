"""What the tests against the real server share: the process, its clients, and the names of its settings."""

from .client import COMPACT, EXTENSIONS, PATIENCE, Client, Joined
from .frames import Frame, username
from .raw import RawSocket
from .rest import Answer, Rest
from .server import BINARY, PASSWORD, Server, StartFailure
from .world import World, eventually

__all__ = [
    "BINARY", "COMPACT", "EXTENSIONS", "PASSWORD", "PATIENCE", "Answer", "Client", "Frame", "Joined", "RawSocket",
    "Rest", "Server", "StartFailure", "World", "eventually", "username",
]
