"""One attempt at a delivery: a signed POST over a connection to a checked address, within a bounded time."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from forms.ballot import clean_text
from survey.operations.webhook_target import Target, TargetError, read_target, resolve

CONNECT_SECONDS = 5
SECONDS = 15  # for the whole attempt, however slowly the other side drips
ANSWER_BYTES = 500
SIGNATURE_HEADER = "Sipas-Signature"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt: the answer's status, or the `fault` there was instead; an answer's first bytes.

    Faults: `form`, `not_https`, `not_public`, `unknown_host`, `timeout`, `tls`, `connection`; `redirect` comes with the
    status of an answer that points elsewhere, where nothing is sent.
    """

    status: int | None
    fault: str | None
    milliseconds: int
    answer: str = ""

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def signature(secrets: Sequence[str], moment: int, body: bytes) -> str:
    """`t=<Unix seconds>,v1=<hex>`: HMAC-SHA256 over "<t>.<body>" with the receiver's secret.

    More than one `v1` where the installation's key is being changed: one of them must fit.
    """
    signed = f"{moment}.".encode() + body
    return ",".join(
        [f"t={moment}", *(f"v1={hmac.new(s.encode(), signed, hashlib.sha256).hexdigest()}" for s in secrets)]
    )


def send(url: str, headers: dict[str, str], body: bytes, hosts: Collection[str] = ()) -> Outcome:
    """POST the body; never raises for what the other side or the network does."""
    begun = time.monotonic()

    def outcome(status: int | None, fault: str | None, answer: str = "") -> Outcome:
        return Outcome(status, fault, round((time.monotonic() - begun) * 1000), answer)

    try:
        target = read_target(url, hosts)
        with _connected(target, resolve(target)) as sock:
            status, answer = _exchange(sock, target, headers, body)
    except TargetError as error:
        return outcome(None, error.code)
    except ssl.SSLError:
        return outcome(None, "tls")
    except TimeoutError:
        return outcome(None, "timeout")
    except (OSError, http.client.HTTPException, ValueError):
        return outcome(None, "timeout" if time.monotonic() - begun >= SECONDS else "connection")
    return outcome(status, "redirect" if 300 <= status < 400 else None, answer)


@contextmanager
def _connected(target: Target, addresses: Sequence[str]) -> Iterator[socket.socket]:
    """A socket to the first address that answers; it is shut when the time for the whole attempt is over."""
    sock = _connect(target, addresses)
    try:
        if target.scheme == "https":
            context = ssl.create_default_context()
            sock = context.wrap_socket(sock, server_hostname=target.host, do_handshake_on_connect=False)
        alarm = threading.Timer(SECONDS, _shut, [sock])
        alarm.daemon = True
        alarm.start()
        try:
            if isinstance(sock, ssl.SSLSocket):
                sock.do_handshake()
            yield sock
        finally:
            alarm.cancel()
    finally:
        sock.close()


def _connect(target: Target, addresses: Sequence[str]) -> socket.socket:
    fault: OSError = ConnectionError("no address")
    for address in addresses[:2]:
        try:
            sock = socket.create_connection((address, target.port), timeout=CONNECT_SECONDS)
        except OSError as error:
            fault = error
        else:
            sock.settimeout(SECONDS)
            return sock
    raise fault


def _shut(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        sock.close()


def _exchange(sock: socket.socket, target: Target, headers: dict[str, str], body: bytes) -> tuple[int, str]:
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.sock = sock
    fixed = {"Host": target.authority, "Content-Type": "application/json", "Connection": "close"}
    connection.putrequest("POST", target.resource, skip_host=True, skip_accept_encoding=True)
    for name, value in {**fixed, "Content-Length": str(len(body)), **headers}.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    response = connection.getresponse()
    answer = clean_text(response.read(ANSWER_BYTES).decode("utf-8", "replace"), lines=True)
    return response.status, answer
