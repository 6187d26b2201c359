"""Clusters, read."""

from dataclasses import dataclass
from typing import final

from auris.tasks.output import Array, OutputFormat, Row


@final
@dataclass(frozen=True)
class ClusterOutput(OutputFormat):
    """Of a cluster, the distance to its centre, and the vector that was compared, (2 + W,)."""

    def to_row(self, decoded: Array, target: Array = None) -> Row:
        number, distance = decoded[:2].tolist()
        return {"cluster": round(number), "distance": round(distance, 4)}

    def to_words(self, row: Row) -> list[str]:
        return [f"cluster {row['cluster']}", f"{row['distance']:.2f} from its centre"]
