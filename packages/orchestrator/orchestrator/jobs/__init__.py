"""Jobs are done: one runner a worker, and what each kind does."""
