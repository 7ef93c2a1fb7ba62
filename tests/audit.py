"""Looks the pinned dependencies up among known vulnerabilities, or says why it cannot."""

import json
import subprocess
import sys


def main() -> int:
    """1 when one of them has a known vulnerability; 0 otherwise, with the reason."""
    words = ["-r", "requirements.txt", "--require-hashes", "--disable-pip", "--format", "json"]
    done = subprocess.run(
        [sys.executable, "-m", "pip_audit", *words, "--progress-spinner", "off"],
        capture_output=True,
        text=True,
        timeout=300,
    )
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        reason = done.stderr.strip().splitlines() or ["no answer"]
        print(f"dependencies were NOT audited: {reason[-1]}")
        return 0
    looked_up = [each for each in found if "vulns" in each]
    bad = [each for each in looked_up if each["vulns"]]
    for each in bad:
        print(each["name"], each["version"], ", ".join(v["id"] for v in each["vulns"]))
    print(
        f"{len(looked_up)} of {len(found)} dependencies were audited, {len(bad)} with known faults"
    )
    if not looked_up:
        print("none could be looked up: the advisory data cannot be reached from here")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
