"""What repeats a run."""

from auris.core.html import details, facts, join, tag
from auris.report.context import Section, Subject
from auris.runs.folder import CONFIG


def repeat(subject: Subject) -> Section:
    result = subject.result
    return Section(
        "Do it again",
        join(
            tag("pre", f"python {result['command']}"),
            facts(
                [
                    ("finished", result["finished"]),
                    ("seed", result["seed"]),
                    ("fold", result["fold"]),
                    ("data fingerprint", result["fingerprint"]),
                    ("git revision", revision(result["revision"])),
                    (
                        "versions",
                        ", ".join(
                            f"{name} {number}"
                            for name, number in result["versions"].items()
                        ),
                    ),
                ]
            ),
            details(
                "The whole configuration",
                tag("pre", (subject.folder / CONFIG).read_text()),
            ),
        ),
    )


def revision(text: str) -> str:
    return (
        f"{text.removesuffix('+')} (with changes that are not committed)"
        if text.endswith("+")
        else text or "unknown"
    )
