"""What the run has cost, and what an answer costs."""

import time
from typing import Any

import torch
from torch import Tensor

from auris.core.html import facts
from auris.report.context import Section, Subject
from auris.training.system import System

WATTS_OF_THREAD, WATTS_OF_GPU = (
    15,
    300,
)  # W: a core of a server with its share of memory; a GPU at work


TRIES = 3


COUNTED = "products of matrices and convolutions, in features and model; no Fourier transforms"


def cost(subject: Subject) -> Section:
    result, system, spec = subject.result, subject.system.eval(), subject.data.spec
    wave = torch.zeros(1, spec.channels, spec.samples, device=system.device)
    share = seconds_to_answer(system, wave) / spec.duration
    return Section(
        "The cost",
        facts(
            [
                ("parameters", f"{result['parameters']:,}"),
                (
                    "multiply-adds",
                    f"{multiply_adds(system, wave):,} for a clip of {spec.duration:g} s ({COUNTED})",
                ),
                (
                    "training",
                    f"{duration(result['seconds'])} on {result['device']}, evaluations included",
                ),
                ("energy", energy(result)),
                ("memory", f"{result['peak_memory_mib']:,.0f} MiB at the peak"),
                (
                    "prediction",
                    f"{share:.2g} of real time, a clip at a time on {system.device}: an hour of sound takes "
                    f"{duration(3600 * share)}",
                ),
            ]
        ),
    )


def energy(result: dict[str, Any]) -> str:
    """An estimate with the formula and the assumption that it rests on."""
    seconds, threads = float(result["seconds"]), result.get("threads", 1)
    on_gpu = result["device"].startswith("cuda")
    watts = WATTS_OF_GPU if on_gpu else WATTS_OF_THREAD * threads
    source = (
        f"{WATTS_OF_GPU} W of a GPU"
        if on_gpu
        else f"{WATTS_OF_THREAD} W of each of {threads} threads"
    )
    hours = f"{seconds:.0f} s x {watts} W / 3600 s/h"
    return f"about {watts * seconds / 3600:.2g} Wh = {hours} (the {source} are assumed, not measured)"


def multiply_adds(system: System, wave: Tensor) -> int:
    """Half of the floating-point operations that torch counts for waves (B, C, T)."""
    from torch.utils.flop_counter import FlopCounterMode

    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        system(wave)
    return counter.get_total_flops() // 2


@torch.inference_mode()
def seconds_to_answer(system: System, wave: Tensor) -> float:
    """How long the answer to waves (B, C, T) takes: the shortest of some tries."""
    taken = []
    for _ in range(TRIES):
        started = time.perf_counter()
        system.decode(wave).cpu()  # a GPU has not answered before
        taken.append(time.perf_counter() - started)
    return min(taken)


def duration(seconds: float) -> str:
    """'140 ms', '12 s', '3 min', '2.5 h'."""
    if seconds < 1:
        return f"{1000 * seconds:.0f} ms"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
