"""What a plant is: something taken from the source, or put into it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plant:
    """A rule taken away.

    `old` is replaced by `new`; without `old`, `new` is added at the end of the file, which is made
    where there is none. `test` must fail then, and say `says`.
    """

    name: str
    file: str
    old: str
    new: str
    test: str
    says: str

    def apply(self, source: str) -> str:
        if not self.old:
            return source + self.new
        assert self.old in source, f"{self.file} no longer holds {self.old!r}"
        return source.replace(self.old, self.new, 1)


@dataclass(frozen=True)
class StrayImport:
    """An import that a rule forbids."""

    rule: str  # how the import rule's name begins
    file: str
    line: str

    def apply(self, source: str) -> str:
        return f"{source}\n\n{self.line}  # noqa\n"
