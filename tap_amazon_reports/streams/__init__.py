"""The Singer streams: what a record is, its key, its bookmark."""
