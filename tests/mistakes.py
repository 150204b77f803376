"""What a user can get wrong: settings, files, states and catalogs, and what is said."""

from __future__ import annotations

from typing import Any

LATE = "9999-12-31T23:59:59-10:00"
EARLY = "0001-01-01T00:00:00+10:00"
DEEP = "[" * 100_000 + "]" * 100_000
STORAGE = {"root": "file:///nowhere"}
JSONL = {"format": "jsonl", "compression": "gzip"}
SECRET = "s3cret-of-nobody"
PAY = "pay_reports"
TRAFFIC = "GET_SALES_AND_TRAFFIC_REPORT"

SETTINGS: list[tuple[str, Any, str]] = [
    # the setting, what is given, and what the line begins with
    ("start_date", LATE, "start_date: found"),
    ("start_date", EARLY, "start_date: found"),
    ("start_date", "yesterday", "start_date: found 'yesterday'"),
    ("start_date", 20261101, "start_date: found 20261101"),
    ("start_date", "2999-01-01", "start_date: found 2999-01-01"),
    ("start_date", "01.11.2026", "start_date: found"),
    ("end_date", LATE, "end_date: found"),
    ("batch_config", "yes", "batch_config: found"),
    ("batch_config", {"encoding": JSONL}, "batch_config.storage: found nothing"),
    *(
        (
            "batch_config",
            {"encoding": JSONL, "storage": STORAGE, "batch_size": size},
            f"batch_config.batch_size: found {size!r}",
        )
        for size in (0, -5, "many", True, 1.5)
    ),
    (
        "batch_config",
        {"encoding": {"format": "xls"}, "storage": STORAGE},
        "batch_config.encoding.format: found 'xls'",
    ),
    ("batch_config", {"encoding": JSONL, "storage": {}}, "batch_config.storage.root"),
    (
        "batch_config",
        {"encoding": {**JSONL, "compresion": "gzip"}, "storage": STORAGE},
        "batch_config.encoding: found 'compresion', allowed: only format, compression",
    ),
    (
        "batch_config",
        {"encoding": JSONL, "storage": {**STORAGE, "y": 2}},
        "batch_config.storage: found 'y', allowed: only root, prefix, params",
    ),
    (
        "batch_config",
        {"encoding": JSONL, "storage": STORAGE, "batch_sise": 5},
        "batch_config: found 'batch_sise', allowed: only encoding, storage, batch_size",
    ),
    ("stream_maps", "x", "stream_maps: found 'x'"),
    ("stream_maps", [1], "stream_maps: found [1]"),
    ("stream_maps", {PAY: 5}, "stream_maps.pay_reports: found 5"),
    ("stream_maps", {PAY: {"x": 5}}, "stream_maps.pay_reports.x: found 5"),
    ("stream_maps", {PAY: {"x": "1 +"}}, "stream_maps.pay_reports.x: found '1 +'"),
    ("stream_maps", {PAY: {"x": "(" * 9000}}, "stream_maps.pay_reports.x: found"),
    ("stream_maps", {PAY: {"__filter__": "a b"}}, "stream_maps.pay_reports.__filter__"),
    (
        "stream_maps",
        {PAY: {"__key_properties__": "x"}},
        "stream_maps.pay_reports.__key",
    ),
    (
        "stream_maps",
        {PAY: {"__else__": "x"}},
        "stream_maps.pay_reports.__else__: found",
    ),
    ("stream_maps", {"__else__": "x"}, "stream_maps.__else__: found 'x'"),
    ("stream_maps", {"__else__": {}}, "stream_maps.__else__: found {}"),
    ("stream_map_config", 5, "stream_map_config: found 5"),
    ("flattening_enabled", "maybe", "flattening_enabled: found 'maybe'"),
    ("flattening_max_depth", "x", "flattening_max_depth: found 'x'"),
    ("pay_private_key", "FOLDER", "pay_private_key: "),
    ("pay_private_key", "/no/such/key.pem", "pay_private_key: "),
    ("pay_private_key", "hello", "pay_private_key: "),
    ("pay_private_key", "a\0b", "pay_private_key: "),
    ("pay_private_key", "", "pay_private_key: found nothing"),
    ("pay_public_key_id", "LIVE-\u20acX", "pay_public_key_id: found"),
    ("pay_public_key_id", "LIVE X", "pay_public_key_id: found"),
    ("pay_region", "mars", "pay_region: found 'mars', allowed:"),
    ("sp_base_url", "hello", "sp_base_url: found"),
    ("sp_base_url", "http://example.com", "sp_base_url: found"),
    ("sp_base_url", f"https://{'a' * 300}.com", "sp_base_url: found"),
    ("lwa_token_url", "https://a:b@example.com", "lwa_token_url: found"),
    ("sp_marketplaces", "XX", "sp_marketplaces: found 'XX'"),
    ("sp_marketplaces", {"a": 1}, "sp_marketplaces: found"),
    ("request_timeout", 1e300, "request_timeout: found 1e+300"),
    ("request_timeout", 0, "request_timeout: found 0"),
    ("request_timeout", "soon", "request_timeout: found 'soon'"),
    ("request_timeout", "nan", "request_timeout: found 'nan'"),
    ("report_timeout", "Infinity", "report_timeout: found 'Infinity'"),
    ("report_poll_interval", "-inf", "report_poll_interval: found '-inf'"),
    ("report_timeout", -1, "report_timeout: found -1"),
    ("max_downloads", 10**9, "max_downloads: found"),
    ("sp_report_types", [""], "sp_report_types.0: found ''"),
    ("sp_report_types", ["X" * 3000], "sp_report_types.0: found 'XXX"),
    ("sp_report_types", ["../../etc/passwd"], "sp_report_types.0: found"),
    ("sp_report_types", [[["x"]]], "sp_report_types.0: found"),
    (
        "sp_report_types",
        [{"type": TRAFFIC, "lookback_days": 10**12}],
        "sp_report_types.0: found",
    ),
    ("sp_refresh_token", "Atzr|a\nb", "sp_refresh_token: found a control character"),
    ("user_agent", "a\r\nb", "user_agent: found a control character"),
    ("account", {"a": 1}, "account: found"),
]
FILES: list[tuple[str, bytes | None, str]] = [
    # what is in a file that should hold one JSON object, and what is said of it
    ("empty", b"", "the file is empty; it must contain one JSON object"),
    (
        "cut",
        f'{{"sp_client_secret": "{SECRET}",'.encode(),
        "the file is not JSON (line 1)",
    ),
    ("a list", f'["{SECRET}"]'.encode(), "the file must contain one JSON object"),
    ("null", b"null", "the file must contain one JSON object"),
    ("a word", b'"x"', "the file must contain one JSON object"),
    ("NaN", b'{"request_timeout": NaN}', "the file is not JSON"),
    ("nested", b'{"sp_report_types": %s}' % DEEP.encode(), "the file is not JSON"),
    ("digits", b'{"request_timeout": %s}' % (b"9" * 5000), "the file is not JSON"),
    ("half a character", b'{"account": "\\ud800"}', "the file is not JSON"),
    ("bytes", b"\x00\xff\xfe", "the file is not JSON"),
    ("latin", b'{"account": "\xff"}', "the file is not JSON"),
]
STATES = [
    '{"bookmarks": []}',
    '{"bookmarks": {"pay_reports": []}}',
    '{"bookmarks": {"pay_reports": {"replication_key_value": 5}}}',
    '{"bookmarks": {"pay_reports": {"replication_key_value": "soon"}}}',
    f'{{"bookmarks": {{"pay_reports": {{"replication_key_value": "{LATE}"}}}}}}',
    '{"bookmarks": {"sp_reports": {"partitions": "x"}}}',
    '{"bookmarks": {"sp_order_metrics": {"partitions": [5]}}}',
]
CATALOGS = [
    "{}",
    '{"streams": [{"tap_stream_id": 5, "schema": {}, "metadata": []}]}',
    '{"streams": "x"}',
    '{"streams": [{}]}',
    '{"streams": ["x"]}',
    '{"streams": [{"tap_stream_id": "a", "schema": {}, "metadata": "x"}]}',
    '{"streams": [{"tap_stream_id": "a", "schema": 5, "metadata": []}]}',
    *(
        '{"streams": [{"tap_stream_id": "a", "schema": {}, "metadata": [{"breadcrumb":'
        f' {crumbs}, "metadata": {{}}}}]}}]}}'
        for crumbs in ('["x"]', '[["x"]]', '["x", "y"]')
    ),
]
