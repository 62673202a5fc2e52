"""JSON files that people read: sorted keys, and what fits on a line stands on one."""

import json

WIDTH = 118


def dumps(value, indent=0, first=0):
    """`first` is the width that the line's beginning has taken already."""
    line = json.dumps(value, ensure_ascii=False, sort_keys=True)
    if len(line) + max(indent, first) <= WIDTH or not isinstance(value, (dict, list)) or not value:
        return line
    inner = " " * (indent + 1)
    if isinstance(value, list):
        parts = [dumps(one, indent + 1) for one in value]
    else:
        parts = []
        for key in sorted(value):
            name = json.dumps(key, ensure_ascii=False) + ": "
            parts.append(name + dumps(value[key], indent + 1, indent + 1 + len(name)))
    opening, closing = "[]" if isinstance(value, list) else "{}"
    body = ",\n".join(inner + part for part in parts)
    return f"{opening}\n{body}\n{' ' * indent}{closing}"
