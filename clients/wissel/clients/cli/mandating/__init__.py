"""What boards do with all of their mandates: several at once, copying, overviews, reviews."""
