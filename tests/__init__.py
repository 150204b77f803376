"""What the tap promises, shown against a local Amazon over real sockets."""
