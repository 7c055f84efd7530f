"""No webhook knocks at a door of our own network: addresses, names that resolve to them, and tricks of spelling."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from survey.operations.webhook_sending import send
from survey.operations.webhook_target import TargetError, all_public, read_target, resolve

PRIVATE = (
    "127.0.0.1",
    "127.9.9.9",
    "10.0.0.5",
    "172.16.3.4",
    "192.168.1.1",
    "169.254.169.254",
    "0.0.0.0",  # noqa: S104 looked at, not bound
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
)


@pytest.mark.parametrize("address", PRIVATE)
def test_no_address_of_our_own_is_public(address: str) -> None:
    assert not all_public(["93.184.215.14", address])


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_addresses_of_the_world_are(address: str) -> None:
    assert all_public([address])


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "form"),
        ("ftp://example.com/", "form"),
        ("javascript:alert(1)", "form"),
        ("https:///path", "form"),
        ("https://user:secret@example.com/", "form"),
        ("https://example.com/#part", "form"),
        ("https://example.com:0/", "form"),
        ("https://example.com:99999/", "form"),
        ("https://exam ple.com/", "form"),
        ("https://example.com\\@127.0.0.1/", "form"),
        ("https://example.com/\r\nX: 1", "form"),
        ("https://đơnvị.vn/", "form"),
        (f"https://example.com/{'a' * 500}", "form"),
        ("http://example.com/", "not_https"),
        ("http://127.0.0.1:8000/", "not_https"),
        ("https://127.0.0.1/", "not_public"),
        ("https://[::1]/", "not_public"),
        ("https://localhost/", "not_public"),
        ("https://LOCALHOST./", "not_public"),
        ("https://intranet/", "not_public"),
        ("https://metadata.google.internal/", "not_public"),
        ("https://169.254.169.254/latest/", "not_public"),
    ],
)
def test_an_address_nothing_is_sent_to(url: str, code: str) -> None:
    with pytest.raises(TargetError) as refused:
        read_target(url, {"listed.local"})
    assert refused.value.code == code


def test_the_parts_of_an_address() -> None:
    assert read_target("https://Example.com/a/b?c=d")[:4] == ("https", "example.com", 443, "/a/b?c=d")
    assert read_target("https://example.com:8443").authority == "example.com:8443"
    assert read_target("https://[2606:2800:21f::1]/").authority == "[2606:2800:21f::1]"


def test_a_listed_host_may_be_private_and_plain_at_its_port_alone() -> None:
    assert read_target("http://10.0.0.5:8080/x", {"10.0.0.5:8080"}).listed
    assert read_target("http://relay.local/x", {"relay.local"}).listed
    with pytest.raises(TargetError):
        read_target("http://10.0.0.5:9090/x", {"10.0.0.5:8080"})


def resolving_to(*addresses: str) -> Any:
    return lambda *_arguments, **_options: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in addresses]


def test_a_name_that_leads_home_is_refused_even_beside_a_public_address(monkeypatch: pytest.MonkeyPatch) -> None:
    target = read_target("https://example.com/")
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("93.184.215.14", "10.0.0.5"))
    with pytest.raises(TargetError, match="no public address"):
        resolve(target)
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("93.184.215.14"))
    assert resolve(target) == ["93.184.215.14"]
    assert resolve(read_target("https://relay.local/", {"relay.local"})) == ["93.184.215.14"]


@pytest.mark.parametrize("spelling", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1"])
def test_numbers_that_only_a_resolver_reads_are_caught_after_it(spelling: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("127.0.0.1"))
    with pytest.raises(TargetError):
        resolve(read_target(f"https://{spelling}/"))


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere when it is asked again must not be asked again."""
    reached = []

    def refuse(address: tuple[str, int], **_options: object) -> None:
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("93.184.215.14"))
    monkeypatch.setattr(socket, "create_connection", refuse)
    assert send("https://example.com/", {}, b"{}").fault == "connection"
    assert reached == [("93.184.215.14", 443)]
