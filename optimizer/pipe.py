"""Sends Python objects through a pipe between a process and the child it started itself."""

from __future__ import annotations

import pickle
import struct
from typing import IO, Any

_LENGTH = struct.Struct("!Q")


def send_message(stream: IO[bytes], message: Any) -> None:
    """Send an object, its length before it.

    Raises
    ------
    BrokenPipeError
        If nobody reads any more.
    """
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(_LENGTH.pack(len(body)) + body)
    stream.flush()


def receive_message(stream: IO[bytes]) -> Any:
    """Receive an object.

    Raises
    ------
    EOFError
        If the other side has closed the pipe, or has died halfway through a message.
    """
    (length,) = _LENGTH.unpack(_read_exactly(stream, _LENGTH.size))
    return pickle.loads(_read_exactly(stream, length))  # noqa: S301  # both ends of the pipe are this program


def _read_exactly(stream: IO[bytes], length: int) -> bytes:
    """Read on until the whole length is there: an unbuffered pipe gives what it has."""
    body = bytearray()
    while len(body) < length:
        part = stream.read(length - len(body))
        if not part:
            raise EOFError("the pipe is closed")
        body += part
    return bytes(body)
