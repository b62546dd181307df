"""What a sender sends: its stream of requests, their encoding and their lowest rate."""
