"""What a service is told when it starts; frozen, and checked as a whole."""

from __future__ import annotations

import ipaddress
from enum import StrEnum

from pydantic import Field, model_validator

from cluejudge.settings import Frozen

MEBIBYTE = 2**20


class Unsure(StrEnum):
    """How `POST /v1/moderations` answers for an image that was not decided.

    `flag` flags it, `error` answers with an error. There is no way to have it pass.
    """

    FLAG = "flag"
    ERROR = "error"


class ServiceSettings(Frozen):
    """How a service listens, how much it takes on, and what it keeps.

    `in_flight` images are judged at a time, `queue` more may wait; what comes beyond is refused.
    """

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    constitution: str = Field(description="name of the constitution for requests that name none")
    in_flight: int = Field(default=32, ge=1)
    queue: int = Field(default=256, ge=0)
    deadline_s: float = Field(default=60.0, gt=0, description="for the judging of one request")
    max_body: int = Field(default=64 * MEBIBYTE, ge=1, description="bytes of a request's body")
    max_held: int = Field(
        default=512 * MEBIBYTE, ge=1, description="bytes of all bodies under way together"
    )
    max_images: int = Field(default=32, ge=1, description="images in a request")
    per_minute: int | None = Field(
        default=None, ge=1, description="requests of a key that has no limit of its own"
    )
    urls: bool = Field(default=False, description="whether images are fetched from URLs")
    keep_images: str = Field(default="", description="folder or URL; empty keeps none")
    keep_days: int = Field(default=30, ge=1)
    moderation_keys: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="rule id to keys of OpenAI's categories"
    )
    moderation_unsure: Unsure = Unsure.FLAG
    sample: float = Field(default=0.02, ge=0, le=1, description="share of safe ones to review")
    lease_s: float = Field(default=600.0, gt=0, description="how long a reviewer holds an item")
    session_hours: float = Field(default=12.0, gt=0)

    @model_validator(mode="after")
    def _fits(self) -> ServiceSettings:
        if self.max_images > self.in_flight + self.queue:
            room = self.in_flight + self.queue
            said = f"a request may have {self.max_images} images, and there is room for {room}"
            raise ValueError(f"{said}: in_flight and queue together must be max_images at least")
        if self.max_body > self.max_held:
            raise ValueError("max_held must have room for one body of max_body")
        return self

    @property
    def loopback(self) -> bool:
        """Whether nobody but this machine can reach the service."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether `host` is a name or an address of this machine's loopback."""
    bare = host.strip().removeprefix("[").removesuffix("]").rstrip(".").lower()
    if bare == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False
