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
        "waits until the quota has refilled and goes on; adopts reports that another"
        " run has created meanwhile; after `report_timeout` the stream fails, and the"
        " next request of the same operation is tried only once",
        "look for another application that uses up the quota of this account",
        ("429", "quotaexceeded", "too many requests", "throttl", "quota", "slow_down"),
    ),
    Explanation(
        "429 on one report type, again and again",
        "creates no report of that type for a while, and goes on with the others; after"
        " `report_timeout` its stream fails",
        "wait for the next run; if that fails each time, Amazon does not make this type"
        " for the account",
        ("amazon limits this type", "does not make it for this account"),
    ),
    Explanation(
        "408, 425, 5xx, a lost connection, a time-out",
        "tries again with growing pauses, for 5 minutes; then the stream fails, and the"
        " next request of the same operation is tried only once",
        "nothing: the next run goes on from the bookmark",
        (
            *("408", "425", "500", "502", "503", "504", "internalfailure"),
            *(
                "unavailable",
                "the connection was lost",
                "no answer within request_timeout",
                "time-out",
            ),
            *("timeout", "broke off", "could not be read in", "tls connection"),
        ),
    ),
    Explanation(
        "the access token has expired",
        "requests a new one, once; if that is refused too, see the next rows",
        "nothing",
        (
            "the access token was refused",
            "token has expired",
            "token you provided has expired",
        ),
    ),
    Explanation(
        "Login with Amazon refuses the credentials",
        "all streams of that service fail, with one line for all",
        "follow that line: a secret was rotated, an authorisation was revoked, or a"
        " security profile is not attached",
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
        "all streams of Amazon Pay fail, with one line for all",
        "follow that line: check the key, or a proxy that changes requests",
        (
            *("invalidrequestsignature", "signature", "unauthorizedaccess"),
            *("pay_private_key", "private key", "public key", "pay_public_key_id"),
        ),
    ),
    Explanation(
        "403 otherwise",
        "the stream fails at once",
        "check the role of the application, the region and the marketplaces",
        (
            *("403", "access to requested resource is denied", "unauthorized"),
            *("forbidden", "missingauthenticationtoken", "role", "region", "denied"),
            *("security profile of appstore_client_id", "authorisation was renewed"),
        ),
    ),
    Explanation(
        "400",
        "the stream fails at once, with Amazon's message and the parameters sent; in"
        " `sp_order_metrics` only that query of that marketplace fails",
        "correct the setting that the parameters come from",
        ("400", "404", "invalidinput", "notfound", "invalidparametervalue", "(http "),
    ),
    Explanation(
        "the presigned URL of a document has expired",
        "requests a new one",
        "nothing",
        ("its url is no longer accepted", "expired url", "presigned"),
    ),
    Explanation(
        "a document is cut short or damaged",
        "downloads it again; if it is damaged again, the stream fails, and none of its"
        " rows count as read, but another application's report is replaced by one that"
        " the tap creates; a document is checked before its first row is written;"
        " one of more than 16 MiB (compressed) is downloaded twice for that",
        "wait for the next run",
        (
            *("is damaged", "cut short", "checksum", "unexpected root element"),
            *("changed while it was being read", "is not in storage (http 404)"),
        ),
    ),
    Explanation(
        "a report is CANCELLED, which also means that there is no data",
        "writes no rows and moves the bookmark; if other windows had rows, it creates"
        " the report once more first; if an earlier run has read a part of the window,"
        " the bookmark stays until the next run meets a cancelled report too",
        "nothing",
        ("cancelled", "no data"),
    ),
    Explanation(
        "a report is FATAL or FAILED",
        "reads Amazon's reason; if the data is recent and only not available yet, it"
        " warns and leaves the bookmark; otherwise the stream fails with the reason",
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
        "the stream fails; with `when_not_done: leave` the run ends with success",
        "nothing: the next run goes on waiting",
        ("report_timeout", "is still in_progress", "is still in_queue", "stuck"),
    ),
    Explanation(
        "several reports are done, and none has a row",
        "warns",
        "check the marketplaces, the roles and `report_options`",
        ("finished reports have no rows", "no rows", "empty report"),
    ),
    Explanation(
        "a collected report is not finished after a day, or cannot be downloaded",
        "skips it, reads the newer ones, and reads it in the first run that can; one"
        " that failed, or that cannot be downloaded, fails the run",
        "check the schedule or the application that created it",
        (
            *("is skipped for now", "has been in_queue since"),
            *("the next run tries again", "the application that created it"),
        ),
    ),
    Explanation(
        "a month without an Appstore file",
        "writes no rows; this is no failure",
        "nothing",
        ("report not found", "there is no sales report", "report for", "quiet month"),
    ),
    Explanation(
        "a file of the Appstore is longer than 256 MiB",
        "the stream fails; nothing of the file is read",
        "report it to this tap's maintainers",
        ("bytes, and is not read", "no file of this kind is so long"),
    ),
    Explanation(
        "a value that does not fit its column",
        "keeps it in `_extra`, and warns; if a column of Parquet cannot hold it and"
        " `_extra` is not selected, it is null, and the line says so",
        "look at it: Amazon may have changed the report",
        ("_extra", "does not fit", "do not fit", "misfit", "unknown column"),
    ),
    Explanation(
        "several marketplaces of a region gave the same document",
        "warns once for each type; writes the rows once for each marketplace",
        "set `regional: true` in the entry of the type, drop the table and run a full"
        " refresh; or set `regional: false`, if each marketplace has these rows",
        ("gave the same document", "for the whole region", "`regional: true`"),
    ),
    Explanation(
        "a document has an array that no stream reads",
        "warns and names it; reads the other rows",
        "update the tap, or report it to this tap's maintainers",
        ("which no stream of this type reads", "update the tap"),
    ),
    Explanation(
        "rows of one report share a key that Amazon gives only once",
        "warns, and writes all of them; a loader keeps one of each",
        "report it to this tap's maintainers",
        ("the key of an earlier row",),
    ),
    Explanation(
        "a document is no report",
        "the stream fails, and the bookmark stays: it is a message, a web page, a PDF"
        " or an Excel workbook in the place of rows",
        "look at it with `amazon-reports reports fetch`; if it is a PDF or a workbook,"
        " remove its type from the settings",
        ("not a table, but a text", "which this tap cannot read"),
    ),
    Explanation(
        "a report without a column of its key",
        "the stream fails and names the column",
        "report it to this tap's maintainers",
        ("column", "key column is missing", "is missing from its header"),
    ),
    Explanation(
        "a report has a status that Amazon does not document",
        "the stream fails and names the status",
        "report it to this tap's maintainers",
        ("the unknown processingstatus", "unknown status"),
    ),
    Explanation(
        "an answer is not what Amazon documents",
        "that request fails, and its line says what is wrong",
        "check the address or the proxy, if the line names them; otherwise wait for the"
        " next run, and if it fails too, report it to this tap's maintainers",
        (
            *("is not what amazon documents", "is not the url of a document"),
            *("the others were read", "is not two date-times with offsets"),
            *("its address is not https", "is not a public https address"),
            *("has a url that cannot be opened", "check lwa_token_url", "answered"),
            *("*_base_url settings", "the address cannot be used", "were not sent"),
            *("another part of the document than requested", "pages in a row"),
            *("without what was requested", "what was not requested"),
            *("without any interval",),
        ),
    ),
    Explanation(
        "the environment names certificates that cannot be read",
        "the stream fails, and nothing is sent",
        "check the path in `REQUESTS_CA_BUNDLE` or `CURL_CA_BUNDLE`",
        ("tls certificates cannot be read", "requests_ca_bundle", "curl_ca_bundle"),
    ),
    Explanation(
        "a report is not the one that was requested",
        "the stream fails, and none of the report's rows are read",
        "report it to this tap's maintainers",
        ("none of its rows are read", "instead of"),
    ),
    Explanation(
        "a stream is not read, because another one met a failure of the whole service",
        "sends no more requests to that service; the other services go on",
        "follow the line of the other stream",
        ("not read, because", "for the same reason"),
    ),
    Explanation(
        "a wrong setting, or no credentials at all",
        "exits with 1, and sends no request",
        "correct the settings or files that the lines name",
        (
            *("allowed:", "no credentials are set", "config validation", "setting"),
            *("found nothing", "a value, because", "batch_config", "stream_maps"),
            *("one json object", "the file is not json", "--config", "--catalog"),
            *("selects no stream", "this is not a file path", "list `streams`"),
            *("headers cannot contain", "the catalog was created before"),
        ),
    ),
    Explanation(
        "the catalog was made with other settings",
        "warns, and reads the streams that both have, each in its own way",
        "create the catalog again with `--discover`",
        (
            "the catalog says",
            "the catalog selects streams",
            "the catalog does not have all",
        ),
    ),
    Explanation(
        "a state that cannot be read",
        "exits with 1, and sends no request",
        "use the version of the tap that wrote it, or start again without it",
        ("the state has", "the state of", "no readable `bookmarks`"),
    ),
    Explanation(
        "`start_date` is after a bookmark, or Amazon does not reach back to it",
        "warns, and reads nothing of what lies between",
        "set an earlier `start_date` and run with `--full-refresh`; what Amazon does"
        " not keep cannot be read any more",
        ("is after the bookmark", "what lies between", "keeps reports for 90 days"),
    ),
    Explanation(
        "a marketplace was added to a type that is created once for a whole region",
        "warns, and goes on from the bookmark that the region has",
        "run with `--full-refresh` if you want the older rows of that marketplace",
        ("added since the last run", "marketplaces that are read together"),
    ),
    Explanation(
        "payouts of Amazon Pay share a key",
        "warns, and writes each of them; an id that Amazon leaves out is `Unknown`",
        "expect one row for them in a table that is updated by key; ask Amazon Pay why"
        " the ids are missing",
        ("the key of another", "those that share a key"),
    ),
    Explanation(
        "a bookmark is in the future",
        "warns, and reads no more than the look-back until then",
        "check the clock of the machine, and run with `--full-refresh`",
        ("is in the future",),
    ),
    Explanation(
        "a batch file cannot be stored",
        "the stream fails",
        "check `batch_config.storage.root` and the space there",
        ("could not be stored", "batch file"),
    ),
    Explanation(
        "the target ends early, or standard output is full or closed",
        "exits with 1",
        "look at the target's log, or at the space on the disk",
        (
            "standard output",
            "the target has closed its input",
            "broken pipe",
            "brokenpipeerror",
        ),
    ),
    Explanation(
        "SIGTERM, SIGINT",
        "finishes the line that it is writing, writes the state of what is complete,"
        " and exits with 143 or 130; after 8 seconds, or at another signal, it exits"
        " without them",
        "run again",
        (
            "sigterm",
            "sigint",
            "143",
            "130",
            "ended the run early",
            "ctrl-c",
            "signal",
            "stopping as soon as",
        ),
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
