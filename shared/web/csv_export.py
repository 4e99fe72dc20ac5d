"""Tables as CSV that Excel opens as it should and that cannot carry a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flask import Response
from werkzeug.utils import secure_filename

BOM = "\ufeff"
FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A download named `name`.csv. Read the rows before the transaction ends, or hand in a list."""
    disposition = f'attachment; filename="{secure_filename(name) or "export"}.csv"'
    headers = {"Content-Disposition": disposition}
    return Response(lines(header, rows), mimetype="text/csv; charset=utf-8", headers=headers)


def lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    yield BOM + line(header)
    for row in rows:
        yield line(row)


def line(cells: Sequence[Any]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([escaped(cell) for cell in cells])
    return out.getvalue()


def escaped(cell: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets an apostrophe; numbers stay numbers."""
    if isinstance(cell, str) and (cell.startswith(FORMULA) or cell.lstrip().startswith(FORMULA)):
        return f"'{cell}"
    return cell
