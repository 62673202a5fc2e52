"""What differs between recorded answers and others, one line for each difference."""

import json

SHORT = 160


def differences(recorded, answered):
    """Lines such as `answer 2, /body/status/phase: recorded "Running", answered "Pending"`."""
    lines = []
    for at in range(max(len(recorded), len(answered))):
        where = f"answer {at + 1}"
        if at >= len(answered):
            lines.append(f"{where}: missing")
        elif at >= len(recorded):
            lines.append(f"{where}: not recorded")
        else:
            lines += [f"{where}, {line}" for line in _differences(recorded[at], answered[at], "")]
    return lines


def _differences(recorded, answered, where):
    if isinstance(recorded, dict) and isinstance(answered, dict):
        for key in sorted(recorded.keys() | answered.keys()):
            path = f"{where}/{key.replace('~', '~0').replace('/', '~1')}"
            if key not in answered:
                yield f"{path}: recorded {_shown(recorded[key])}, missing"
            elif key not in recorded:
                yield f"{path}: not recorded, answered {_shown(answered[key])}"
            else:
                yield from _differences(recorded[key], answered[key], path)
    elif isinstance(recorded, list) and isinstance(answered, list):
        for at in range(max(len(recorded), len(answered))):
            path = f"{where}/{at}"
            if at >= len(answered):
                yield f"{path}: recorded {_shown(recorded[at])}, missing"
            elif at >= len(recorded):
                yield f"{path}: not recorded, answered {_shown(answered[at])}"
            else:
                yield from _differences(recorded[at], answered[at], path)
    elif type(recorded) is not type(answered) or recorded != answered:
        start = _start(recorded, answered)
        yield f"{where}: recorded {_shown(recorded, start)}, answered {_shown(answered, start)}"


def _start(recorded, answered):
    """Where to begin to show two long texts: shortly before they part."""
    if not isinstance(recorded, str) or not isinstance(answered, str) or len(recorded) < SHORT:
        return 0
    apart = next((at for at, (one, other) in enumerate(zip(recorded, answered)) if one != other), len(answered))
    return max(0, apart - 40)


def _shown(value, start=0):
    if start:
        return "…" + _shown(value[start:])
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= SHORT else text[:SHORT] + "…"
