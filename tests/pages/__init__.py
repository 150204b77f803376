"""README.md and the pages of docs/: what they say is so, and what they show runs."""
