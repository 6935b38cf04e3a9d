"""No address that a user gives reaches what only the server can reach."""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from app.webhooks import connecting
from app.webhooks.addresses import Policy, Refused, Unknown, networks, taken_apart
from app.webhooks.connecting import post
from tests.support.receivers import LOOPBACK, Receiver, receiving

pytestmark = pytest.mark.chapter(28)
PUBLIC = Policy()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "①②⑦.0.0.1",
        "127.0.0.1.",
        "localhost",
        "LOCALHOST.",
        "0.0.0.0",
        "0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:10.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::a00:1]",
        "[2002:7f00:1::]",
        "[2002:a00:1::1]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[2001:db8::1]",
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_addresses_behind_the_server_are_refused_in_every_spelling(scheme: str, host: str) -> None:
    with pytest.raises(Refused):
        PUBLIC.resolved(taken_apart(f"{scheme}://{host}:8000/x"))


@pytest.mark.parametrize("host", ["93.184.216.34", "[2606:4700::1111]", "[::ffff:93.184.216.34]"])
def test_public_addresses_are_for_https_only(host: str) -> None:
    assert PUBLIC.resolved(taken_apart(f"https://{host}/x"))
    with pytest.raises(Refused, match="https"):
        PUBLIC.resolved(taken_apart(f"http://{host}/x"))


def test_a_name_with_one_bad_address_among_good_ones_is_refused() -> None:
    policy = Policy(resolve=lambda host, port: ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(Refused, match=r"10\.0\.0\.1"):
        policy.resolved(taken_apart("https://hooks.example.org/"))


def test_networks_that_are_named_are_allowed_the_others_are_not() -> None:
    policy = Policy(networks("192.168.7.0/24, ::1/128"))
    assert policy.resolved(taken_apart("http://192.168.7.9:8123/api/webhook/x"))
    assert policy.resolved(taken_apart("http://[::1]:8123/"))
    assert policy.resolved(taken_apart("http://[::ffff:192.168.7.9]:8123/"))
    with pytest.raises(Refused):
        policy.resolved(taken_apart("http://192.168.8.9:8123/"))


@pytest.mark.parametrize(
    "url",
    [
        "ftp://hooks.example.org/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_x",
        "javascript:alert(1)",
        "//hooks.example.org/",
        "hooks.example.org",
        "https://user@hooks.example.org/",
        "https://user:password@hooks.example.org/",
        "https://hooks.example.org@127.0.0.1/",
        "https://hooks.example.org/#there",
        "https://hooks.example.org:22/",
        "https://hooks.example.org:25/",
        "https://hooks.example.org:0/",
        "https://hooks.example.org:70000/",
        "https://[::1/",
        "https://",
        "",
        "https://" + "a" * 3000 + ".example/",
    ],
)
def test_what_is_no_address_of_a_receiver_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        taken_apart(url)


def test_a_name_without_address_is_told_as_such() -> None:
    def nowhere(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    policy = Policy(resolve=nowhere)
    with pytest.raises(Unknown):
        policy.resolved(taken_apart("https://hooks.example.org/"))
    answer = post(taken_apart("https://hooks.example.org/"), b"{}", {}, policy, 1)
    assert answer.error == "the name hooks.example.org stands for no address at present"


def test_a_name_is_looked_up_once_and_that_very_address_is_called(receiver: Receiver) -> None:
    """Rebinding: the second look-up would say something else, and there is no second one."""
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.66.66.66"]

    policy = Policy(networks("127.0.0.1/32"), rebinding)
    target = taken_apart(f"http://hooks.example.org:{receiver.port}/a")
    assert post(target, b"{}", {}, policy, 5).status == 200
    assert asked == ["hooks.example.org"]
    assert receiver.got[0].headers["host"] == f"hooks.example.org:{receiver.port}"
    # At the next attempt the other answer is checked, and refused
    answer = post(target, b"{}", {}, policy, 5)
    assert answer.status is None
    assert "127.66.66.66" in (answer.error or "")
    assert len(receiver.got) == 1


def test_a_second_address_is_tried_where_the_first_does_not_answer(receiver: Receiver) -> None:
    policy = Policy(networks(LOOPBACK), lambda host, port: ["127.0.0.9", "127.0.0.1"])
    target = taken_apart(f"http://hooks.example.org:{receiver.port}/a")
    assert post(target, b"{}", {}, policy, 5).status == 200


def test_proxies_of_the_environment_are_not_asked(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    policy = Policy(networks(LOOPBACK))
    assert post(taken_apart(receiver.url), b"{}", {}, policy, 5).status == 200


class _Silent(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def tls_server(folder: Path, name: str) -> Iterator[tuple[int, Path]]:
    """A server whose certificate is for `name`; its port and the certificate."""
    key, certificate = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key)),
            *("-out", str(certificate), "-days", "2", "-subj", f"/CN={name}"),
            *("-addext", f"subjectAltName=DNS:{name}"),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = HTTPServer(("127.0.0.1", 0), _Silent)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server.server_address[1], certificate
    finally:
        server.shutdown()
        server.server_close()


def test_the_certificate_must_be_that_of_the_name_not_of_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = Policy(networks(LOOPBACK), lambda host, port: ["127.0.0.1"])
    with tls_server(tmp_path, "hooks.example.org") as (port, certificate):
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        connecting._ssl_context.cache_clear()
        try:
            right = post(taken_apart(f"https://hooks.example.org:{port}/"), b"{}", {}, policy, 5)
            wrong = post(taken_apart(f"https://other.example.org:{port}/"), b"{}", {}, policy, 5)
        finally:
            connecting._ssl_context.cache_clear()
    assert right.status == 204
    assert wrong.status is None
    assert "certificate" in (wrong.error or "").lower()
