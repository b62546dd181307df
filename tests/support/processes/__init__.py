"""Real processes: started, talked to, signalled, and never left behind."""
