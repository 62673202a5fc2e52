#!/usr/bin/env python3
"""What cfkops costs, side by side with the tool one would use instead, in one run.

    run.py            start-up, lint, the end-to-end tests on the sandbox, two sweeps, a rehearsal, and a broker
                      restart under load beside kubectl's
    run.py --full     five rounds instead of one, three with slow catch-up, a larger sweep, and beside kubectl the
                      health of 2,000 and of 10,000 pods, drains of nodes, and the logs of 200 containers
    run.py --only W   only 'health', 'drain' or 'logs'
    run.py --strict   exits 1 when any bar is missed

Harm to the traffic (messages lost, refused or twice, partitions under min ISR) and a test that fails always exit 1;
how fast something was depends on what else the machine does, and is a failure only where it is asked for. Each row has
the bar it is held against; where the lab cannot run, its rows are left out aloud."""

import argparse
import contextlib
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import drain  # noqa: E402
import health  # noqa: E402
import logs  # noqa: E402
from row import Row, harmed, start_even  # noqa: E402
from run import Tally, run_on_sandbox  # noqa: E402
from support import BINARY, NAMESPACE, ROOT, TOOL, Lab  # noqa: E402


def milliseconds(argv, rounds=21, check=True):
    """The median wall time of a whole process, after one that warms the caches."""
    times = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=check,
                       stdin=subprocess.DEVNULL, cwd=ROOT)
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times[1:])


def startup(kubectl):
    spawn = milliseconds(["/bin/true"])
    version = milliseconds([str(BINARY), "version"])
    lint = milliseconds([str(BINARY), "lint", "runbooks"])
    peer = f"kubectl version --client {milliseconds([kubectl, 'version', '--client']):.1f} ms" if kubectl else "-"
    return [Row("cfkops version", f"{version:.1f} ms", f"{peer}; /bin/true {spawn:.1f} ms", "<= 20 ms", version <= 20),
            Row("cfkops lint runbooks", f"{lint:.1f} ms", "-", "<= 20 ms", lint <= 20)]


MANY_STEPS = """\
  - id: step_{i}
    title: Look at the config map number {i}
    do: object.get
    with: {{kind: configmap, name: "settings-{n}-${{params.rounds}}", namespace: "${{run.namespace}}"}}
    when: params.rounds > {i} || has(params.target)
    timeout: {i}m
    expect:
      - check: expr
        title: It is there
        that: steps.step_{i}.uid != '' && 'settings-{i}'.startsWith('settings')
        else: "there is no config map ${{steps.step_{i}.uid}}"
"""


def many_runbooks(folder, count):
    """Runbooks of 200 lines, each its own, the same in every run."""
    for n in range(count):
        head = (f"apiVersion: cfkops/v1\nkind: Runbook\nname: many-{n}\ntitle: Runbook number {n} of many\n"
                "purpose: |\n  To measure how long many files take.\nowner: team-streaming\nrisk: low\nparams:\n"
                "  rounds: {type: int, default: 3, doc: How many}\n"
                "  target: {type: ref<Kafka>, doc: The cluster}\nsteps:\n")
        lines = (head + "".join(MANY_STEPS.format(n=n, i=i) for i in range(1, 18))).splitlines()
        lines += [f"# line {number}" for number in range(len(lines) + 1, 201)]
        pathlib.Path(folder, f"many-{n}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def cost_of(argv, cwd):
    """Wall time, CPU time and peak memory in MB of a process."""
    began = time.monotonic()
    with subprocess.Popen([str(word) for word in argv], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          stdin=subprocess.DEVNULL, cwd=cwd) as child:
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1, 2):  # 1 and 2: something was found
        raise SystemExit(f"bench: {argv[0]} exited with {child.returncode}")
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def many_linted(count=1000):
    """A thousand runbooks at once, and one; yamllint, which knows YAML alone, on the same files."""
    with tempfile.TemporaryDirectory() as folder:
        many_runbooks(folder, count)
        seconds, cpu, peak = min(cost_of([BINARY, "lint", "."], folder) for _ in range(3))
        part = [f"many-{n}.yaml" for n in range(count // 10)]  # of all of them it takes a minute
        one = milliseconds([str(BINARY), "lint", f"{folder}/many-0.yaml"], check=False)
        peer = "yamllint is not installed"
        if shutil.which("yamllint"):
            theirs = cost_of(["yamllint", "-d", "relaxed", *part], folder)
            peer = f"yamllint on {len(part)} of them {theirs[0]:.1f} s ({theirs[1]:.1f} s of CPU)"
    return [Row(f"lint {count} runbooks of 200 lines", f"{seconds:.2f} s ({cpu:.2f} s of CPU)", peer, "<= 2 s",
                seconds <= 2),
            Row("lint of these: peak memory", f"{peak:.0f} MB", "-", "<= 128 MB", peak <= 128),
            Row("lint one of them", f"{one:.1f} ms", "-", "<= 10 ms", one <= 10)]


def on_sandbox():
    """The tests of broker restart that run on the sandbox as on the lab."""
    tally, began = Tally(), time.monotonic()
    run_on_sandbox("", tally, BINARY)
    seconds = time.monotonic() - began
    if not tally.passed + tally.failed:
        print("bench: the tests on the sandbox cannot run here; their row is left out")
        return []
    return [Row("e2e on the sandbox", f"{seconds:.1f} s ({tally.line()})", "-", "< 60 s",
                seconds < 60 and not tally.failed, tally.failed > 0)]


SWEPT = ROOT / "tests" / "sweep" / "runbooks"
SHOP = [SWEPT / "shop.yaml", SWEPT / "shop-scenario.yaml", "shop",
        "watched=/api/v1/namespaces/shop/configmaps/settings", "once=/apis/apps/v1/namespaces/shop/deployments/web"]
BROKERS = [ROOT / "runbooks" / "broker-restart.yaml"]
SCALE = [ROOT / "runbooks" / "workload-scale.yaml", SWEPT / "shop-scenario.yaml", "shop", "workload=deployment/web",
         "replicas=3"]
SWEEPS = [("a change and a restart", SHOP), ("its undo", [*SHOP, "fails=true"]), ("workload-scale", SCALE),
          ("broker-restart", [*BROKERS, SWEPT / "kafka-scenario.yaml", "confluent", "settle=0s"])]
FULL_SWEEPS = [("broker-restart, 3 brokers", [*BROKERS, SWEPT / "three-brokers.yaml", "confluent", "settle=0s"])]


def swept(name, words):
    """A row, and how long it took: every request failing in every way, a death at every request and write."""
    began = time.monotonic()
    done = subprocess.run([str(word) for word in [BINARY.parent / "sweep", *words]], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, cwd=ROOT)
    seconds = time.monotonic() - began
    failed = done.returncode != 0
    if failed:
        print(f"bench: sweep of {name}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    last = done.stdout.strip().splitlines()[-1:] or ["nothing was swept"]
    return Row(f"sweep: {name}", f"{seconds:.1f} s ({last[0].split(': ')[-1]})", "-", "0 failed", not failed,
               failed), seconds


def sweeps(full):
    rows, seconds = zip(*[swept(name, words) for name, words in SWEEPS])
    rows = [*rows, Row("sweep: all of these", f"{sum(seconds):.1f} s", "-", "< 60 s", sum(seconds) < 60)]
    return rows + ([swept(name, words)[0] for name, words in FULL_SWEEPS] if full else [])


def rehearsal():
    """Two hundred faults on sixty brokers, twice: the same seed is to give the same bytes."""
    argv = [str(BINARY), "rehearse", "broker-restart", "--scenario", "sixty-brokers", "--faults", "all",
            "--points", "200", "--param", "settle=0s", "-o", "json"]
    seconds, cpu, peak, reports = [], [], 0, []
    for _ in range(2):
        began = time.monotonic()
        with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT) as child:
            reports.append(child.stdout.read())
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        seconds.append(time.monotonic() - began)
        # Of the process and of those of its branches, which it has waited for.
        cpu.append(usage.ru_utime + usage.ru_stime)
        peak = max(peak, usage.ru_maxrss / 1024)
        if child.returncode not in (0, 1):
            raise SystemExit(f"bench: rehearse exited with {child.returncode}")
    same = reports[0] == reports[1] and len(reports[0]) > 0
    return [Row("rehearse 200 faults, 60 brokers", f"{min(seconds):.1f} s ({min(cpu):.1f} s of CPU)", "-", "< 30 s",
                min(seconds) < 30),
            Row("rehearse: peak memory", f"{peak:.0f} MB", "-", "< 128 MB", 0 < peak < 128),
            Row("rehearse: same seed, same bytes", "yes" if same else "no", "-", "yes", same, not same)]


def gaps(seen):
    load, sample = seen["load"], seen["sample"]
    return (f"gap {load['longest_gap_s']:.2f} s, one partition {load['longest_partition_gap_s']:.2f} s, "
            f"under min ISR {sample['max_under_min_isr']} (every {1000 * sample['longest_interval_s']:.0f} ms), "
            f"lost {load['acked_but_lost']}")


def smooth(seen):
    load, sample = seen["load"], seen["sample"]
    return (sample["longest_interval_s"] <= 0.25 and load["longest_gap_s"] <= 1
            and load["longest_partition_gap_s"] <= 3)


def restart_rows(lab, name, size, settle, bound):
    """kubectl's unsafe roll, then ours, under the same load, each from preferred leaders: where the roll
    before left one broker to lead all, its own traffic alone is more than the throttle lets pass."""
    start_even(lab)
    with lab.observed(size=size) as theirs:
        began = time.monotonic()
        lab.kubectl("-n", NAMESPACE, "rollout", "restart", "statefulset/kafka")
        lab.kubectl("-n", NAMESPACE, "rollout", "status", "statefulset/kafka")
        unsafe = time.monotonic() - began
    start_even(lab)
    with lab.observed(size=size) as ours:
        done = lab.cfkops("run", "broker-restart", "-n", NAMESPACE, "--param", f"settle={settle}", "--yes")
    if done.code != 0:
        raise SystemExit(f"bench: {name}: {done}")
    ratio = done.seconds / unsafe
    peak = done.peak_kib / 1024
    return [Row(f"restart, {name}: time", f"{done.seconds:.1f} s", f"kubectl rollout restart {unsafe:.1f} s",
                f"<= {bound} x" if bound else "-", not bound or ratio <= bound),
            Row(f"restart, {name}: traffic", gaps(ours), gaps(theirs), "gap <= 1 s, one partition <= 3 s, 0, 0",
                smooth(ours) and not harmed(ours), harmed(ours)),
            Row(f"restart, {name}: peak memory", f"{peak:.1f} MB", "-", "< 32 MB", 0 < peak < 32)]


def restarts(full):
    lab = Lab(f"bench-{os.getpid()}")
    with contextlib.ExitStack() as stack:
        stack.callback(lab.down)
        lab.up()
        lab.tool("kafka")
        rows = []
        for _ in range(5 if full else 1):
            rows += restart_rows(lab, "plain", 100, "0s", 1.25)
        if full:
            lab.tool("slow-replication", "on")
            # A leader holds acks back for a throttled replica that is about to join (up to 1.4 s seen), and
            # whoever restarts the next broker in that moment adds the pause of its leaders' moves (2.4 s).
            for _ in range(3):
                rows += restart_rows(lab, "slow catch-up", 5000, "5s", None)
            lab.tool("slow-replication", "off")
        return rows


def health_rows(full):
    sizes = [(100, 2000), (1000, 10000)] if full else [(100, 2000)]
    return [row for nodes, pods in sizes for row in health.rows(nodes, pods)]


def table(rows):
    head = Row("what", "cfkops", "peer", "bar", None)
    widths = [max(len(getattr(row, part)) for row in [head, *rows]) for part in ("what", "ours", "bar")]
    for row in [head, *rows]:
        met = "" if row.met is None else "met   " if row.met else "MISSED"
        print(f"{row.what:{widths[0]}}  {row.ours:{widths[1]}}  {row.bar:{widths[2]}}  {met or '      '}  {row.peer}")


def verdict(rows, strict):
    table(rows)
    return 1 if any(row.harm or (strict and not row.met) for row in rows) else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--strict", action="store_true")
    parser.add_argument("--only", choices=["health", "drain", "logs"])
    options = parser.parse_args()
    usable = os.environ.get("CFKOPS_LAB") != "off" and subprocess.run(
        [str(TOOL), "check"], capture_output=True).returncode == 0
    kubectl = subprocess.run([str(TOOL), "path", "kubectl"], capture_output=True, text=True).stdout.strip() \
        if usable else ""
    day2 = {"health": health_rows, "drain": drain.rows, "logs": logs.rows}
    if options.only:
        if not usable:
            raise SystemExit("bench: the lab cannot run here")
        return verdict(day2[options.only](options.full), options.strict)
    rows = startup(kubectl if kubectl and pathlib.Path(kubectl).exists() else "")
    rows += many_linted()
    rows += on_sandbox()
    rows += sweeps(options.full)
    rows += rehearsal()
    if usable:
        rows += restarts(options.full)
        if options.full:
            for measured in day2.values():
                rows += measured(True)
    else:
        print("bench: the lab cannot run here; its rows are left out")
    return verdict(rows, options.strict)


if __name__ == "__main__":
    sys.exit(main())
