"""Work that is no run: what a worker does once, some time, for a business or the installation."""
