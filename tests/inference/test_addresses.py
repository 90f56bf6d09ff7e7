"""Which addresses of an engine are taken."""

import pytest
from housestaff.inference.addresses import BadAddress, parse_address


def test_a_socket_and_a_port_are_read() -> None:
    assert parse_address("unix:/run/housestaff/engine.sock").socket == "/run/housestaff/engine.sock"
    address = parse_address("http://10.0.0.7:8100")
    assert (address.socket, address.url, str(address)) == (
        None,
        "http://10.0.0.7:8100",
        "http://10.0.0.7:8100",
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "engine",
        "unix:engine.sock",
        "unix:/" + "x" * 120,
        "http://host",
        "http://host:port",
        "http://user:word@host:1",
        "http://host:1/v1",
        "ftp://host:1",
    ],
)
def test_anything_else_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(BadAddress, match=r".+"):
        parse_address(text)
