"""What ends with a `with` block."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Self


class Closing(ABC):
    """Is closed at the end of a `with` block, however that ends."""

    __slots__ = ()

    @abstractmethod
    def close(self) -> None:
        """Lets go of what it holds; again, it does nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
