"""What the tests against the real server share: the process, its clients, and the names of its settings."""

from .client import COMPACT, EXTENSIONS, PATIENCE, Client, Joined
from .frames import Frame, username
from .longpoll import LongPoll
from .phoenix import PhoenixClient
from .phoenix_world import PhoenixWorld, new_room_id, room_topic
from .raw import RawSocket
from .relay import Relay
from .rest import Answer, Rest
from .server import BINARY, PASSWORD, Server, StartFailure
from .world import World, eventually

__all__ = [
    "BINARY", "COMPACT", "EXTENSIONS", "PASSWORD", "PATIENCE", "Answer", "Client", "Frame", "Joined", "LongPoll",
    "PhoenixClient", "PhoenixWorld", "RawSocket", "Relay", "Rest", "Server", "StartFailure", "World", "eventually",
    "new_room_id", "room_topic", "username",
]
