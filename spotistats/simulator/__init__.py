"""A small stand-in for Spotify's two services, over real HTTP, with listeners who have a life."""

from .calls import Call
from .faults import Fault
from .scripted import ScriptedPlay
from .server import Simulator

__all__ = ["Call", "Fault", "ScriptedPlay", "Simulator"]
