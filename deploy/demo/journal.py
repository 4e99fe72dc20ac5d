"""What has been done already, so that filling that was interrupted goes on where it stopped."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

from deploy.dev.stack import read_json, write_json


class Journal:
    """The answers of all steps, in their order. Each is kept as soon as it is there.

    The steps are asked for in the same order each time; what has an answer is not done again. Of
    one that had begun nobody knows whether it was done: it is sent again, with the same key.
    """

    def __init__(self, file: Path) -> None:
        kept = read_json(file)
        self.file = file
        self.id = UUID(kept.get("id") or str(uuid4()))
        self.answers: dict[str, Any] = kept.get("answers", {})
        self.begun: str = kept.get("begun", "")
        self.asked, self.inside = 0, False

    def once(self, what: str, do: Callable[[str, bool], Any]) -> Any:
        """`do` gets the step's key, and whether it had begun before."""
        if self.inside:
            return do(str(uuid4()), False)
        self.asked += 1
        step = f"{self.asked}: {what}"
        if step not in self.answers:
            again, self.begun = self.begun == step, step
            self.write()
            self.answers[step] = do(str(uuid5(self.id, step)), again)
            self.write()
        return self.answers[step]

    def whole(self, what: str, do: Callable[[], Any]) -> Any:
        """One step out of several calls: where it was interrupted, it begins anew."""

        def together(_key: str, _again: bool) -> Any:
            self.inside = True
            try:
                return do()
            finally:
                self.inside = False

        return self.once(what, together)

    def write(self) -> None:
        kept = {"id": str(self.id), "begun": self.begun, "answers": self.answers}
        write_json(self.file, kept)

    def close(self) -> None:
        """Nothing is left to do."""
        self.file.unlink(missing_ok=True)
