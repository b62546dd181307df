"""What the store needs to know of who changes something."""

from typing import Protocol

from wissel.routing.values.identifiers import Oin


class ActLike(Protocol):
    """Who does what, and why; `registry.ports.Act` is one."""

    @property
    def caller(self) -> Oin:
        """The OIN that calls."""
        ...

    @property
    def method(self) -> str:
        """The full name of the method called."""
        ...

    @property
    def person(self) -> str:
        """The account at the caller's side, or empty."""
        ...

    @property
    def reason(self) -> str:
        """Why, in free text without a person's number, or empty."""
        ...

    @property
    def request_id(self) -> str:
        """The caller's id of this request, or empty if it does not repeat."""
        ...

    @property
    def body_sha256(self) -> bytes:
        """Digest of the request: 32 bytes, or empty without a request id."""
        ...
