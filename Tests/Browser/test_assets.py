"""The page's files, as the server has them compiled in."""

from __future__ import annotations

import re
import urllib.request
from pathlib import Path

import pytest
from harness import Server

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / "WebClient"
TABLE = REPOSITORY / "Sources/WebAssets/web_assets.c"
FILES = sorted(f"/{path.relative_to(FOLDER)}" for path in FOLDER.rglob("*") if path.is_file())
BUDGET = 100 * 1024  # bytes of JavaScript and CSS, compressed


def fetch(server: Server, path: str) -> tuple[dict[str, str], bytes]:
    with urllib.request.urlopen(server.base + path) as answer:
        return {name.lower(): value for name, value in answer.headers.items()}, answer.read()


def test_table_of_assets_is_the_folder():
    assert re.findall(r'ASSET\("([^"]+)"', TABLE.read_text()) == FILES
    assert [f"/{path}" for path in re.findall(r'#embed "../../WebClient/([^"]+)"', TABLE.read_text())] == FILES


@pytest.mark.parametrize("path", ["/", *FILES])
def test_file_is_served_as_it_is(server, path):
    headers, body = fetch(server, path)
    file = "/index.html" if path == "/" else path
    assert body == (FOLDER / file[1:]).read_bytes()
    kind = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml", "html": "text/html",
            "webmanifest": "application/manifest+json"}[file.rsplit(".", 1)[1]]
    assert headers["content-type"].startswith(kind)


def test_policy_allows_nothing_but_our_own_files(server):
    policy = fetch(server, "/")[0]["content-security-policy"]
    assert "default-src 'self'" in policy or "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_no_markup_is_ever_made_from_text():
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\.style\b|srcdoc")
    for path in FOLDER.rglob("*.js"):
        assert not forbidden.search(path.read_text()), path.name
    page = (FOLDER / "index.html").read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=", page)


def test_scripts_and_styles_stay_small():
    import gzip
    total = sum(len(gzip.compress(path.read_bytes())) for path in FOLDER.rglob("*") if path.suffix in (".js", ".css"))
    assert total <= BUDGET
