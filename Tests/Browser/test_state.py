"""The page's pure logic, case by case, in the browser that will run it: `unit/*.js`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from visitor import Visitor

UNITS = Path(__file__).parent / "unit"
CASES = [(path.name, name) for path in sorted(UNITS.glob("*.js"))
         for name in re.findall(r"^    '((?:[^'\\]|\\.)+)'\(", path.read_text(), re.MULTILINE)]

RUN = """
async ([text, name]) => {
    const load = async (path) => import(path);
    const modules = {
        timeline: await load('/state/timeline.js'), commands: await load('/state/commands.js'),
        rooms: await load('/state/rooms.js'), store: await load('/state/store.js'),
        policy: await load('/protocol/policy.js'), text: await load('/views/text.js'),
    };
    const show = (value) => JSON.stringify(value);
    const equal = (actual, wanted) => {
        if (show(actual) !== show(wanted)) throw new Error(`${show(actual)} is not ${show(wanted)}`);
    };
    const ok = (value, what = 'not true') => {
        if (!value) throw new Error(what);
    };
    const cases = (0, eval)(text);
    try {
        await cases[name]({ ...modules, equal, ok });
        return null;
    } catch (error) {
        return String(error.stack ?? error);
    }
}
"""


@pytest.fixture(scope="module")
def page(browser, server):
    """A page of the server's own origin whose policy the cases, which are text, do not have to pass."""
    visitor = Visitor(browser, server.base, bypass_csp=True).open()
    yield visitor.page
    visitor.close()


def test_there_are_cases():
    assert len(CASES) > 20


@pytest.mark.parametrize(("file", "name"), CASES, ids=[f"{file}: {name}" for file, name in CASES])
def test_case(page, file, name):
    fault = page.evaluate(RUN, [(UNITS / file).read_text(), name])
    assert fault is None, fault
