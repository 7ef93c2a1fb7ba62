"""A real Dask cluster on loopback: a scheduler and workers of one thread each, ended here too."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).parents[1]
QUIET = {
    "DASK_DISTRIBUTED__DASHBOARD__ENABLED": "False",
    "DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "error",
    **{f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "NUMBA")},
}
SECONDS = 120  # for all of it to start, on a machine that is busy


class Dask:
    """The programs of a cluster, until its block ends."""

    def __init__(self, workers: int) -> None:
        self.folder = tempfile.TemporaryDirectory()
        file = Path(self.folder.name) / "scheduler.json"
        self.started = [self._run("scheduler", "--port", "0", "--scheduler-file", str(file))]
        self.started += [
            self._run("worker", "--scheduler-file", str(file), "--nthreads", "1", "--no-nanny")
            for _ in range(workers)
        ]
        self.file, self.workers = file, workers

    def _run(self, role: str, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "distributed.cli.dask_" + role, "--host", "127.0.0.1"]
        command += [*words, "--no-dashboard"]
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **QUIET, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self) -> "Dask":
        try:
            self.address = self._ready()
        except BaseException:
            self.end()
            raise
        return self

    def _ready(self) -> str:
        """The scheduler's address, once all workers are there."""
        from distributed import Client

        with Client(scheduler_file=str(self.file), timeout=SECONDS, set_as_default=False) as client:
            client.wait_for_workers(self.workers, timeout=SECONDS)
            return str(client.scheduler.address)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self.end()

    def end(self) -> None:
        """Ends every program that was started, at once: asked politely some workers linger."""
        for program in reversed(self.started):
            program.kill()
        for program in self.started:
            program.wait()
        self.folder.cleanup()
