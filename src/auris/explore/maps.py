"""Many numbers a clip as two, and how far the picture can be trusted."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness
from sklearn.neighbors import NearestNeighbors

from auris.core.progress import track_progress
from auris.explore.points import Space

NEIGHBOURS = 8  # of a clip, that are named
_COMPARED = 10  # neighbours that trustworthiness and continuity look at
_PERPLEXITY = 30.0
_MAX_NUMBERS = 50  # that t-SNE is given; the first principal components of more
_COMMON_CLUSTERS = 8  # where labels do not tell how many


class Map(NamedTuple):
    """A picture of a space."""

    name: str
    space: str
    places: np.ndarray  # (N, 2)
    trustworthiness: float
    continuity: float
    note: str


def draw_maps(space: Space, seeds: int) -> Iterator[Map]:
    """The principal components of a space, and t-SNE from several random starts."""
    vectors = space.vectors  # (N, W)
    numbers = min(_MAX_NUMBERS, *vectors.shape)
    components = PCA(numbers, random_state=0)
    reduced = components.fit_transform(vectors)
    if numbers == 1:
        reduced = np.pad(reduced, ((0, 0), (0, 1)))
    shares = np.append(components.explained_variance_ratio_, 0)[:2]
    first, second = (f"{100 * share:.0f} %" for share in shares)
    note = f"axes with {first} and {second} of the variance"
    yield _judge("PCA", space, reduced[:, :2], note)
    runs = range(1, seeds + 1)
    for seed in track_progress(runs, f"t-SNE of {space.name}", seeds):
        perplexity = min(_PERPLEXITY, (len(vectors) - 1) / 3)
        method = TSNE(perplexity=perplexity, init="random", random_state=seed)
        note = f"perplexity {perplexity:.0f}; distances between groups mean little"
        yield _judge(f"t-SNE, start {seed}", space, method.fit_transform(reduced), note)


def find_neighbours(space: Space) -> np.ndarray:
    """(N, k) the nearest clips of each one in the space itself, not in a picture."""
    count = min(NEIGHBOURS, len(space.vectors) - 1)
    found = NearestNeighbors(n_neighbors=count).fit(space.vectors)
    return found.kneighbors(return_distance=False)


def find_clusters(space: Space, labels: int) -> tuple[str, list[int]]:
    """The k-means cluster of each clip, as many as there are labels, and what that is called."""
    count = labels if labels > 1 else min(_COMMON_CLUSTERS, len(space.vectors))
    found = KMeans(count, n_init=10, random_state=0).fit_predict(space.vectors)
    sizes = np.bincount(found, minlength=count)
    rank = np.argsort(np.argsort(-sizes, kind="stable"))
    return f"k-means of {space.name}", (rank[found] + 1).tolist()


def _judge(name: str, space: Space, places: np.ndarray, note: str) -> Map:
    """A map with its figures.

    Trustworthiness falls where neighbours in the picture are none in the space, continuity where
    neighbours in the space are torn apart in the picture; both are 1 at best (Venna and Kaski,
    2001).
    """
    count = min(_COMPARED, (len(places) - 1) // 2)
    trusted = trustworthiness(space.vectors, places, n_neighbors=count)
    continuous = trustworthiness(places, space.vectors, n_neighbors=count)
    return Map(name, space.name, places, float(trusted), float(continuous), note)
