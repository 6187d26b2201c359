"""What the run has cost, and what a prediction costs."""

import time
from typing import Any

import torch
from torch import Tensor

from auris.core.text import format_duration
from auris.report.context import ReportContext
from auris.training.system import System

# W: a core of a server with its share of memory; a GPU at work
_WATTS_OF_THREAD = 15
_WATTS_OF_GPU = 300
_TIMED_PREDICTIONS = 3
_COUNTED = "products of matrices and convolutions, in features and model; no Fourier transforms"


def list_costs(context: ReportContext) -> list[tuple[str, str]]:
    """The names of costs, and what they came to."""
    result = context.result
    return [
        ("parameters", f"{result['parameters']:,}"),
        ("multiply-adds", _describe_work(context)),
        ("training", _describe_training(result)),
        ("energy", _estimate_energy(result)),
        ("memory", f"{result['peak_memory_mib']:,.0f} MiB at the peak"),
        ("prediction", _describe_prediction(context)),
    ]


def count_multiply_adds(system: System, wave: Tensor) -> int:
    """Half of the floating-point operations that torch counts for waves (B, C, T)."""
    from torch.utils.flop_counter import FlopCounterMode

    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        system(wave)
    return counter.get_total_flops() // 2


def _describe_work(context: ReportContext) -> str:
    work = count_multiply_adds(context.system.eval(), _silent_clip(context))
    return f"{work:,} for a clip of {context.data.spec.duration:g} s ({_COUNTED})"


def _describe_training(result: dict[str, Any]) -> str:
    took = format_duration(result["seconds"])
    return f"{took} on {result['device']}, evaluations included"


def _estimate_energy(result: dict[str, Any]) -> str:
    """An estimate with the formula and the assumption that it rests on."""
    seconds = float(result["seconds"])
    if result["device"].startswith("cuda"):
        watts = _WATTS_OF_GPU
        assumed = f"{_WATTS_OF_GPU} W of a GPU"
    else:
        threads = result.get("threads", 1)
        watts = _WATTS_OF_THREAD * threads
        assumed = f"{_WATTS_OF_THREAD} W of each of {threads} threads"
    watt_hours = watts * seconds / 3600
    formula = f"{seconds:.0f} s x {watts} W / 3600 s/h"
    return f"about {watt_hours:.2g} Wh = {formula} (the {assumed} are assumed, not measured)"


def _describe_prediction(context: ReportContext) -> str:
    system = context.system.eval()
    seconds = _prediction_seconds(system, _silent_clip(context))
    real_time = seconds / context.data.spec.duration
    hour = format_duration(3600 * real_time)
    return (
        f"{real_time:.2g} of real time, a clip at a time on {system.device}: "
        f"an hour of sound takes {hour}"
    )


def _silent_clip(context: ReportContext) -> Tensor:  # (1, C, T)
    spec = context.data.spec
    return torch.zeros(1, spec.channels, spec.samples, device=context.system.device)


@torch.inference_mode()
def _prediction_seconds(system: System, wave: Tensor) -> float:
    """How long the prediction to waves (B, C, T) takes: the shortest of some tries."""
    taken = []
    for _ in range(_TIMED_PREDICTIONS):
        started = time.perf_counter()
        system.decode(wave).cpu()  # a GPU has not answered before
        taken.append(time.perf_counter() - started)
    return min(taken)
