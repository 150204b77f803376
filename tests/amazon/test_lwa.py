"""Login with Amazon: tokens are bought once, renewed in time, and never shown."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_amazon_reports.amazon.errors import (
    CredentialsError,
    ThrottledError,
    UnavailableError,
    UnexpectedAnswerError,
)
from tap_amazon_reports.amazon.origin import ForeignHostError
from tests.amazon.scripted_login import (
    APPSTORE,
    CLIENT_SECRET,
    REFRESH_TOKEN,
    SELLER,
    SERVICE,
    Login,
    answer,
    down,
    granted,
    source_of,
)
from tests.clock import ScriptedClock

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

    from tap_amazon_reports.amazon.lwa import Grant
    from tap_amazon_reports.amazon.secret import Secret


class TestGrants:
    """What a token is asked for with."""

    def test_a_seller_asks_with_a_refresh_token(self) -> None:
        """A seller's consent is sent with the client's id and secret."""
        login = Login()
        source_of(login, grant=SELLER).token()

        assert [
            {
                "grant_type": "refresh_token",
                "refresh_token": REFRESH_TOKEN,
                "client_id": "amzn1.application-oa2-client.1",
                "client_secret": CLIENT_SECRET,
            }
        ] == login.forms

    def test_a_developer_asks_for_a_scope(self) -> None:
        """A developer's security profile names the scope that it wants."""
        login = Login()
        source_of(login, grant=APPSTORE).token()

        assert [
            {
                "grant_type": "client_credentials",
                "scope": "adx_reporting::appstore:marketer",
                "client_id": "amzn1.application-oa2-client.1",
                "client_secret": CLIENT_SECRET,
            }
        ] == login.forms

    def test_a_refresh_token_is_not_shown(self) -> None:
        """A grant that ends up in a log line keeps its secret."""
        assert REFRESH_TOKEN not in repr(SELLER)

    def test_credentials_are_not_sent_in_the_clear(self) -> None:
        """A token URL on another machine has to be https."""
        with pytest.raises(ForeignHostError, match="use https"):
            source_of(Login(), token_url="http://api.amazon.com/auth/o2/token")


class TestLife:
    """How long a token is used."""

    @pytest.mark.parametrize(
        ("life_seconds", "margin_seconds"),
        [
            pytest.param(3600, 60, id="an hour ends a minute early"),
            pytest.param("3600", 60, id="a number written as text is a number"),
            pytest.param(100, 10, id="a short life ends a tenth early"),
        ],
    )
    def test_a_token_is_used_until_shortly_before_its_end(
        self, life_seconds: object, margin_seconds: int
    ) -> None:
        """Requests share one token, and none is sent with one about to die."""
        clock, login = (
            ScriptedClock(),
            Login(granted("first", life_seconds=life_seconds)),
        )
        source = source_of(login, clock=clock)
        source.token()
        clock.advance(seconds=int(str(life_seconds)) - margin_seconds - 1)
        before = source.token()
        clock.advance(seconds=1)

        assert "first" == before.reveal()
        assert "token-1" == source.token().reveal()
        assert 2 == len(login.forms)

    def test_an_early_renewal_may_fail(self, caplog: pytest.LogCaptureFixture) -> None:
        """While the old token lives, an outage is a warning, tried once and no more."""
        clock, login = ScriptedClock(), Login(granted("first"), down())
        source = source_of(login, clock=clock)
        source.token()
        clock.advance(seconds=3550)
        handed_out = [source.token().reveal() for _ in range(3)]

        assert ["first"] * 3 == handed_out
        assert 2 == len(login.forms)
        assert [logging.WARNING] == [record.levelno for record in caplog.records]
        assert f"{SERVICE}: the token could not be renewed" in caplog.text

    def test_after_a_failed_early_renewal_the_dead_token_is_replaced(self) -> None:
        """The warning is followed by another try when the old token has died."""
        clock = ScriptedClock()
        source = source_of(Login(granted("first"), down()), clock=clock)
        source.token()
        clock.advance(seconds=3550)
        source.token()
        clock.advance(seconds=50)

        assert "token-1" == source.token().reveal()

    @pytest.mark.parametrize(
        "outage", [down(), ThrottledError("too many requests")], ids=["down", "429"]
    )
    def test_a_late_renewal_may_not_fail(self, outage: Exception) -> None:
        """With a dead token an outage is an error, and the next call tries again."""
        clock, login = ScriptedClock(), Login(granted("first"), outage)
        source = source_of(login, clock=clock)
        source.token()
        clock.advance(seconds=3600)

        with pytest.raises(type(outage)):
            source.token()
        assert "token-1" == source.token().reveal()

    def test_a_token_that_dies_while_the_renewal_fails_is_not_handed_out(self) -> None:
        """What counts is whether the old token lives after the retries, not before."""
        clock, login = ScriptedClock(), Login(granted("first"))

        def post(url: str, form: Mapping[str, str | Secret]) -> requests.Response:
            if login.forms:
                clock.sleep(120)
                raise down()
            return login(url, form)

        source = source_of(post, clock=clock)
        source.token()
        clock.advance(seconds=3550)

        with pytest.raises(UnavailableError):
            source.token()

    @given(pauses=st.lists(st.tuples(st.integers(0, 5000), st.booleans())))
    def test_a_dead_token_is_never_handed_out(
        self, pauses: list[tuple[int, bool]]
    ) -> None:
        """Whatever the pauses and outages, a token that is handed out lives."""
        clock = ScriptedClock()
        born: dict[str, float] = {}
        is_up = True

        def post(_url: str, _form: Mapping[str, str | Secret]) -> requests.Response:
            if not is_up:
                raise down()
            born[f"token-{len(born)}"] = clock.monotonic()
            return granted(f"token-{len(born) - 1}")

        source = source_of(post, clock=clock)
        for seconds, is_up in pauses:
            clock.advance(seconds=seconds)
            try:
                token = source.token().reveal()
            except UnavailableError:
                assert not is_up
                assert all(clock.monotonic() - at >= 3600 for at in born.values())
            else:
                assert clock.monotonic() - born[token] < 3600


class TestForgetting:
    """What happens when the far side says that a token is spent."""

    def test_a_forgotten_token_is_replaced(self) -> None:
        """The next request carries a new token."""
        source = source_of(Login())
        source.forget(source.token())

        assert "token-2" == source.token().reveal()

    def test_news_about_an_older_token_do_not_cost_the_new_one(self) -> None:
        """When many requests learn of one dead token, it is replaced once."""
        login = Login()
        source = source_of(login)
        old = source.token()
        source.forget(old)
        source.token()
        source.forget(old)

        assert "token-2" == source.token().reveal()
        assert 2 == len(login.forms)


class TestThreads:
    """Many requests at once."""

    def test_eight_threads_buy_one_token(self) -> None:
        """However many requests start together, Login with Amazon is asked once."""
        login, start, moment = Login(), threading.Barrier(8), threading.Event()

        def slow(url: str, form: Mapping[str, str | Secret]) -> requests.Response:
            bought = login(url, form)
            moment.wait(0.05)
            return bought

        source = source_of(slow)

        def ask(_: int) -> str:
            start.wait()
            return source.token().reveal()

        with ThreadPoolExecutor(8) as threads:
            tokens = list(threads.map(ask, range(8)))

        assert ["token-1"] * 8 == tokens
        assert 1 == len(login.forms)

    def test_nobody_waits_while_the_old_token_lives(self) -> None:
        """During an early renewal the others go on with the old token."""
        clock, login = ScriptedClock(), Login()
        asked, may_answer = threading.Event(), threading.Event()

        def slow(url: str, form: Mapping[str, str | Secret]) -> requests.Response:
            bought = login(url, form)
            if login.sold > 1:
                asked.set()
                may_answer.wait(10)
            return bought

        source = source_of(slow, clock=clock)
        source.token()
        clock.advance(seconds=3550)
        with ThreadPoolExecutor(1) as threads:
            renewing = threads.submit(source.token)
            asked.wait(10)
            meanwhile = source.token().reveal()
            may_answer.set()

        assert "token-1" == meanwhile
        assert "token-2" == renewing.result().reveal()

    def test_who_waited_for_a_failed_attempt_does_not_repeat_it(self) -> None:
        """An outage costs the time of one bounded attempt, not of one per thread."""
        login, asked, second_came = Login(), threading.Event(), threading.Event()

        class WatchedClock(ScriptedClock):
            """A clock that notices who looks at it while Login is being asked."""

            def monotonic(self) -> float:
                """Return the scripted seconds."""
                if asked.is_set():
                    second_came.set()
                return super().monotonic()

        def post(url: str, form: Mapping[str, str | Secret]) -> requests.Response:
            bought = login(url, form)
            if login.sold == 1:
                return bought
            asked.set()
            second_came.wait(10)
            raise down()

        clock = WatchedClock()
        source = source_of(post, clock=clock)
        source.token()
        clock.advance(seconds=3600)
        with ThreadPoolExecutor(2) as threads:
            first = threads.submit(source.token)
            asked.wait(10)
            second = threads.submit(source.token)

        assert isinstance(first.exception(), UnavailableError)
        assert isinstance(second.exception(), UnavailableError)
        assert 2 == len(login.forms)


class TestRefusals:
    """What the user reads when Login with Amazon says no."""

    @pytest.mark.parametrize(
        ("grant", "word", "advice"),
        [
            (SELLER, "invalid_grant", "authorise the application again"),
            (SELLER, "invalid_client", "check sp_client_id and sp_client_secret"),
            (SELLER, "invalid_request", "missing or extra characters"),
            (SELLER, "unauthorized_client", "application for this service"),
            (SELLER, "unsupported_grant_type", "check that lwa_token_url"),
            (SELLER, "invalid_scope", "which permissions the application of"),
            (APPSTORE, "invalid_scope", "not attached to the Reporting API"),
            (APPSTORE, "invalid_scope", "developer console open API Access"),
            (APPSTORE, "invalid_client", "_client_id and sp_client_secret"),
            (APPSTORE, "something_new", "Amazon does not document this code"),
        ],
    )
    @pytest.mark.parametrize("status", [200, 400, 401, 403])
    def test_each_word_says_what_to_check(
        self, grant: Grant, word: str, advice: str, status: int
    ) -> None:
        """Whatever the status, the word decides, and one line says what to do."""
        refusal = answer(
            {"error": word, "error_description": f"no {REFRESH_TOKEN}"}, status=status
        )
        with pytest.raises(CredentialsError) as caught:
            source_of(Login(refusal), grant=grant).token()
        text = str(caught.value)

        assert text.startswith(f"{SERVICE}: Login with Amazon answered {word}: ")
        assert advice in text
        assert "\n" not in text
        assert REFRESH_TOKEN not in text
        assert (caught.value.status, caught.value.code) == (status, word)
        assert "request-1" == caught.value.request_id

    def test_what_is_refused_once_is_not_asked_again(self) -> None:
        """Wrong credentials cost one request in a run, and fail the same each time."""
        login = Login(answer({"error": "invalid_client"}, status=401))
        source = source_of(login)
        texts = set()
        for _ in range(3):
            with pytest.raises(CredentialsError) as caught:
                source.token()
            texts.add((str(caught.value), caught.value.code, caught.value.status))

        assert 1 == len(texts)
        assert 1 == len(login.forms)

    @pytest.mark.parametrize(
        "body",
        [
            pytest.param("<html>secret page</html>", id="a page"),
            pytest.param("", id="nothing"),
            pytest.param(["secret"], id="a list"),
            pytest.param({}, id="an empty object"),
            pytest.param({"expires_in": 3600}, id="no token"),
            pytest.param({"access_token": "secret"}, id="no life"),
            pytest.param({"access_token": 5, "expires_in": 3600}, id="a number"),
            pytest.param({"access_token": "", "expires_in": 3600}, id="an empty token"),
            pytest.param(
                {"access_token": "secret\nx", "expires_in": 3600}, id="two lines"
            ),
            *(
                pytest.param(
                    {"access_token": "secret", "expires_in": life}, id=f"life {life!r}"
                )
                for life in (0, -1, "0", "soon", "-5", "", 1.5, None, True, 10**400)
            ),
            pytest.param({"error": "secret sentence, no word"}, id="a sentence"),
            pytest.param({"error": {"code": "secret"}}, id="an error object"),
        ],
    )
    def test_an_answer_that_cannot_be_read_is_told_by_its_status(
        self, body: object
    ) -> None:
        """No document describes it, so it fails, and nothing of it is shown."""
        login = Login(answer(body, status=418))
        source = source_of(login)
        with pytest.raises(UnexpectedAnswerError, match="HTTP 418") as caught:
            source.token()

        assert "secret" not in str(caught.value)
        assert "token-1" == source.token().reveal()


def test_a_token_is_asked_for_without_showing_a_secret() -> None:
    """What a source hands on hides itself until the request is made of it."""
    posted: list[Mapping[str, str | Secret]] = []

    def post(url: str, form: Mapping[str, str | Secret]) -> requests.Response:
        posted.append(form)
        raise UnavailableError(url)

    source = source_of(post)
    with pytest.raises(UnavailableError):
        source.token()

    assert REFRESH_TOKEN not in repr(posted)
    assert CLIENT_SECRET not in repr(posted)
