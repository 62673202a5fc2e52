"""What the machine must offer, and installing what Debian brings."""

import os
import shutil
import subprocess

from . import cgroups, pins
from .errors import LabError
from .proc import run


def missing_packages():
    done = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *pins.DEBIAN_PACKAGES],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    installed = {line.split()[0] for line in done.stdout.splitlines()
                 if line.endswith(" installed")}
    return [name for name in pins.DEBIAN_PACKAGES if name not in installed]


def install_packages():
    """Brings in the Debian packages that are missing; needs root."""
    missing = missing_packages()
    if not missing:
        return
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
    try:
        run(install, env=quiet)
    except LabError:  # a new machine has no package lists yet, or old ones
        run(["apt-get", "update", "-qq"], env=quiet)
        run(install, env=quiet)


def check():
    """Raises with a one-line reason where no lab can run."""
    if os.uname().machine != "x86_64":
        raise LabError("the lab needs an x86-64 machine")
    if os.geteuid() != 0:
        raise LabError("the lab needs root: it makes network namespaces and cgroups")
    for tool in ("unshare", "nsenter", "mount"):
        if not shutil.which(tool):
            raise LabError(f"the lab needs util-linux: no '{tool}' here")
    if missing_packages() and not shutil.which("apt-get"):
        raise LabError("the lab needs Debian packages that are missing, and there is no apt-get: "
                       + " ".join(missing_packages()))
    tried = subprocess.run(["unshare", "--net", "--mount", "--pid", "--fork", "true"],
                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                           check=False)
    if tried.returncode != 0:
        raise LabError("the lab needs network, mount and pid namespaces: "
                       + tried.stderr.strip().replace("\n", " "))
    cgroups.check()
