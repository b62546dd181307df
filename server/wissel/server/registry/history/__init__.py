"""What happened, as whoever asks may read it."""
