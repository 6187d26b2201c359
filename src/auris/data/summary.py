"""What was found in a data set, for people."""

from auris.data.dataset import Dataset


def describe_data(dataset: Dataset) -> str:
    """Where it is from, how many clips of what kind there are, and what was left out."""
    spec = dataset.spec
    splits = [clip.split for clip in dataset.clips]
    clips = [clip.clip for clip in dataset.clips]
    lines = [
        f"Data: {dataset.collection.about}.",
        f"{len(clips)} clips of {spec.duration:g} s at {spec.sample_rate} Hz: "
        f"{dataset.targets.summarize_clips(splits, clips)}.",
    ]
    if dataset.unusable:
        count = len(dataset.unusable)
        lines.append(
            f"Left out, as they can't be used ({count}): {dataset.list_unusable()}."
        )
    return "\n".join(lines)
