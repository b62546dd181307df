"""SQL: the event log, its projections and the delivery journal."""
