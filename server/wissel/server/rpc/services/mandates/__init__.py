"""MandateService."""
