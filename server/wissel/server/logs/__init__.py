"""What the process writes to people: log lines, and a stream that never waits for its reader."""
