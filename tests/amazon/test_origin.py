"""Where documents may be fetched from: what a service hands out is not believed."""

from __future__ import annotations

import pytest

from tap_amazon_reports.amazon.errors import UnexpectedAnswerError
from tap_amazon_reports.amazon.origin import document_url


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://bucket.s3.amazonaws.com/key",
        "http://bucket.s3.amazonaws.com/key?a=b",
        "https://127.0.0.1/key",
        "https://localhost/key",
        "https://[::1]/key",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/key",
        "https://intranet/key",
        "https://127.1/key",
        "https://0x7f.1/key",
        "https://2130706433/key",
        "https://127.0.0.1./key",
        "https://%31%32%37.0.0.1.x/key",
        "https://\u2460\u2461\u2466.0.0.\u2460/key",
        "https://localhost./key",
        "https://[::ffff:127.0.0.1]/key",
        "https://instance-data.ec2.internal/key",
        "https://user:pw@bucket.s3.amazonaws.com/key",
        "https://",
        "data:text/plain,x",
    ],
)
def test_a_real_service_hands_out_public_addresses_only(url: str) -> None:
    """No URL leads the tap to a file, to this machine or into a private network."""
    real = "https://sellingpartnerapi-na.amazon.com"
    with pytest.raises(
        UnexpectedAnswerError, match="getReportDocument: the answer has"
    ):
        document_url(url, base_url=real, asked="getReportDocument")


def test_a_rehearsal_may_stay_on_this_machine() -> None:
    """A service on loopback hands out what lies on loopback; real ones do not."""
    url = "http://127.0.0.1:8000/storage/key?a=b"
    found = document_url(url, base_url="http://127.0.0.1:8000", asked="x")

    assert url == found.reveal()
