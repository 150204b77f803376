"""Tokens of Login with Amazon go to their own service, and nowhere else."""

from __future__ import annotations

import pytest
import requests

from tap_amazon_reports.amazon.lwa import LwaAuth
from tap_amazon_reports.amazon.origin import ForeignHostError
from tests.amazon.scripted_login import Login, answer, source_of

BASE_URL = "https://sellingpartnerapi-eu.amazon.com"


def expired(response: requests.Response) -> bool:
    """Tell that a token is spent, by the status alone."""
    return response.status_code == 403


def request_to(url: str = f"{BASE_URL}/reports") -> requests.PreparedRequest:
    """Return a request that carries no credentials yet."""
    return requests.Request("GET", url).prepare()


class TestLwaAuth:
    """Putting tokens on requests."""

    def test_a_seller_s_request_carries_the_token(self) -> None:
        """The Selling Partner API reads its own header."""
        auth = LwaAuth(source_of(Login()), base_url=BASE_URL, spent=expired)

        assert "token-1" == auth(request_to()).headers["x-amz-access-token"]

    def test_a_developer_s_request_carries_a_bearer(self) -> None:
        """The Appstore reads the usual header."""
        auth = LwaAuth(
            source_of(Login()),
            base_url=BASE_URL,
            spent=expired,
            header="Authorization",
            prefix="Bearer ",
        )

        assert "Bearer token-1" == auth(request_to()).headers["Authorization"]

    @pytest.mark.parametrize(
        ("header", "prefix"), [("x-amz-access-token", ""), ("Authorization", "Bearer ")]
    )
    def test_a_spent_token_is_replaced_on_the_next_attempt(
        self, header: str, prefix: str
    ) -> None:
        """The request that was refused goes out once more, with a new token."""
        auth = LwaAuth(
            source_of(Login()),
            base_url=BASE_URL,
            spent=expired,
            header=header,
            prefix=prefix,
        )
        request = auth(request_to())
        worth_a_try = auth.forget(answer("", status=403, request=request))

        assert worth_a_try
        assert auth(request).headers[header] == f"{prefix}token-2"

    @pytest.mark.parametrize(
        ("status", "token"),
        [
            pytest.param(401, "Bearer token-1", id="the answer means something else"),
            pytest.param(403, None, id="the request carried no token"),
            pytest.param(403, "Basic x", id="the request carried something else"),
        ],
    )
    def test_other_refusals_are_not_tried_again(
        self, status: int, token: str | None
    ) -> None:
        """A token that is not to blame is kept."""
        auth = LwaAuth(
            source_of(Login()), base_url=BASE_URL, spent=expired, prefix="Bearer "
        )
        request = auth(request_to())
        del request.headers["x-amz-access-token"]
        if token is not None:
            request.headers["x-amz-access-token"] = token
        worth_a_try = auth.forget(answer("", status=status, request=request))

        assert not worth_a_try
        assert "Bearer token-1" == auth(request).headers["x-amz-access-token"]

    @pytest.mark.parametrize(
        "url",
        [
            "https://storage.example/document?signature=secret",
            "https://sellingpartnerapi-eu.amazon.com.example/?signature=secret",
            "https://sellingpartnerapi-eu.amazon.com:8443/?signature=secret",
            "http://sellingpartnerapi-eu.amazon.com/?signature=secret",
            "https://sellingpartnerapi-eu.amazon.com@storage.example/?x=secret",
            "https://storage.example\\@sellingpartnerapi-eu.amazon.com/?x=secret",
            "https://user:secret@sellingpartnerapi-eu.amazon.com/",
            "https://sellingpartnerapi-eu.amazon.com/\n?signature=secret",
            "https://sellingpartnerapi-eu.amazon.com:port/?signature=secret",
            "ftp://sellingpartnerapi-eu.amazon.com/?signature=secret",
            "https:///?signature=secret",
            "",
        ],
    )
    def test_a_token_goes_nowhere_else(self, url: str) -> None:
        """A request to another place is not given a token, and none is bought."""
        login = Login()
        auth = LwaAuth(source_of(login), base_url=BASE_URL, spent=expired)
        request = request_to()
        request.url = url
        with pytest.raises(ForeignHostError) as caught:
            auth(request)

        assert "x-amz-access-token" not in request.headers
        assert "secret" not in str(caught.value)
        assert [] == login.forms

    def test_a_token_is_not_sent_in_the_clear(self) -> None:
        """Plain http is refused even where the address is the service's own."""
        base_url = BASE_URL.replace("https", "http")
        auth = LwaAuth(source_of(Login()), base_url=base_url, spent=expired)

        with pytest.raises(ForeignHostError, match="use https"):
            auth(request_to(f"{base_url}/reports"))

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.9.9.9"])
    def test_a_rehearsal_on_this_machine_needs_no_encryption(self, host: str) -> None:
        """A local server may be spoken to over plain http."""
        base_url = f"http://{host}:8080/sp"
        auth = LwaAuth(source_of(Login()), base_url=base_url, spent=expired)
        request = auth(request_to(f"{base_url}/reports"))

        assert "token-1" == request.headers["x-amz-access-token"]

    def test_the_same_place_may_be_written_differently(self) -> None:
        """A default port and the case of a host make no other place."""
        auth = LwaAuth(source_of(Login()), base_url=f"{BASE_URL}:443", spent=expired)
        request = request_to()
        request.url = "https://SellingPartnerAPI-EU.amazon.com/reports"

        assert "token-1" == auth(request).headers["x-amz-access-token"]
