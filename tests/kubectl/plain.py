"""Output of kubectl without what differs from run to run. docs/kubectl.md lists the rules."""

import contextlib
import json
import re

UID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)"
LONG_TIME = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}"
RANDOM = "[bcdfghjklmnpqrstvwxz2456789]"  # the letters of generated names
AGE = r"(?<![\w=./:\"-])(?<!for )(?:<invalid>|(?:\d+(?:\.\d+)?(?:ms|[ydhms]))+)(?![\w.=/\"-])"

# In this order.
RULES = [(re.compile(pattern), replacement) for pattern, replacement in [
    (UID, "<uid>"),
    (rf'"?{TIME}"?', "<time>"),
    (LONG_TIME, "<time>"),
    (r"^[EIW]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ [\w.]+:\d+\]", "<klog>"),
    (r"\bcontainerd://[0-9a-f]{64}\b", "<container>"),
    (r'(?i)("?image ?ID"?: +)[^\s,][^,]*', r"\1<image>"),
    (r"(?i)(\"?resource ?version\"?: *)\"?\d+\"?", r"\1<rv>"),
    (r"\b(?!127\.0\.0\.1|0\.0\.0\.0)\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b", "<ip>"),
    (r"\.[0-9a-f]{16}\b", ".<event>"),
    (rf"((?:pod-template|controller-revision|template)-hash[\"]?[=:] ?)\"?(?:[a-z0-9-]+-)?{RANDOM}{{7,10}}\"?",
     r"\1<hash>"),
    (r"((?:controller\.kubernetes\.io/)hash[\"]?[=:] ?)\"?[a-z0-9]+\"?", r"\1<hash>"),
    (rf"-{RANDOM}{{7,10}}-{RANDOM}{{5}}(?![\w-])", "-<hash>-<id>"),
    (rf"-{RANDOM}{{8,10}}(?![\w-])", "-<hash>"),
    (rf"-{RANDOM}{{5}}(?![\w-])", "-<id>"),
    (r" \(x\d+ over [^)]*\)", ""),
    (r"\b(?:[\w-]+/)?(\w+):3\d{4}/TCP\b", r"\1:<port>/TCP"),
    (r"(?i)(nodePort: +|NodePort: +\S+ +)\d{5}", r"\1<port>"),
    (AGE, "<age>"),
    (r"(?<=\S)(?: {2,}|\t[ \t]*)", "  "),
    (r"\s+$", ""),
]]


class Plain:
    """What one case's output is turned into."""

    def __init__(self, target, namespace, folder):
        known = {namespace: "{ns}", str(folder): "<folder>", target.server: "<server>"}
        known[target.server.split("//")[-1]] = "<server>"
        for node in target.nodes:
            status = node["status"]
            info = status["nodeInfo"]
            known[node["metadata"]["name"]] = "<node>"
            known[info["osImage"]] = "<os>"
            known[info["kernelVersion"]] = "<kernel>"
            known[info["containerRuntimeVersion"]] = "<runtime>"
            for key in ("machineID", "systemUUID", "bootID"):
                if info.get(key):
                    known[info[key]] = "<id>"
        words = sorted(known, key=lambda one: (-len(one), one))
        self._known = known
        self._pattern = re.compile("|".join(rf"(?<![\w.]){re.escape(one)}(?!\w)" for one in words))

    def lines(self, text, command):
        """The lines of one output; members of JSON as the server sent it (`--raw`) have no order."""
        if text.startswith("{"):
            with contextlib.suppress(ValueError):
                text = json.dumps(json.loads(text), sort_keys=True, indent=None if "\n" not in text.strip() else 4)
        lines = [self._line(line, command.mask) for line in text.splitlines()]
        lines = [line for line in lines if not line.startswith("<klog>")]
        if command.last:
            lines = lines[-1:]
        if command.sorted:
            lines = sorted(lines)
        return with_sorted_events(without_repeated_masks(lines))

    def _line(self, line, masks):
        for mask in masks:
            line = re.sub(mask, "<masked>", line)
        line = self._pattern.sub(lambda match: self._known[match[0]], line)
        for pattern, replacement in RULES:
            line = pattern.sub(replacement, line)
        return line


def without_repeated_masks(lines):
    """How many lines are masked differs between clusters."""
    return [line for at, line in enumerate(lines) if not (line.strip() == "<masked>" and at and lines[at - 1] == line)]


def with_sorted_events(lines):
    """`describe` shows events by their seconds; several of one second have no order."""
    if "Events:" not in lines:
        return lines
    at = lines.index("Events:") + 3  # behind its two lines of head
    end = at
    while end < len(lines) and lines[end].startswith("  "):
        end += 1
    return lines[:at] + sorted(set(lines[at:end])) + lines[end:]
