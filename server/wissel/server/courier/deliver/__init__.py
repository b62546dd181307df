"""Steps 5 to 9 of forwarding: from the claim to the proof."""
