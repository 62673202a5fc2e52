#!/usr/bin/env python3
"""conformance_test.py CFKOPS: the simulated cluster answers the conformance cases as the real one did.

The known deviations are the rows of the table in docs/sandbox.md that name a case. One that is not listed there fails,
and so does one that is listed but agrees: the list says what is so.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))
import records  # noqa: E402

PARALLEL = 16  # the cases wait for most of their time


def known_deviations():
    """Case to reason, from the rows `| `area/scenario` | why |`."""
    text = (ROOT / "docs" / "sandbox.md").read_text()
    return dict(re.findall(r"^\| `([a-z0-9-]+/[a-z0-9-]+)` \| (.+?) \|$", text, re.MULTILINE))


def main():
    program, pattern = sys.argv[1], (sys.argv[2] if len(sys.argv) > 2 else "")
    found = records.problems_on_sandbox(program, [ROOT / "tests" / "conformance" / "conformance.py", "check", pattern,
                                                  "--plain", "--parallel", str(PARALLEL)])
    return records.judge(found, known_deviations(), "docs/sandbox.md", not pattern)


if __name__ == "__main__":
    sys.exit(main())
