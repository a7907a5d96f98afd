"""Asking a listener on this machine how it is. No proxy is ever asked instead."""

from __future__ import annotations

import http.client
import socket


def is_ok(host: str, port: int, path: str, timeout: float = 0.7) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def is_taken(host: str, port: int) -> bool:
    """Whether somebody listens there."""
    try:
        with socket.create_connection((host, port), timeout=0.7):
            return True
    except OSError:
        return False
