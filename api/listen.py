"""Take the port that the service will listen on, before anything is said or made."""

from __future__ import annotations

import errno
import socket

from distribution.domain.errors import UnavailableError

BACKLOG = 2048  # what uvicorn asks for


def bind_sockets(host: str, port: int) -> list[socket.socket]:
    """Bind every address of a host; a name may have one of IPv4 and one of IPv6.

    Raises
    ------
    UnavailableError
        ``port_in_use``, or ``address_unusable`` if the host has no address that can be listened on.
    """
    bound: list[socket.socket] = []
    reason = ""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise UnavailableError(
            "address_unusable", host=host, port=str(port), reason=error.strerror or str(error)
        ) from error
    for family, address in dict.fromkeys((family, address) for family, _, _, _, address in found):
        try:
            bound.append(socket.create_server(address, family=family, backlog=BACKLOG))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                for taken in bound:
                    taken.close()
                raise UnavailableError("port_in_use", host=host, port=str(port)) from error
            reason = error.strerror or str(error)
    if not bound:
        raise UnavailableError("address_unusable", host=host, port=str(port), reason=reason)
    return bound
