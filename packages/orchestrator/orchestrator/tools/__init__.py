"""What employees can do beside talking. `registry` has one row for each tool."""
