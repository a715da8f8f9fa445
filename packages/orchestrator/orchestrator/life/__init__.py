"""A worker process's life."""
