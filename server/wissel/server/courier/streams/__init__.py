"""The streams of a forward: the parts of a message, as they come and as they go on."""
