"""The data: who is in which set, how the sets were separated, and what an audit has found."""

from auris.audit import output as saved
from auris.audit.recording import Recording
from auris.audit.sets import MissingClass, SingleGroup, count_recordings
from auris.core.html import Html, details, join, table, tag
from auris.data.splits import SPLITS
from auris.report.context import Section, Subject
from auris.runs.ledger import accesses_to, outputs_of, summarize_accesses

DISJOINT = "No group, and no sound, is in two sets: that would have stopped the run."


FOLDED = 12  # classes, beyond which the table is folded


def data(subject: Subject) -> Section:
    own, recordings = (
        subject.data,
        [Recording(clip, name) for clip, name, _ in subject.data.recordings],
    )
    separated = own.targets.describe_split(
        [r.clip for r in recordings],
        own.settings.fold,
        own.settings.folds,
        own.settings.split_seed,
    )
    return Section(
        "The data",
        join(
            tag("p", separated, " ", DISJOINT),
            split(recordings),
            openings(subject),
            *findings(subject, recordings),
        ),
    )


def split(recordings: list[Recording]) -> Html:
    """Counts of recordings, and of groups where they are fewer, in each class and set."""
    cells = {
        (label, name): (many, groups)
        for label, name, many, groups in count_recordings(recordings)
    }
    labels, names = (
        dict.fromkeys(label for label, _ in cells),
        dict.fromkeys(name for _, name in cells),
    )
    sets = [name for name in (*SPLITS, "") if name in names]
    rows = [
        (label or "all", *(written(*cells.get((label, name), (0, 0))) for name in sets))
        for label in labels
    ]
    shown = table(("class", *(name or "left out" for name in sets)), rows)
    return shown if len(rows) <= FOLDED else details(f"{len(rows)} classes", shown)


def written(many: int, groups: int) -> str:
    return f"{many} in {groups} groups" if groups < many else str(many)


def openings(subject: Subject) -> Html:
    """How often the test set has been looked at, by all runs beside this one."""
    seen = accesses_to(
        outputs_of(subject.folder, subject.experiment.name), subject.data.test_set
    )
    if not seen:
        return tag("p", "The test set has not been opened.")
    often = summarize_accesses(seen) or "This test set has been looked at once."
    return tag("p", f"{often} The last time: {seen[-1].time}.")


def findings(subject: Subject, recordings: list[Recording]) -> list[Html]:
    """What an earlier audit of these recordings found; else what can be told without listening, and how to get one."""
    outputs = outputs_of(subject.folder, subject.experiment.name)
    folder = outputs / "audit" / subject.experiment.choices["data"]
    audit = saved.read_audit(folder, subject.data.collection.clips)
    if audit:
        told = audit["findings"]
    else:
        told = [
            vars(finding)
            for check in (MissingClass(needed=("test",)), SingleGroup())
            for finding in check.run_on(recordings)
        ]
    told = [*told, *unusable(subject)]
    marks = [
        tag(
            "div",
            tag(
                "p", tag("strong", f["severity"], ": ", f["check"]), " ", f["sentence"]
            ),
            class_=f"mark {f['severity']}",
        )
        for f in told
    ]
    command = f"python scripts/audit.py data={subject.experiment.choices['data']} ..."
    hint = (
        "An audit has listened to all recordings."
        if audit
        else join(
            "No audit has listened to these recordings yet: ", tag("code", command)
        )
    )
    return [tag("p", hint, " It found nothing." if audit and not told else ""), *marks]


def unusable(subject: Subject) -> list[dict[str, str]]:
    left = subject.data.list_unusable()
    return (
        [{"severity": "warning", "check": "unusable", "sentence": f"Left out: {left}."}]
        if left
        else []
    )
