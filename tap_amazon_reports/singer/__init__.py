"""The one place that departs from the SDK (0.54); here is what is replaced, and why.

Each part: what of the SDK; why not; the test that fails without the replacement.

Tap
    `sync_all` (`tap`)
        one stream would wait for another's reports; `reports/test_scheduler_runs`
    `invoke` (`tap`)
        the first stream that fails ends the run, or success hides it; `test_failures`
    `_validate_config` (`tap`)
        its errors show values, those of secrets too; `settings/test_settings`
    `_env_var_config` (`tap`)
        a variable with broken JSON is a traceback; `settings/test_environment`
    `_handle_termination` (`tap`, `messages`)
        a signal tears the line in hand; `singer/test_signals`
    `catalog_dict`, `cb_discover` (`tap`, `catalog`)
        twice the time with 119 types; `singer/test_discover_catalog`
    lines of each stream, METRIC lines at INFO (`quiet_log`)
        a quiet night is a hundred lines; `singer/test_quiet_log`
    `cb_test` (`tap`)
        asks for reports, and ends with success; `test_connection_test`

Stream
    `_sync_records` (`record_path`)
        asks of each record what is the same for all; `singer/test_record_path`
    `sync` of rows inside reports (`report_stream`, `report_journal`)
        reads one stream after another; `streams/test_content_together`
    `get_batches` (`batches`, `parquet`, `json_lines`)
        encodes record by record, and STATE may pass files; `singer/test_batches`
    ACTIVATE_VERSION before the rows (`record_path`)
        a wrong secret empties the table; `singer/test_record_path`

State
    bookmarks by record (`stream`, `partition_memory`)
        a window without rows moves none; `singer/test_bookmarks`
    the state writer (`state_messages`)
        copies and encodes all of it each time; `singer/test_state_messages`
    `load_state` (`state`)
        believes any shape; `singer/test_state`
"""
