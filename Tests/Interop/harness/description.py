"""The documents that describe the Phoenix front, and whether messages are what they say."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

REPOSITORY = Path(__file__).resolve().parents[3]
GUIDE = REPOSITORY / "docs/phoenix.md"
DESCRIPTION = REPOSITORY / "docs/phoenix.asyncapi.yaml"

_TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int}


@cache
def description() -> dict:
    """`docs/phoenix.asyncapi.yaml`."""
    return yaml.safe_load(DESCRIPTION.read_text())


def resolved(node: dict) -> dict:
    """What a node stands for: itself, or what its `$ref` names."""
    while "$ref" in node:
        found = description()
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def messages(channel: str, direction: str) -> dict[str, dict]:
    """The messages of a channel by the names of their events; `do`: of clients, `on`: of the server."""
    found = description()["channels"][channel]["messages"]
    return {resolved(node)["name"]: resolved(node) for key, node in found.items() if key.startswith(f"{direction}.")}


def replies(channel: str) -> dict[str, dict]:
    """The schemas of the replies to a channel's events, by the names of these."""
    found = {}
    for operation in description()["operations"].values():
        if operation["channel"]["$ref"] == f"#/channels/{channel}" and "reply" in operation:
            (asked,), (reply,) = operation["messages"], operation["reply"]["messages"]
            found[resolved(asked)["name"]] = resolved(reply)["payload"]
    return found


def section(title: str) -> str:
    """A chapter of `docs/phoenix.md`, up to the next heading of its rank or a higher one."""
    lines = GUIDE.read_text().splitlines()
    start = next(i for i, line in enumerate(lines) if re.fullmatch(rf"#+ {re.escape(title)}", line))
    rank = len(lines[start]) - len(lines[start].lstrip("#"))
    fenced, taken = False, []
    for line in lines[start + 1:]:
        fenced ^= line.startswith("```")
        if not fenced and re.match(rf"#{{1,{rank}}} ", line):
            break
        taken.append(line)
    return "\n".join(taken)


def snippets(text: str) -> list[tuple[str, str]]:
    """The fenced blocks of a text, in order: language and content."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def fault(value: object, schema: dict, path: str = "") -> str | None:
    """What is wrong with a JSON value; None when it is what the schema says. Knows what the description uses."""
    schema = resolved(schema)
    if "oneOf" in schema:
        faults = [fault(value, choice, path) for choice in schema["oneOf"]]
        return None if faults.count(None) == 1 else f"{path}: none or several of {faults}"
    if "const" in schema and value != schema["const"]:
        return f"{path}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{path}: {value!r} is none of {schema['enum']}"
    if "type" in schema and not _is_of(value, schema["type"]):
        return f"{path}: {value!r} is no {schema['type']}"
    if isinstance(value, dict):
        return _fault_of_object(value, schema, path)
    if isinstance(value, list):
        found = (fault(element, schema.get("items", {}), f"{path}[{index}]") for index, element in enumerate(value))
        return next(filter(None, found), None)
    if isinstance(value, str) and not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 1 << 30):
        return f"{path}: {value!r} is too short or too long"
    if isinstance(value, int) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        return f"{path}: {value} is out of range"
    return None


def _is_of(value: object, types: str | list[str]) -> bool:
    names = [types] if isinstance(types, str) else types
    return any(isinstance(value, _TYPES[name]) and not (name == "integer" and isinstance(value, bool)) for name in names)


def _fault_of_object(value: dict, schema: dict, path: str) -> str | None:
    missing = [key for key in schema.get("required", ()) if key not in value]
    if missing:
        return f"{path}: {missing} missing in {value}"
    for key, member in value.items():
        known = schema.get("properties", {}).get(key, schema.get("additionalProperties", True))
        if known is False:
            return f"{path}: '{key}' is not described"
        found = fault(member, known, f"{path}.{key}") if isinstance(known, dict) else None
        if found:
            return found
    return None
