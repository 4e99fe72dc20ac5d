"""Answers of pages: a whole page, a fragment of it for htmx, or the way to another page."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from jinja2 import Environment
from marshmallow import ValidationError
from werkzeug import Response

from shared.web.forms import form_errors, form_values
from shared.web.htmx import wants_fragment
from shared.web.i18n import gettext
from shared.web.summary import with_labels


def page(template: str, status: int = 200, **context: Any) -> Response:
    """The page or, where htmx asks, its `title`, `crumbs` and `content` for `#content`."""
    if not wants_fragment():
        return make_response(labelled(render_template(template, **context), context), status)
    rendered = render_blocks(template, ("fragment",), context)
    response = make_response(labelled(rendered, context), status)
    if request.method == "GET" and not shows_already():
        response.headers["HX-Push-Url"] = request.full_path.rstrip("?")
    return response


def labelled(html: str, context: Mapping[str, Any]) -> str:
    """Where something is wrong the summary says with which answer."""
    return with_labels(html, gettext(": ")) if context.get("errors") else html


def fragment(template: str, *blocks: str, status: int = 200, **context: Any) -> Response:
    """Named blocks of a page's template, for an `hx-get` that renews a part of it."""
    return make_response(render_blocks(template, blocks, context), status)


def invalid(template: str, error: ValidationError | Mapping[str, str], **context: Any) -> Response:
    """The page of a form again, with what was typed and what is wrong with it, as 422."""
    errors = form_errors(error.messages_dict) if isinstance(error, ValidationError) else error
    return page(template, 422, errors=errors, values=form_values(request.form), **context)


def see_other(url: str) -> ResponseReturnValue:
    """After a form was taken: the page that shows what came of it. htmx follows by itself."""
    return redirect(url, 303)


def shows_already() -> bool:
    current = urlsplit(request.headers.get("HX-Current-URL", ""))
    return f"{current.path}?{current.query}".rstrip("?") == request.full_path.rstrip("?")


def render_blocks(template: str, blocks: tuple[str, ...], context: dict[str, Any]) -> str:
    """Render blocks of a page with everything its template imports and sets at the top."""
    app = current_app
    app.update_template_context(context)
    environment: Environment = app.jinja_env
    found = environment.get_or_select_template(template)
    inner = found.new_context(context)
    next(iter(found.root_render_func(inner)), None)  # runs up to the layout's first words
    return environment.concat(part for name in blocks for part in inner.blocks[name][0](inner))
