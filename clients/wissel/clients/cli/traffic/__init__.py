"""Commands about messages: routes, sending, receiving, receipts."""
