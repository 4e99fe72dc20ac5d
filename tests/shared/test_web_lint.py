"""What no template and no script of ours may hold, and what every sentence must have."""

import json
import re
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import nodes
from support.web_app import make_app

from gateway import routes
from shared.kernel import uuid7
from shared.web import assets, assets_manifest, catalogues, shell

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted(
    path for top in ("shared", "gateway", "services") for path in (ROOT / top).rglob("*.html")
)
FORBIDDEN = {
    "inline style": r"[\s\"']style\s*=",
    "inline handler": r"[\s\"']on[a-z]+\s*=",
    "hx-on": r"hx-on",
    "script in an attribute": r"[\"']\s*(js|javascript):",
    "event filter": r"hx-trigger=\"[^\"]*\[",
    "inline script": r"<script(?![^>]*\ssrc=)",
    "inline sheet": r"<style",
    "other host": r"(src|href|action)=\"(https?:)?//",
    "boost": r"hx-boost",
    "hx-vals": r"hx-vals",
    "unsafe markup": r"\|\s*safe\b",
}
INHERITED = re.compile(
    r"<(body|main|div|section|nav|header|ul|ol|table|tbody)\s[^>]*?\shx-(target|swap|confirm|headers|include|sync|disable)="
)


def faults(text: str) -> list[str]:
    """Arguments of macros (`once=1`) are not attributes: expressions are left out for those."""
    markup = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", text, flags=re.S)
    found = [what for what, pattern in FORBIDDEN.items() if re.search(pattern, text)]
    return [
        what
        for what in found
        if not what.startswith("inline") or re.search(FORBIDDEN[what], markup)
    ]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_keep_to_the_policy(path: Path) -> None:
    assert not faults(path.read_text())


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_inherited_attributes_say_so(path: Path) -> None:
    """htmx 4 hands nothing down without `:inherited`; on a wrapper it would do nothing."""
    for found in INHERITED.finditer(path.read_text()):
        tag = found.group(0)
        assert re.search(
            r"\shx-(get|post|put|delete|patch)=",
            tag + path.read_text()[found.end() :].split(">")[0],
        ), tag


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_forms_prove_where_they_come_from(path: Path) -> None:
    for form in re.findall(r"<form\b[^>]*>.{0,400}", path.read_text(), re.S):
        if 'method="post"' in form and 'action="/login"' not in form:  # no session yet
            assert "csrf" in form, form[:200]


@pytest.mark.parametrize(
    "planted",
    [
        '<p style="color:red">',
        '<a onclick="x()">',
        '<a {{ hx("/x") }} onclick="{{ x }}">',
        '<a hx-on:click="x()">',
        "<a hx-vals='js:{a: 1}'>",
        '<a href="javascript:x()">',
        '<i hx-trigger="click[ctrlKey]">',
        "<script>x()</script>",
        '<script src="//cdn.example/x.js"></script>',
        "{{ words|safe }}",
    ],
)
def test_the_policy_finds_what_is_planted(planted: str) -> None:
    assert faults(planted)


def test_templates_say_nothing_untranslated() -> None:
    """Text between tags of shared templates is a call of gettext, a name, or a sign."""
    allowed = {"Tandem", "协行", "–", "·", "SHA-256", "…", ":"}
    for path in (ROOT / "shared" / "web" / "templates").rglob("*.html"):
        text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", path.read_text(), flags=re.S)
        words = re.sub(r"<[^>]*>", " ", text).split()
        said = {word for word in words if re.fullmatch(r"[\w,.;:!?–-]+", word)}
        assert said <= allowed, path.name


def test_every_template_compiles(tmp_path: Path) -> None:
    app: Flask = make_app(None, tmp_path)
    for path in TEMPLATES:
        assert isinstance(app.jinja_env.parse(path.read_text()), nodes.Template)


def test_scripts_hold_no_words_of_ours() -> None:
    for path in (ROOT / "shared" / "web" / "static").glob("*.js"):
        code = re.sub(r"//.*", "", path.read_text())
        assert "innerHTML" not in code and "eval(" not in code
        assert not re.search(r"alert\(|confirm\((?!content\(\)\.dataset\.)", code)


def test_shared_sentences_have_their_chinese() -> None:
    package = next(catalogues.packages())
    assert catalogues.check(package) == 0


def test_a_missing_or_doubtful_sentence_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    (tmp_path / "babel.cfg").write_text((ROOT / "babel.cfg").read_text())
    (tmp_path / "x.py").write_text('_("Old %(n)s")\nngettext("one", "%(num)s", 2)\nN_("New")\n')
    package = catalogues.Package(tmp_path, tmp_path)
    assert catalogues.update(package) == 3
    text = package.po.read_text()
    text = text.replace('msgid "Old %(n)s"\nmsgstr ""', 'msgid "Old %(n)s"\nmsgstr "旧 %(m)s"')
    package.po.write_text(text.replace('msgstr[0] ""', 'msgstr[0] "%(num)s"'))
    assert catalogues.check(package) == 2
    (tmp_path / "x.py").write_text('_("New")\n')
    capsys.readouterr()
    assert catalogues.check(package) == 3
    assert "nobody says this" in capsys.readouterr().out
    catalogues.update(package)
    assert "Old" not in package.po.read_text()


def test_assets_have_hashed_names_once_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = tmp_path / "manifest.json"
    monkeypatch.setattr(assets_manifest, "MANIFEST", manifest)
    assert assets_manifest.built() == {}
    name = f"tandem.{uuid7().hex}.css"
    manifest.write_text(json.dumps({"files": {"tandem.css": name}}))
    assert assets_manifest.built() == {"tandem.css": name}


def test_the_lock_names_versions_and_no_registry() -> None:
    lock = (ROOT / "package-lock.json").read_text()
    assert "http" not in re.sub(r'"funding": \{.*?\}', "", lock, flags=re.S)
    wanted = json.loads((ROOT / "package.json").read_text())
    versions = (wanted["dependencies"] | wanted["devDependencies"]).values()
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions)


def test_the_navigation_leads_to_places_that_the_gateway_knows() -> None:
    for entry in (*shell.VENDOR, *shell.INTERNAL):
        places = (entry.href.partition("?")[0], *entry.also)
        assert all(routes.find(place) for place in places), entry
    for path in ("/login", "/logout", "/language", "/account/theme"):
        assert routes.find(path), path


def test_icons_of_the_navigation_are_looked_for() -> None:
    words = assets.named_words()
    assert {entry.icon for entry in (*shell.VENDOR, *shell.INTERNAL)} <= words
    assert {"bell", "menu-2", "circle-check"} <= words
