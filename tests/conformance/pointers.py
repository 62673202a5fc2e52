"""JSON pointers, and patterns of them: a part may be `*` (every element or member) or `[key=value]` (the elements
of a list whose member, or member of a member, `[key~1key=value]`, has that value)."""


def _parts(pointer):
    if not pointer:
        return []
    if not pointer.startswith("/"):
        raise ValueError(f"'{pointer}' is not a JSON pointer")
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")]


def _matching(value, part):
    """The keys or indices of `value` that one part of a pattern means."""
    if isinstance(value, dict):
        return list(value) if part == "*" else [part] if part in value else []
    if not isinstance(value, list):
        return []
    if part == "*":
        return list(range(len(value)))
    if part.startswith("[") and part.endswith("]"):
        key, _, wanted = part[1:-1].partition("=")
        return [at for at, one in enumerate(value) if get(one, "/" + key) == wanted]
    return [int(part)] if part.isdigit() and int(part) < len(value) else []


def get(value, pointer, default=None):
    for part in _parts(pointer):
        found = _matching(value, part)
        if len(found) != 1:
            return default
        value = value[found[0]]
    return value


def change(value, pointer, new):
    """Sets a member or element, or appends with `-`; None removes. The parent must exist."""
    *path, last = _parts(pointer)
    for part in path:
        found = _matching(value, part)
        if len(found) != 1:
            raise KeyError(f"nothing at {pointer}")
        value = value[found[0]]
    if isinstance(value, list):
        if last == "-":
            value.append(new)
            return
        last = int(last)
    if new is None:
        del value[last]
    else:
        value[last] = new


def without(value, pattern):
    """Removes, in place, all that matches."""
    *path, last = _parts(pattern)
    parents = [value]
    for part in path:
        parents = [one[at] for one in parents for at in _matching(one, part)]
    for parent in parents:
        for at in sorted(_matching(parent, last), reverse=True):
            del parent[at]


def only(value, patterns):
    """What is left of `value` when nothing but the matches and the way to them stays."""
    return _only(value, [_parts(one) for one in patterns])


def _only(value, patterns):
    if any(not one for one in patterns) or not isinstance(value, (dict, list)):
        return value
    kept = {}
    for first in dict.fromkeys(one[0] for one in patterns):
        rest = [one[1:] for one in patterns if one[0] == first]
        for at in _matching(value, first):
            kept.setdefault(at, []).extend(rest)
    inner = {at: _only(value[at], rest) for at, rest in kept.items() if _reaches(value[at], rest)}
    return inner if isinstance(value, dict) else [inner[at] for at in sorted(inner)]


def _reaches(value, patterns):
    """Whether any of the patterns has something to show below."""
    return any(not one or any(_reaches(value[at], [one[1:]]) for at in _matching(value, one[0]))
               for one in patterns)
