"""SchoolService and SamenwerkingsverbandService."""
