"""Outgoing requests over real sockets: whatever the other side does is an answer or one error."""

import datetime
import socket
import threading

import pytest

from dossiers.ways.base import Letter, UnreachableError
from dossiers.ways.http import HttpCarrier
from payments.gateways import http as gateway
from payments.gateways.base import GatewayError
from payments.tax.base import TaxError
from payments.tax.http import HttpAuthority
from portal.lib.outgoing import Answer, NoAnswerError, ask

OK = b"HTTP/1.1 200 OK\r\n"
BROKEN = {
    "nothing at all": b"",
    "no HTTP": b"garbage\r\n\r\n",
    "a chunk that ends in the middle": OK + b"Transfer-Encoding: chunked\r\n\r\n40\r\n{",
    "a chunk of no size": OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a header without end": OK + b"X: " + b"x" * 70_000,
}


@pytest.fixture
def saying():
    """Start a server that says some bytes to whoever comes, and gives its address."""
    listeners = []

    def start(said: bytes, *, stays: bool = False) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def serve() -> None:
            while True:
                try:
                    came, _address = listener.accept()
                except OSError:
                    return
                came.settimeout(2)
                came.recv(65536)
                came.sendall(said)
                if stays:
                    listeners.append(came)
                else:
                    came.close()

        threading.Thread(target=serve, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/x"

    yield start
    for listener in listeners:
        listener.close()


@pytest.mark.parametrize("said", BROKEN.values(), ids=BROKEN)
def test_bytes_that_are_no_answer_are_one_error_for_everybody(saying, said):
    url = saying(said)
    with pytest.raises(NoAnswerError):
        ask(url, seconds=2)
    with pytest.raises(UnreachableError, match="did not answer"):
        HttpCarrier(url, "khoa").deliver(Letter("notice-1", "0987654321", "", "Xin chao"))
    with pytest.raises(TaxError, match="did not answer"):
        HttpAuthority(url, "khoa").send("tong-hop-1", b"<x/>")
    with pytest.raises(GatewayError, match="did not answer"):
        gateway.post_json(url, {"a": 1})
    with pytest.raises(GatewayError, match="no list"):
        gateway.reporter(url)(datetime.date(2026, 3, 2))


def test_who_says_nothing_is_waited_for_so_long_only(saying):
    with pytest.raises(NoAnswerError, match=r"Timeout|URLError"):
        ask(saying(b"", stays=True), seconds=0.2)
    with pytest.raises(NoAnswerError, match="Timeout"):
        ask(saying(OK + b"Content-Length: 9\r\n\r\n{", stays=True), seconds=0.2)


@pytest.mark.parametrize(
    "url", ["", "ftp://127.0.0.1/x", "file:///etc/passwd", "http://127.0.0.1:9/x", "http://[::x/"]
)
def test_an_address_nobody_answers_at(url):
    with pytest.raises(NoAnswerError):
        ask(url, seconds=2)


def test_an_answer_is_told_whatever_its_status_and_no_more_of_it_than_asked_for(saying):
    refused = saying(b"HTTP/1.1 422 No\r\nContent-Length: 11\r\n\r\n" + b'{"error":1}')
    assert ask(refused, b"x", seconds=2) == Answer(422, b'{"error":1}')
    assert ask(refused, seconds=2, most=3) == Answer(422, b'{"e')
    cut = saying(b"HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{")
    assert ask(cut, seconds=2) == Answer(503, b"")
    assert Answer(200, b'{"a": 1}').fields() == {"a": 1}
    assert Answer(200, b"[1]").fields() == Answer(200, b"\xff").fields() == {}
