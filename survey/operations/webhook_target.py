"""Where a webhook may send to: public addresses by HTTPS, and hosts an operator has listed; checked again at each try.

Whoever may name an address could otherwise have this server knock at its own network's doors. So a name is resolved
once, every address it has must be public, and the connection goes to one of those very addresses.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Collection, Iterable
from typing import NamedTuple
from urllib.parse import urlsplit

from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n

LONGEST_URL = 500
PORTS = {"https": 443, "http": 80}

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?\.?|\[[0-9A-Fa-f:.]+\]")
_PRINTED = re.compile(r"[!-~]+")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class TargetError(OperationError):
    """An address nothing is sent to."""

    SENTENCES = {
        "form": _n("This is no address of a receiver: write it as https://receiver.example/path, without a password."),
        "not_https": _n("The address must begin with https://. Plain http is for hosts the operator has listed."),
        "not_public": _n("%(host)s is no public address. The operator can list it in WEBHOOK_HOSTS."),
        "unknown_host": _n("There is no host called %(host)s."),
    }


class Target(NamedTuple):
    """A parsed address; `listed`: the operator has named its host, so it may be private and plain."""

    scheme: str
    host: str
    port: int
    resource: str
    listed: bool

    @property
    def authority(self) -> str:
        """As it stands in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def read_target(url: str, hosts: Collection[str] = ()) -> Target:
    """The parts of a URL that may be sent to, as far as its words tell; `hosts` are "host" or "host:port" in lower
    case. Raises :class:`TargetError`."""
    if len(url) > LONGEST_URL or not _PRINTED.fullmatch(url) or "\\" in url:
        raise TargetError("form")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise TargetError("form") from error
    authority = parts.netloc.removesuffix(f":{port}") if port is not None else parts.netloc
    if parts.scheme not in PORTS or not _HOST.fullmatch(authority) or port == 0 or "#" in url:
        raise TargetError("form")
    host = (parts.hostname or "").rstrip(".")
    port = port or PORTS[parts.scheme]
    listed = host in hosts or f"{host}:{port}" in hosts
    if parts.scheme != "https" and not listed:
        raise TargetError("not_https")
    if not listed and _is_local_name(host):
        raise TargetError("not_public", host=host)
    resource = parts.path or "/"
    return Target(parts.scheme, host, port, f"{resource}?{parts.query}" if parts.query else resource, listed)


def resolve(target: Target) -> list[str]:
    """The addresses to connect to; raises :class:`TargetError` unless every one of them may be."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise TargetError("unknown_host", host=target.host) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not target.listed and not all_public(addresses):
        raise TargetError("not_public", host=target.host)
    return addresses


def all_public(addresses: Iterable[str]) -> bool:
    """Whether none leads to this machine, its network, or an address within an address."""
    return all(_is_public(address) for address in addresses)


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _is_public(str(inner))
    return address.is_global and not address.is_multicast


def _is_local_name(host: str) -> bool:
    """Names and numbers that need no resolver to be known as our own; `resolve` finds the rest."""
    try:
        return not _is_public(host)
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".local", ".internal"))
