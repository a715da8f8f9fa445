"""What may go wrong, done to the running product on purpose: `make chaos`."""
