"""What waits for one of the business's own people."""
