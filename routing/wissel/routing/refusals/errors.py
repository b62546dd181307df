"""The exception that every expected refusal is."""

from collections.abc import Mapping

from wissel.routing.refusals.reasons import Reason


class Refused(Exception):
    """An expected refusal: a reason from the table, with the facts that counted.

    `metadata` fills the sentences of `wissel.routing.refusals.catalogue` and travels in
    `google.rpc.ErrorInfo`; it never holds a payload, a person or a key.
    `field` names the request field at fault, `retry_after` is in seconds.
    """

    def __init__(
        self,
        reason: Reason,
        /,
        *,
        field: str | None = None,
        retry_after: float | None = None,
        **metadata: str,
    ) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.field = field
        self.retry_after = retry_after
        self.metadata: Mapping[str, str] = metadata

    @property
    def words(self) -> Mapping[str, str]:
        """What fills the sentences: the metadata, and which field is at fault."""
        return {**self.metadata, "field": self.field} if self.field else self.metadata

    def again(self) -> "Refused":
        """Return an equal refusal that knows nothing of where this one was raised."""
        same = Refused(self.reason, field=self.field, retry_after=self.retry_after)
        same.metadata = self.metadata
        return same

    def forget(self) -> None:
        """Drop the traceback and the exceptions that it was raised from.

        The frames of a traceback hold what their functions worked on, such as a
        payload, and often this refusal too. The garbage collector frees such a
        cycle only when it next runs, which in a server is rare.
        """
        self.__traceback__ = self.__context__ = self.__cause__ = None

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value}" for name, value in self.metadata.items())
        return f"{self.reason}({facts})" if facts else str(self.reason)
