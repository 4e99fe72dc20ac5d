"""How templates call: a list page does so a thousand times."""

from types import FunctionType, MethodType
from typing import Any

from jinja2.runtime import Context, Macro
from jinja2.utils import internalcode

PLAIN = (FunctionType, MethodType)


class PageContext(Context):
    """Knows of macros, functions and methods without asking what they want to be passed."""

    @internalcode
    def call(self, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        if type(called) is Macro:
            args = (self.eval_ctx, *args)
        elif type(called) not in PLAIN or hasattr(called, "jinja_pass_arg"):
            return super().call(called, *args, **kwargs)
        kwargs.pop("_loop_vars", None)  # of loops and blocks, for those that want the context
        kwargs.pop("_block_vars", None)
        return called(*args, **kwargs)
