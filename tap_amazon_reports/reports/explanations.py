"""What each failure means, what the tap does about it, and what its user does.

The table in docs/failures.md, as data; a test keeps the two the same.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["EXPLANATIONS", "Explanation", "explain"]


class Explanation(NamedTuple):
    """One row of the table.

    Attributes:
        happened: what happened.
        tap_does: what the tap does about it.
        you_do: what its user does.
        words: Amazon's codes, and what the lines of the tap say, in lower case.
    """

    happened: str
    tap_does: str
    you_do: str
    words: tuple[str, ...]


EXPLANATIONS = (
    Explanation(
        "429",
        "waits until the quota has refilled and goes on, adopts what another run has"
        " created meanwhile; after `report_timeout` the stream fails",
        "look for another application that uses up the quota of this account",
        ("429", "quotaexceeded", "too many requests", "throttl", "quota", "slow_down"),
    ),
    Explanation(
        "429 on one report type, again and again",
        "holds back that type and no other; after a bounded time its stream fails",
        "wait for the next run; if it never gets through, Amazon does not make this"
        " type for the account",
        ("amazon limits this type", "does not make it for this account"),
    ),
    Explanation(
        "408, 425, 5xx, a lost connection, a time-out",
        "tries again after pauses that grow, for 5 minutes; then the stream fails",
        "nothing: the next run goes on from the bookmark",
        (
            *("408", "425", "500", "502", "503", "504", "internalfailure"),
            *(
                "unavailable",
                "the connection was lost",
                "no answer in time",
                "time-out",
            ),
            *("timeout", "broke off", "could not be read in", "tls connection"),
        ),
    ),
    Explanation(
        "the access token has expired",
        "asks for a new one, once; if that is refused too, see the next rows",
        "nothing",
        ("the token is spent", "token has expired", "token you provided has expired"),
    ),
    Explanation(
        "Login with Amazon refuses the credentials",
        "all streams of that service fail, in one line",
        "what the line says: a secret that was rotated, an authorisation that was"
        " revoked, a profile that is not attached",
        (
            *("login with amazon", "invalid_client", "invalid_grant", "invalid_scope"),
            *(
                "unauthorized_client",
                "unsupported_grant_type",
                "invalid_request",
                "401",
            ),
            *("wrong secret", "refresh token", "secret"),
        ),
    ),
    Explanation(
        "Amazon Pay refuses the signature, or the key cannot sign",
        "all streams of Amazon Pay fail, in one line",
        "what the line says: the key, or a proxy on the way",
        (
            *("invalidrequestsignature", "signature", "unauthorizedaccess"),
            *("pay_private_key", "private key", "public key", "pay_public_key_id"),
        ),
    ),
    Explanation(
        "403 otherwise",
        "the stream fails at once",
        "check role, region, marketplace",
        (
            *("403", "access to requested resource is denied", "unauthorized"),
            *("forbidden", "missingauthenticationtoken", "role", "region", "denied"),
            *("security profile of appstore_client_id", "authorisation was renewed"),
        ),
    ),
    Explanation(
        "400",
        "the stream fails at once, with Amazon's message and the parameters sent; in"
        " `sp_order_metrics` that query of that marketplace only",
        "correct the setting",
        ("400", "404", "invalidinput", "notfound", "invalidparametervalue", "(http "),
    ),
    Explanation(
        "the URL of a file has died",
        "asks for a new one",
        "nothing",
        ("its url is no longer accepted", "expired url", "presigned"),
    ),
    Explanation(
        "a file that is cut short or damaged",
        "fetches it again; then the stream fails, and nothing of the file counts as"
        " read; up to 16 MiB (compressed) it is checked before its first row is"
        " written, of a longer one all rows come again with the same keys",
        "wait for the next run",
        (
            *("is damaged", "cut short", "checksum", "not what it claims"),
            *("changed while it was being read", "storage does not have it (http 404)"),
        ),
    ),
    Explanation(
        "a report is CANCELLED, which also means that there is no data",
        "no rows, and the bookmark moves; where other windows had rows, it is asked for"
        " once more first, and where its own window had some, the next run tries again"
        " before the bookmark moves, as far as both were cancelled",
        "nothing",
        ("cancelled", "no data"),
    ),
    Explanation(
        "a report is FATAL or FAILED",
        "reads Amazon's reason; if the data is young and only not available yet, a"
        " warning, and the bookmark stays; else the stream fails with the reason",
        "check `report_options` and dates",
        (
            *(
                "fatal",
                "failed:",
                "failed; amazon says",
                "report_options and dates",
                "amazon gave no reason",
            ),
            *("not yet available", "not available yet"),
        ),
    ),
    Explanation(
        "a report is not done after `report_timeout`",
        "the stream fails",
        "nothing: the next run goes on waiting",
        ("report_timeout", "is still in_progress", "is still in_queue", "stuck"),
    ),
    Explanation(
        "several reports are done, and none has a row",
        "a warning",
        "check marketplaces, roles and options",
        ("no row at all", "none of them has a row", "no rows", "empty report"),
    ),
    Explanation(
        "a collected report has been in the making for a day, or cannot be had",
        "passes it over, reads the newer ones, and reads it in the run that can; one"
        " that failed, or that cannot be had, fails the run",
        "look at the schedule or at the application that made it",
        ("is passed over", "has been in_queue since", "the next run tries again"),
    ),
    Explanation(
        "a month without an Appstore file",
        "no rows, no failure",
        "nothing",
        ("report not found", "there is no sales report", "report for", "quiet month"),
    ),
    Explanation(
        "a value that does not fit its column",
        "keeps it in `_extra`, with a warning",
        "look at it, it may be a change at Amazon's",
        ("_extra", "does not fit", "do not fit", "misfit", "unknown column"),
    ),
    Explanation(
        "several marketplaces of a region gave the same document",
        "a warning, once for each type; the rows are there once for each marketplace",
        "set `regional: true` in the type's entry, drop the table, run a full refresh;"
        " or `regional: false`, if it is right as it is",
        ("gave the same document", "for the whole region", "`regional: true`"),
    ),
    Explanation(
        "a document has an array that no stream reads",
        "a warning that names it; the other rows are read",
        "report it here",
        ("which no stream of this type reads", "older than amazon's document"),
    ),
    Explanation(
        "a report without a column of its key",
        "the stream fails, naming the column",
        "report it here",
        ("column", "key column is missing", "is missing from its header"),
    ),
    Explanation(
        "a status of a report that no document knows",
        "the stream fails, naming the word",
        "report it here",
        ("processingstatus of no known kind", "no known kind"),
    ),
    Explanation(
        "an answer that is not of its documented shape",
        "that request fails, naming what is wrong with it",
        "wait for the next run; if it stays, report it here",
        (
            *("what is not documented", "is not the url of a document"),
            *("the others were read", "is not two times with offsets"),
            *("an address that is not https", "check lwa_token_url", "answered"),
            *("check whether the address is amazon's", "were about to be sent astray"),
            *("no request can be sent to that address",),
        ),
    ),
    Explanation(
        "a report that is not the one that was asked for",
        "the stream fails, and nothing of the report is read",
        "report it here",
        ("was asked for; nothing of it is read", "was asked for"),
    ),
    Explanation(
        "a stream is not read because of what another one met",
        "asks for nothing more of that service; the others go on",
        "what the line of the other stream says",
        ("not read, because", "because of"),
    ),
    Explanation(
        "a wrong setting, or no credentials at all",
        "exits with 1, nothing is requested",
        "correct what the lines name",
        (
            *("allowed:", "no credentials are set", "config validation", "setting"),
            *("found nothing", "needed, because", "batch_config", "stream_maps"),
            *("one json object", "cannot be read as json", "--config", "--catalog"),
            *("selects no stream", "is no path of a file"),
            *("that no header can hold", "the catalog is from before"),
        ),
    ),
    Explanation(
        "a state that cannot be read",
        "exits with 1, nothing is requested",
        "use the version of the tap that wrote it, or start anew without it",
        ("the state has", "the state of", "bookmarks that can be read"),
    ),
    Explanation(
        "a batch file cannot be stored",
        "the stream fails",
        "check the folder of `batch_config.storage.root`, and its space",
        ("could not be stored", "batch file"),
    ),
    Explanation(
        "the target ends early",
        "exits with 1",
        "look at the target's log",
        ("the target has closed its input", "broken pipe", "brokenpipeerror"),
    ),
    Explanation(
        "SIGTERM, SIGINT",
        "ends the line in hand, writes the state of what is complete, exits with 143 or"
        " 130",
        "run again",
        ("sigterm", "sigint", "143", "130", "when a signal came", "ctrl-c", "signal"),
    ),
)


def explain(text: str) -> list[Explanation]:
    """Return the rows that speak of a word, a code or a line of the log, best first.

    Args:
        text: in any case; of a row it has one of the words, or is a part of one, or of
            what the row says.
    """
    said = " ".join(text.lower().split())
    ranked = [(_fit(row, said), row) for row in EXPLANATIONS]
    best = sorted((found for found in ranked if found[0]), key=_by_fit, reverse=True)
    return [row for _, row in best]


def _by_fit(found: tuple[int, Explanation]) -> int:
    return found[0]


def _fit(row: Explanation, said: str) -> int:
    """Return how many characters of what is said are those of a word of the row."""
    fits = [len(word) for word in row.words if word in said]
    if not fits and said and any(said in word for word in _all_words(row)):
        return 1
    return max(fits, default=0)


def _all_words(row: Explanation) -> tuple[str, ...]:
    return (*row.words, row.happened.lower(), row.tap_does.lower())
