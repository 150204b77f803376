"""Login with Amazon and the Appstore: grants, scopes, months, and what is refused."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from typing import TYPE_CHECKING

import pytest
import requests

from tests.local_amazon import AnswerStyle
from tests.local_amazon.callers import token

if TYPE_CHECKING:
    from tests.clock import ScriptedClock
    from tests.local_amazon import AppstoreFile, LocalAmazon

FORM = {
    "grant_type": "client_credentials",
    "scope": "adx_reporting::appstore:marketer",
}


def _ask(amazon: LocalAmazon, **changes: str | None) -> requests.Response:
    """Post a good form with some fields changed, or left out when None."""
    settings = amazon.settings()
    form: dict[str, str | None] = {
        **FORM,
        "client_id": settings["appstore_client_id"],
        "client_secret": settings["appstore_client_secret"],
        **changes,
    }
    return requests.post(settings["lwa_token_url"], data=form, timeout=10)


def _month(
    amazon: LocalAmazon, path: str, bearer: str, scheme: str = "Bearer"
) -> requests.Response:
    url = f"{amazon.settings()['appstore_base_url']}/api/appstore/download/report"
    headers = {"authorization": f"{scheme} {bearer}"}
    return requests.get(f"{url}/{path}", headers=headers, timeout=10)


def test_both_grants_give_tokens(
    amazon: LocalAmazon, session: requests.Session
) -> None:
    """Each grant gives a token with the prefix of its service."""
    assert token(amazon, session, "appstore").startswith("Atc|")
    assert token(amazon, session, "sp").startswith("Atza|")
    assert [] == amazon.refused


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"scope": "appstore::apps:readwrite"}, 400, "invalid_scope"),
        ({"scope": None}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"needless": "field"}, 400, "invalid_request"),
        (
            {"grant_type": "refresh_token", "scope": None, "refresh_token": "x"},
            401,
            "invalid_client",
        ),
    ],
)
def test_wrong_grants_are_refused(
    amazon: LocalAmazon, changes: dict[str, str | None], status: int, error: str
) -> None:
    """What is wrong with a grant is told by Amazon's word, and written down."""
    answer = _ask(amazon, **changes)

    assert (status, error) == (answer.status_code, answer.json()["error"])
    assert 1 == len(amazon.refused)


def test_a_revoked_refresh_token_is_refused(
    amazon: LocalAmazon, session: requests.Session
) -> None:
    """A refresh token that was taken back gives invalid_grant."""
    settings = amazon.settings()
    amazon.lwa.refresh_token = "another"
    form = {
        "grant_type": "refresh_token",
        "refresh_token": settings["sp_refresh_token"],
        "client_id": settings["sp_client_id"],
        "client_secret": settings["sp_client_secret"],
    }
    answer = session.post(settings["lwa_token_url"], data=form)

    assert (400, "invalid_grant") == (answer.status_code, answer.json()["error"])


def test_credentials_as_json_or_in_the_query_are_refused(amazon: LocalAmazon) -> None:
    """Only form data is a grant."""
    url = amazon.settings()["lwa_token_url"]
    as_json = requests.post(url, json=FORM, timeout=10)
    in_query = requests.post(f"{url}?a=b", data=FORM, timeout=10)

    assert [400, 400] == [as_json.status_code, in_query.status_code]
    assert 2 == len(amazon.refused)


def test_a_detached_profile_has_an_invalid_scope(amazon: LocalAmazon) -> None:
    """A profile that is not attached is the account's matter, not a wrong request."""
    amazon.lwa.attached = False

    assert "invalid_scope" == _ask(amazon).json()["error"]
    assert [] == amazon.refused


def test_tokens_run_out_by_the_clock(
    amazon: LocalAmazon, session: requests.Session, clock: ScriptedClock
) -> None:
    """A spent token is a 403 that is not held against the caller."""
    bearer = token(amazon, session, "appstore")
    good = _month(amazon, "sales/2026/10", bearer)
    clock.advance(seconds=3600)
    spent = _month(amazon, "sales/2026/10", bearer)
    bearer = token(amazon, session, "appstore")
    amazon.lwa.expire_tokens()
    spent_at_once = _month(amazon, "sales/2026/10", bearer)

    statuses = [one.status_code for one in (good, spent, spent_at_once)]
    assert [200, 403, 403] == statuses
    assert {"Message": "Request is not authorized."} == spent.json()
    assert [] == amazon.refused


def test_foreign_and_missing_tokens_are_refused(
    amazon: LocalAmazon, session: requests.Session
) -> None:
    """A token is good for its own service only, and has to be a bearer token."""
    bearer = token(amazon, session, "appstore")
    foreign = _month(amazon, "sales/2026/10", token(amazon, session, "sp"))
    unknown = _month(amazon, "sales/2026/10", "Atc|none")
    basic = _month(amazon, "sales/2026/10", bearer, scheme="Basic")
    lower = _month(amazon, "sales/2026/10", bearer, scheme="bearer")

    assert [403, 403, 403] == [
        foreign.status_code,
        unknown.status_code,
        basic.status_code,
    ]
    assert 200 == lower.status_code
    assert 3 == len(amazon.refused)


def test_quiet_months_and_wrong_routes_are_both_400(
    amazon: LocalAmazon, session: requests.Session
) -> None:
    """The two look alike in status; only the wrong one is held against the caller."""
    bearer = token(amazon, session, "appstore")
    quiet = _month(amazon, "sales/2026/05", bearer)
    early = _month(amazon, "sales/2017/12", bearer)
    wrong = _month(amazon, "sales/2026/13", bearer)

    assert [400] * 3 == [quiet.status_code, early.status_code, wrong.status_code]
    assert "Report not found" == quiet.json()["Message"] == early.json()["Message"]
    assert "Unable to fetch the request scope" in wrong.json()["Message"]
    assert ["/api/appstore/download/report/sales/2026/13"] == [
        seen.path for seen in amazon.refused
    ]


@pytest.mark.parametrize("month", ["2026/9", "2026/09"])
def test_both_spellings_of_a_month_are_taken(
    amazon: LocalAmazon, session: requests.Session, month: str
) -> None:
    """One digit or two: the answer is the bare URL of the file."""
    url = _month(amazon, f"sales/{month}", token(amazon, session, "appstore")).text

    assert url.startswith(f"{amazon.url}/storage/appstore/")
    assert requests.get(url, timeout=10).content.startswith(b"PK")


@pytest.mark.parametrize("style", AnswerStyle)
def test_the_url_can_come_wrapped(
    amazon: LocalAmazon, session: requests.Session, style: AnswerStyle
) -> None:
    """By script the URL is quoted or inside an object."""
    amazon.appstore.answer_style = style
    answer = _month(amazon, "sales/2026/10", token(amazon, session, "appstore"))

    first = {
        AnswerStyle.BARE: "h",
        AnswerStyle.QUOTED: '"',
        AnswerStyle.JSON_OBJECT: "{",
    }
    assert first[style] == answer.text[0]


def _cells(file: AppstoreFile) -> list[list[list[str]]]:
    """Return the cells of each member, undone by hand."""
    stored = file.stored().body
    assert isinstance(stored, bytes)
    if file.container == "zip":
        with zipfile.ZipFile(io.BytesIO(stored)) as archive:
            texts = [archive.read(name) for name in archive.namelist()]
    else:
        texts = [gzip.decompress(stored) if file.container == "gzip" else stored]
    return [list(csv.reader(io.StringIO(text.decode(file.encoding)))) for text in texts]


def test_every_month_holds_just_its_cells(amazon: LocalAmazon) -> None:
    """The bytes of a month, undone, are the cells that the test reads."""
    for file in amazon.appstore.months.values():
        expected = [[member.header, *member.rows] for member in file.members]

        assert expected == _cells(file)
        assert file.stored().etag == file.stored().etag


def test_the_months_have_every_recorded_shape(amazon: LocalAmazon) -> None:
    """Containers, spellings, dates and zones that users have met are all there."""
    sales = {
        month: file
        for (kind, month), file in amazon.appstore.months.items()
        if kind == "sales"
    }
    headers = {name for file in sales.values() for name in file.members[0].header}
    times = " ".join(
        row[member.header.index("Transaction Time")]
        for file in sales.values()
        for member in file.members
        for row in member.rows
    )

    assert 14 == len(sales)
    assert {"2025-09", "2026-11"} <= set(sales)
    assert "2026-05" not in sales
    assert {"zip", "gzip", "plain"} == {file.container for file in sales.values()}
    assert {"Transaction Id", "Transaction ID", "ASIN", "Sales Price"} <= headers
    assert all(zone in times for zone in ("PST", "PDT", "CET", "CEST", "JST", "AEST"))
    assert "XYT" in times
    assert {"2026-10-", "10/01/25"} <= {times[i : i + 8] for i in range(len(times))}
