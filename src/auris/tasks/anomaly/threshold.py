"""The value that few of many would exceed, from those that were seen."""

from torch import Tensor


def upper_end(values: Tensor, rate: float) -> float:
    """What a share `rate` of values like these (n,) would exceed, by a tail that is fitted to their first moments.

    The tail is Pearson's type III, a gamma distribution that may be shifted, or the normal one where the values lean
    to the left: sums of squared errors follow it (Pearson, 1895). With few values the quantile of the values themselves
    would be their largest one at the most. That mean and deviation are those of few values widens the tail as
    Student's (1908) does for one more normal value: by sqrt(1 + 1 / n) t_(n - 1) / z. Of 20 values the threshold for
    1 % still lets 2 % through where they follow a gamma distribution of shape 3, of 60 values 1.4 %.
    """
    from scipy.stats import norm, pearson3, skew, t

    seen = values.double().cpu().numpy()
    if not seen.std() > 0:
        return float(seen.max())
    count, lean = len(seen), max(0.0, float(skew(seen, bias=False))) if len(seen) > 2 else 0.0
    unsure = t.ppf(1 - rate, count - 1) / norm.ppf(1 - rate) * (1 + 1 / count) ** 0.5
    return float(seen.mean() + unsure * pearson3.ppf(1 - rate, lean) * seen.std(ddof=1))
