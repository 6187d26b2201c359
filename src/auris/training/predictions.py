"""Predictions of many batches, in one process or several, as those of one split."""

from collections.abc import Sequence

import torch
import torch.distributed as dist

from auris.tasks.predictions import Predictions


def gather_predictions(batches: Sequence[Predictions]) -> Predictions:
    """Those of all processes together, each clip once and in order."""
    own = Predictions(*(torch.cat(part).cpu() for part in zip(*batches, strict=True)))
    of_all = [own]
    if is_distributed():
        of_all = [own] * dist.get_world_size()
        dist.all_gather_object(of_all, own)
    merged = Predictions(*(torch.cat(part) for part in zip(*of_all, strict=True)))
    place = {clip: at for at, clip in enumerate(merged.index.tolist())}
    once = torch.tensor([place[clip] for clip in sorted(place)])
    return Predictions(*(part[once] for part in merged))


def is_distributed() -> bool:
    """Whether this is one of several processes that are connected."""
    return dist.is_available() and dist.is_initialized()
