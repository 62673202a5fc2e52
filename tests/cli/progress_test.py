#!/usr/bin/env python3
"""progress_test.py CFKOPS: live progress on a real terminal, with a cluster that `sandbox serve` simulates: what the
terminal is left with when a run ends by itself, is interrupted or killed, and while it is asked, stopped and resized."""

import fcntl
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest

PATIENCE = 90
PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
BEGIN, END = "\x1b[?2026h", "\x1b[?2026l"
FRAME = re.compile(re.escape(BEGIN) + "(.*?)" + re.escape(END), re.DOTALL)
KNOWN = re.compile(r"\x1b\[(\?2026[hl]|\d*A|K|J|\d*m)")


def plain(text):
    return KNOWN.sub("", text)


class Run:
    """cfkops on a terminal of its own."""

    def __init__(self, folder, *words, **environment):
        self.said = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.environ.pop("NO_COLOR", None)
            os.environ.update({"HOME": str(folder), "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **environment})
            os.execv(PROGRAM, [str(PROGRAM), "run", "broker-restart", "--kubeconfig", "kubeconfig", "-n", "confluent",
                               "--param", "settle=0s", *words])
        self.resize(80, 24)
        self.modes = termios.tcgetattr(self.fd)

    def resize(self, columns, rows):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds):
        """False at the end."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            block = os.read(self.fd, 65536)
        except OSError:  # nobody has the other side open any more
            return False
        self.said += block.decode(errors="replace")
        return bool(block)

    def wait_for(self, pattern, after=0):
        end = time.monotonic() + PATIENCE
        while not re.search(pattern, plain(self.said[after:])):
            if not self.read(1) or time.monotonic() > end:
                raise AssertionError(f"no {pattern!r} in {self.said[after:]!r}")
        return len(self.said)

    def watch(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.read(0.05):
            pass

    def end(self):
        """The exit code, negative for a signal."""
        end = time.monotonic() + PATIENCE
        while self.read(1):
            if time.monotonic() > end:
                os.kill(self.pid, signal.SIGKILL)
                raise AssertionError(f"it does not end: {self.said[-2000:]!r}")
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.fd)
        return code


class Progress(unittest.TestCase):

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        serving = subprocess.Popen([PROGRAM, "sandbox", "serve", "--scenario", "healthy", "--speed", "10",
                                    "--kubeconfig-out", self.folder / "kubeconfig"],
                                   stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        self.addCleanup(serving.stdout.close)
        self.addCleanup(serving.wait)
        self.addCleanup(serving.terminate)
        self.assertIn("answers at", serving.stdout.readline())

    def start(self, *words, **environment):
        return Run(self.folder, *words, **environment)

    def check_sane(self, run):
        """Nothing is switched on and left so: no sequence but the known ones, each update ended, the cursor never
        hidden, the terminal's modes as they were."""
        self.assertNotIn("\x1b", plain(run.said), run.said[-500:])
        self.assertEqual(run.said.count(BEGIN), run.said.count(END))
        self.assertEqual(termios.tcgetattr(run.fd), run.modes)

    def test_AtTheEndTheRecordStandsThereAndNoTable(self):
        run = self.start("--yes")
        run.wait_for("waiting .* for broker")
        self.check_sane(run)
        self.assertEqual(run.end(), 0, run.said[-2000:])
        last = plain(run.said[run.said.rindex(END):])
        self.assertRegex(last, r"Succeeded: 1 step done")
        self.assertRegex(plain(run.said), r"1 of 1 step done, took ")

    def test_TimeGoesOnWhileItWaits(self):
        run = self.start("--yes")
        run.wait_for("waiting .* for broker")
        run.watch(3)
        frames = FRAME.findall(run.said)
        times = set(re.findall(r"step done, (\S+) so far", plain("".join(frames))))
        self.assertGreater(len(times), 5, run.said[-2000:])
        os.kill(run.pid, signal.SIGKILL)
        run.end()

    def test_KilledItLeavesNothingToRepair(self):
        run = self.start("--yes")
        run.wait_for("waiting .* for broker")
        os.kill(run.pid, signal.SIGKILL)
        run.watch(1)
        self.check_sane(run)
        self.assertTrue(run.said.endswith("\x1b[J" + END) or run.said.endswith("\n" + END), run.said[-200:])
        self.assertEqual(run.end(), -signal.SIGKILL)

    def test_InterruptedItTakesTheTableAwayAndSaysHowToGoOn(self):
        run = self.start("--yes")
        run.wait_for("waiting .* for broker")
        os.write(run.fd, b"\x03")
        self.assertEqual(run.end(), 130, run.said[-2000:])
        last = plain(run.said[run.said.rindex(END):])
        self.assertRegex(last, r"next: cfkops resume \S+")

    def test_InterruptedTwiceToo(self):
        run = self.start("--yes")
        run.wait_for("waiting .* for broker")
        os.write(run.fd, b"\x03")
        run.wait_for("asked to stop")
        os.write(run.fd, b"\x03")
        self.assertEqual(run.end(), 130, run.said[-2000:])
        self.assertRegex(plain(run.said[run.said.rindex(END):]), r"Interrupted")

    def test_WhileAPersonIsAskedNothingMoves(self):
        run = self.start()
        asked = run.wait_for(r"Type the name of what this works on, '\S+': $")
        run.watch(1)
        self.assertEqual(run.said[asked:], "")
        name = re.search(r"works on, '(\S+)': $", plain(run.said)).group(1)
        os.write(run.fd, name.encode() + b"\n")
        run.wait_for("waiting .* for broker", asked)
        self.check_sane(run)
        os.kill(run.pid, signal.SIGKILL)
        run.end()

    def test_InterruptedAtAQuestionItBeginsANewLine(self):
        run = self.start()
        run.wait_for(r"Type the name of what this works on, '\S+': $")
        os.write(run.fd, b"\x03")
        self.assertEqual(run.end(), 130, run.said[-2000:])
        self.assertRegex(plain(run.said), r"': \^C\r\n")

    def test_ANarrowTerminalGetsNarrowLines(self):
        run = self.start("--yes")
        run.wait_for("waiting .* for broker")
        run.resize(20, 10)
        at = run.wait_for("waiting", len(run.said))
        run.watch(1)
        # A frame may carry a new line of the log, which is whole however narrow the terminal is.
        frames = [frame for frame in FRAME.findall(run.said[at:]) if not re.search(r"\+\d", plain(frame))]
        self.assertTrue(frames)
        for line in plain(frames[-1]).replace("\r", "").split("\n"):
            self.assertLessEqual(len(line), 19, frames[-1])
        self.check_sane(run)
        os.kill(run.pid, signal.SIGKILL)
        run.end()

    def test_StoppedAndContinuedItDrawsBelow(self):
        run = self.start("--yes")
        run.wait_for("waiting .* for broker")
        os.kill(run.pid, signal.SIGSTOP)
        run.watch(0.5)
        stopped = len(run.said)
        os.kill(run.pid, signal.SIGCONT)
        run.wait_for("waiting .* for broker", stopped)
        first = FRAME.search(run.said, stopped).group(1)
        self.assertNotRegex(first, r"\x1b\[\d+A")
        self.check_sane(run)
        os.kill(run.pid, signal.SIGKILL)
        run.end()

    def test_PlainNothingMovesOnATerminalEither(self):
        for words, environment in ((["--progress", "plain"], {}), ([], {"CFKOPS_PROGRESS": "plain"})):
            run = self.start("--yes", *words, **environment)
            run.wait_for("Prerequisites")
            run.watch(1)
            self.assertNotIn("\x1b", run.said)
            os.kill(run.pid, signal.SIGKILL)
            run.end()

    def test_WithoutColoursItMovesAllTheSame(self):
        run = self.start("--yes", NO_COLOR="1")
        run.wait_for("waiting .* for broker")
        self.assertNotRegex(run.said, r"\x1b\[\d*m")
        self.assertIn(BEGIN, run.said)
        os.kill(run.pid, signal.SIGKILL)
        run.end()

    def test_WithoutAUnicodeLocaleTheTableIsAscii(self):
        run = self.start("--yes", LC_ALL="C")
        run.wait_for("waiting .* for broker")
        self.assertTrue("".join(FRAME.findall(run.said)).isascii())
        os.kill(run.pid, signal.SIGKILL)
        run.end()


if __name__ == "__main__":
    unittest.main()
