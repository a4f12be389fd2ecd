"""Presence as phoenix.js keeps it: one state, diffs merged into it, diffs before the state kept until it comes."""

from __future__ import annotations


class Presence:
    """What one client knows of who is in one topic."""

    def __init__(self) -> None:
        self.states: list[dict] = []  # payloads of `presence_state`
        self.diffs: list[dict] = []  # payloads of `presence_diff`
        self.counts: list[dict] = []  # payloads of `presence_count`
        self.refs: list[tuple[object, object]] = []  # join_ref and ref of every frame, in order of arrival
        self.entries: dict[str, list[dict]] = {}

    @property
    def keys(self) -> set[str]:
        """Who is there."""
        return set(self.entries)

    def metas(self, key: str) -> list[dict]:
        """The connections of one who is there, oldest first; empty when he is not."""
        return self.entries.get(key, [])

    def refs_of(self, key: str) -> list[str]:
        return [meta["phx_ref"] for meta in self.metas(key)]

    def joined(self, key: str) -> list[list[dict]]:
        """The metas of `key` in the joins of every diff that has some."""
        return [diff["joins"][key]["metas"] for diff in self.diffs if key in diff["joins"]]

    def left(self, key: str) -> list[list[dict]]:
        """The same of the leaves."""
        return [diff["leaves"][key]["metas"] for diff in self.diffs if key in diff["leaves"]]

    def take(self, event: str, payload: dict) -> None:
        """Takes one frame and checks its shape (§3)."""
        if event == "presence_count":
            self.counts.append(payload)
        elif event == "presence_state":
            _check(payload)
            self.states.append(payload)
            self.entries = {key: list(entry["metas"]) for key, entry in payload.items()}
            for diff in self.diffs:
                self._merge(diff)
        else:
            assert payload.keys() == {"joins", "leaves"}, f"not a diff: {payload}"
            _check(payload["joins"])
            _check(payload["leaves"])
            self.diffs.append(payload)
            self._merge(payload)

    def _merge(self, diff: dict) -> None:
        for key, entry in diff["joins"].items():
            new = {meta["phx_ref"] for meta in entry["metas"]}
            kept = [meta for meta in self.entries.get(key, []) if meta["phx_ref"] not in new]
            self.entries[key] = kept + entry["metas"]
        for key, entry in diff["leaves"].items():
            gone = {meta["phx_ref"] for meta in entry["metas"]}
            left = [meta for meta in self.entries.get(key, []) if meta["phx_ref"] not in gone]
            if left:
                self.entries[key] = left
            else:
                self.entries.pop(key, None)


def _check(entries: dict) -> None:
    for key, entry in entries.items():
        metas = entry["metas"]
        assert metas, f"{key} without a meta"
        assert all(isinstance(meta["phx_ref"], str) and meta["phx_ref"] for meta in metas), entry
