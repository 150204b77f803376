"""Storage: documents behind presigned URLs that die."""
