"""What the servicers have in common: parsing, paging, mutations, the caller's scope."""
