"""The value that few of many would exceed, from those that were seen."""

from torch import Tensor


def upper_end(values: Tensor, rate: float) -> float:
    """What a share `rate` of values like these (n,) would exceed, by a tail that is fitted to their first moments.

    The tail is Pearson's type III, a gamma distribution that may be shifted, or the normal one where the values lean
    to the left: sums of squared errors follow it. With few values the quantile of the values themselves would be
    their largest one at the most. (Pearson, 1895; DCASE's baseline fits a gamma distribution, Koizumi et al., 2020.)
    """
    from scipy.stats import pearson3, skew

    seen = values.double().cpu().numpy()
    if not seen.std() > 0:
        return float(seen.max())
    lean = max(0.0, float(skew(seen)))
    return float(pearson3.ppf(1 - rate, lean, loc=seen.mean(), scale=seen.std(ddof=1)))
