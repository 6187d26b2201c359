"""What repeats a run."""

from typing import Any, NamedTuple

from auris.report.context import ReportContext
from auris.runs.folder import CONFIG


class ReproduceSection(NamedTuple):
    """The command, what else decides a run, and config.yaml."""

    command: str
    facts: list[tuple[str, object]]
    configuration: str


def reproduce_section(context: ReportContext) -> ReproduceSection:
    result = context.result
    origin = result.get("init", {}).get("run") or result.get("continues")
    versions = (f"{name} {version}" for name, version in result["versions"].items())
    facts = [
        ("finished", result["finished"]),
        ("training", _describe_length(result)),
        ("began from", origin or "scratch"),
        ("seed", result["seed"]),
        ("fold", result["fold"]),
        ("data fingerprint", result["fingerprint"]),
        ("git revision", _describe_revision(result["revision"])),
        ("versions", ", ".join(versions)),
    ]
    configuration = (context.folder / CONFIG).read_text(encoding="utf-8")
    return ReproduceSection(result["command"], facts, configuration)


def _describe_length(result: dict[str, Any]) -> str:
    """'30 epochs, ended by hand'."""
    epochs = f"{result.get('trained_epochs', result['epochs'])} epochs"
    return f"{epochs}, ended {result['ended']}" if "ended" in result else epochs


def _describe_revision(revision: str) -> str:
    if revision.endswith("+"):
        return f"{revision.removesuffix('+')} (with changes that are not committed)"
    return revision or "unknown"
