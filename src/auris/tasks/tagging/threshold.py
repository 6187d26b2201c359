"""From which probability on a label is told."""

import torch
from torch import Tensor

USUAL = 0.5  # where validation clips decide nothing


def best_threshold(score: Tensor, positive: Tensor) -> float:
    """The threshold with the largest F1 of these clips, (N,) scores and (N,) which are positive.

    It lies between two scores. (Lipton, Elkan and Naryanaswamy, 2014, Optimal thresholding of
    classifiers to maximize F1 measure) `USUAL` where all are positive, or none.
    """
    count = float(positive.sum())
    if count in (0, len(positive)):
        return USUAL
    ordered, order = score.double().sort(descending=True)
    right = positive[order].double().cumsum(0)
    told = torch.arange(1, len(score) + 1, device=score.device)
    f1 = 2 * right / (told + count)
    below = torch.cat([ordered[1:], ordered.new_zeros(1)])
    f1[below == ordered] = -1  # clips of one score are told together
    at = int(f1.argmax())
    return float((ordered[at] + below[at]) / 2)
