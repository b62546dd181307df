"""What can be seen of a hub that runs: metrics of the process, and traces."""
