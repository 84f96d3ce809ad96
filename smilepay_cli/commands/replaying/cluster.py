"""Those who look at pictures ahead: processes of this machine, or a Dask cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from smilepay_cli.adapters.capture.files import printable
from smilepay_cli.vocabulary.errors import UsageProblem

if TYPE_CHECKING:
    from smilepay_cli.commands.lookout import Lookout

CLUSTER_SECONDS = 20
"""How long a scheduler and its first worker are waited for."""


def workers(lookout: Lookout, jobs: int, dask: str | None) -> Any:
    """adapters.workers.Workers; None where this process does it all. Raises UsageProblem for a cluster that is none."""
    if jobs == 1 and not dask:
        return None
    from smilepay_cli.adapters.workers import Cluster, Processes

    return Cluster(lookout, _client(dask)) if dask else Processes(lookout, jobs)


def _client(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise UsageProblem("--dask needs the extra: pip install 'smilepay[dask]'", reason="no_dask") from None
    told = f"--dask {printable(address)}"
    try:
        client = Client(address, timeout=f"{CLUSTER_SECONDS}s", set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise UsageProblem(f"{told}: {error}", hint="start one: dask scheduler", reason="no_dask") from None
    try:
        client.wait_for_workers(1, timeout=CLUSTER_SECONDS)
    except TimeoutError:
        client.close()  # type: ignore[no-untyped-call]
        hint = f"start some: dask worker {printable(address)} --nthreads 1"
        raise UsageProblem(f"{told}: it has no worker", hint=hint, reason="no_dask") from None
    return client
