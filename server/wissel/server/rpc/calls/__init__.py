"""What happens around every call, before and after its servicer sees it."""
