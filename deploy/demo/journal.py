"""What has been done already, so that filling that was interrupted goes on where it stopped."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from deploy.dev.stack import read_json, write_json


class Journal:
    """The answers of all steps, in their order. Each is kept as soon as it is there.

    The steps are asked for in the same order each time; what has an answer is not done again.
    """

    def __init__(self, file: Path) -> None:
        self.file, self.answers = file, read_json(file)
        self.asked, self.inside = 0, False

    def once(self, what: str, do: Callable[[], Any]) -> Any:
        if self.inside:
            return do()
        self.asked += 1
        step = f"{self.asked}: {what}"
        if step not in self.answers:
            self.answers[step] = do()
            write_json(self.file, self.answers)
        return self.answers[step]

    def whole(self, what: str, do: Callable[[], Any]) -> Any:
        """One step out of several calls: where it was interrupted, it begins anew."""

        def together() -> Any:
            self.inside = True
            try:
                return do()
            finally:
                self.inside = False

        return self.once(what, together)

    def close(self) -> None:
        """Nothing is left to do."""
        self.file.unlink(missing_ok=True)
