"""The commands of the service as processes of their own, the way a user or a container starts them."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx

API_COMMAND = ["taavon", "serve", "--host", "{host}", "--port", "{port}"]
WORKER_COMMAND = ["taavon", "worker", "--concurrency", "1"]

KEY = re.compile(r"\b[0-9a-f]{12}\.[A-Za-z0-9_-]{40,}")
PATIENCE_S = 120


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
    return port


def clean_environment(**variables: str) -> dict[str, str]:
    """The environment without any setting of ours but those given."""
    return {k: v for k, v in os.environ.items() if not k.startswith("TAAVON_")} | variables


@contextmanager
def process(
    command: Sequence[str], folder: Path, log: Path, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command, and stop it the way a terminal or a container does."""
    program, *arguments = command
    assert program == "taavon"
    with log.open("wb") as output:
        running = subprocess.Popen(
            [sys.executable, "-m", "api", *arguments],
            cwd=folder,
            env=dict(environment),
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
        try:
            yield running
        finally:
            if running.poll() is None:
                running.send_signal(signal.SIGTERM)
                try:
                    running.wait(60)
                except subprocess.TimeoutExpired:
                    running.kill()
                    running.wait()
                    raise


def wait_for(met: Callable[[], object], what: str, log: Path | None = None, patience_s: float = PATIENCE_S) -> object:
    """Wait until something is true, and return it."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        if result := met():
            return result
        time.sleep(0.2)
    text = log.read_text(errors="replace")[-3000:] if log else ""
    raise AssertionError(f"still waiting for {what}\n{text}")


@contextmanager
def api_server(
    folder: Path, environment: Mapping[str, str], *options: str, first_start: bool = True
) -> Iterator[tuple[str, str]]:
    """Run the API until it is ready; give its address and the key that the first start prints."""
    port = free_port()
    command = [part.format(host="127.0.0.1", port=port) for part in API_COMMAND] + list(options)
    log = folder / f"api-{port}.log"
    url = f"http://127.0.0.1:{port}"
    with process(command, folder, log, environment) as running:

        def is_ready() -> bool:
            assert running.poll() is None, log.read_text(errors="replace")[-3000:]
            try:
                return httpx.get(f"{url}/readyz", timeout=5).status_code == 200
            except httpx.TransportError:
                return False

        wait_for(is_ready, "the service", log)
        keys = KEY.findall(log.read_text(errors="replace"))
        assert len(keys) == first_start, log.read_text(errors="replace")
        yield url, keys[0] if keys else ""
