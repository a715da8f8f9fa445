"""What a business knows: kept, read by a worker, and found again for a question."""
