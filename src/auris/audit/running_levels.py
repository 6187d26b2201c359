"""What the samples of a recording tell, of blocks as they come."""

import hashlib
from collections.abc import Iterable, Iterator

import numpy as np

from auris.audit import measures
from auris.data.audio import Samples


class RunningLevels:
    """Content, peak, shift and clipping of a recording in blocks (C, n).

    Args:
        rate: in Hz.
        step: of the quantization.
    """

    def __init__(self, rate: int, step: float):
        self.samples = 0  # of a channel
        self.peak = 0.0
        self._step = step
        self._size = round(measures.BLOCK * rate)
        self._rest: Samples | None = None  # (C, < size), no whole block yet
        self._means: list[np.ndarray] = []  # (C, blocks)
        self._runs: dict[
            int, tuple[float, int]
        ] = {}  # top and runs, by channel and side
        self._digest = hashlib.blake2b(digest_size=16)

    @property
    def content(self) -> str:
        """A name for the samples."""
        return self._digest.hexdigest()

    @property
    def offset(self) -> float:
        """How far the wave is shifted from zero, of full scale."""
        if self._means:
            return measures.dc_offset(np.concatenate(self._means, axis=1))
        assert self._rest is not None
        return measures.dc_offset(self._rest.mean(axis=1, keepdims=True, dtype=float))

    @property
    def clipped(self) -> int:
        """How often the wave is held at its extreme, in its worst channel."""
        return max(count for _, count in self._runs.values())

    def watch(self, blocks: Iterable[Samples]) -> Iterator[Samples]:
        """The blocks, once they are measured."""
        for block in blocks:
            self._add(block)
            yield block

    def _add(self, block: Samples) -> None:
        self.samples += block.shape[1]
        self.peak = max(self.peak, float(np.abs(block).max(initial=0.0)))
        self._digest.update(np.ascontiguousarray(block.T).data)
        self._add_means(block)
        for number, channel in enumerate(block):
            self._add_runs(2 * number, channel)
            self._add_runs(2 * number + 1, -channel)

    def _add_means(self, block: Samples) -> None:
        whole = block if self._rest is None else np.hstack([self._rest, block])
        count = whole.shape[1] // self._size
        cut = whole[:, : count * self._size]
        self._rest = whole[:, count * self._size :].copy()
        if count:
            parts = cut.reshape(len(whole), count, self._size)
            self._means.append(parts.mean(axis=2, dtype=np.float64))

    def _add_runs(self, key: int, wave: np.ndarray) -> None:
        """Count on where (n,) reaches the same top, and anew where it reaches a higher one."""
        top = float(wave.max(initial=-np.inf))
        highest, count = self._runs.get(key, (-np.inf, 0))
        if top < highest:
            return
        before = count if top == highest else 0
        self._runs[key] = (top, before + measures.count_runs_at_top(wave, self._step))
