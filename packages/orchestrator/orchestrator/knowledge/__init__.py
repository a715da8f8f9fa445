"""What employees know: documents and web pages are read, cut into chunks, and kept up to date."""
