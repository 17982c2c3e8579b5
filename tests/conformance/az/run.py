"""Drives the unmodified Azure CLI through what it has for vaults and what is in them.

One line for each check: `ok AREA: name` or `FAILED AREA: name: why`, and at the end the sum.
"""

import concurrent.futures
import os
import sys
import tempfile

import areas.certificates
import areas.connections
import areas.crypto
import areas.deleted
import areas.hsm
import areas.identity
import areas.keys
import areas.network
import areas.policies
import areas.roles
import areas.secrets
import areas.vaults
from azcli import Az
from report import Area, Report

# What is called at the same time; each part has vaults and a configuration folder of its own.
PARTS = {
    "vaults": ("vaults", areas.vaults),
    "deleted": ("vaults", areas.deleted),
    "policies": ("vaults", areas.policies),
    "network": ("network", areas.network),
    "connections": ("connections", areas.connections),
    "roles": ("roles", areas.roles),
    "keys": ("keys", areas.keys),
    "crypto": ("crypto", areas.crypto),
    "hsm": ("crypto", areas.hsm),
    "secrets": ("secrets", areas.secrets),
    "certificates": ("certificates", areas.certificates),
}


def main(folder):
    only = os.environ.get("AREAS", "").split()
    report = Report()
    signed_in, me = areas.identity.sign_in(Area("identity", report), Az(os.path.join(folder, "begin")))
    if signed_in:
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
            runs = [pool.submit(areas.identity.run, Area("identity", report), signed_in)]
            for name, (area, part) in PARTS.items():
                if not only or area in only:
                    az = signed_in.copy(name)
                    runs.append(pool.submit(one, Area(area, report), part, az, me))
            for run in runs:
                run.result()
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed or not signed_in else 0


def one(area, part, az, me):
    try:
        part.run(area, az, me)
    except Exception as error:  # what a part begins with is a check, too
        why = " ".join(f"{type(error).__name__}: {error}".split())
        area.report.line(f"FAILED {area.name}: {part.__name__} begins: {why[:600]}", False)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(main(folder))
