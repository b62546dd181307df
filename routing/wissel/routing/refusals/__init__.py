"""Why a request is refused: reasons, their words in two languages, and whom to contact."""
