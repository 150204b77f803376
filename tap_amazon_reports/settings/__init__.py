"""What the user may say: its shape, what it means, and where it comes from."""
