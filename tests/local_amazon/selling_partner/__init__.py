"""The Selling Partner API: Reports 2021-06-30, Sales v1, Tokens 2021-03-01."""
