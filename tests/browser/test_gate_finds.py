"""A page that breaks everything at once: the gate names each fault."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Route
from support import gate
from support.chromium import chromium
from support.scenes import Shot
from support.walker import Walker

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("chromium")]
HERE = "http://tandem.test"
HTML = {"Content-Type": "text/html; charset=utf-8"}
PAGE = f"""<!doctype html><html lang="fr"><head><title> – Tandem</title>
<style>p {{ color: red }}</style><script src="/bad.js"></script></head>
<body><main><h1>服务</h1><h1>服务</h1><p>Sign in</p><p><font color="#ddd">%(count)s</font></p>
<pre>{"宽" * 200}</pre><img src="/gone.png"><img src="http://far.test/far.png"></main></body></html>"""
SCRIPT = b"console.warn('odd'); throw new Error('worse') //"
SAYS = (
    *("answered 500", "lang is fr", "2 headings", "titled", "forbidden: style-src"),
    *("English: Sign in", "not filled in: %(count)s", "from elsewhere: http://far.test"),
    *("1280 light: scrolls", "320 dark: scrolls", "1280 dark: axe ['image-alt'"),
    *("390 light: axe ['color-contrast'", "KB on a first visit", "404 ", "console: odd"),
    *("error: worse", "500: "),
)


def answer(route: Route) -> None:
    path = route.request.url
    if path.endswith(".js"):
        route.fulfill(body=SCRIPT + os.urandom(150_000).hex().encode())
    elif path.endswith(".png"):
        route.fulfill(status=404 if path.startswith(HERE) else 200, body="")
    else:
        policy = {"Content-Security-Policy": "style-src 'self'"}
        route.fulfill(status=500, headers=policy | HTML, body=PAGE)


@pytest.fixture
def walker() -> Iterator[Walker]:
    with chromium() as browser:
        made = Walker(browser, HERE)
        made.context.route("**/*", answer)
        yield made
        made.context.close()


def test_each_fault_is_named(walker: Walker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "FIGURES", gate.Figures())
    found = gate.looked_at(walker, Shot("bad", "", "/bad"), "zh-Hans")
    assert [words for words in SAYS if not any(words in each for each in found)] == []
