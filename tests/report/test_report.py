"""The report of a run is whole, true to the run, and safe to open."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from browser import look
from conftest import call, noise, sine, write
from outline import Outline
from running import TINY, configured, experiment, here

from auris.audit.audit import run_audit
from auris.audit.output import write_audit as write_audit
from auris.core.errors import UserError
from auris.report.comparison import render_comparison
from auris.report.context import ReportContext
from auris.report.data import data_section
from auris.report.page import render_report, try_to_report, write_report
from auris.report.reopen import open_context
from auris.report.saliency import MelBands, compute_saliency
from auris.report.summary import (
    constant_caveat,
    explain_groups,
    sentences,
    summarize_result,
)
from auris.report.training_curves import (
    Losses,
    _draw_losses,
    judge_losses,
    read_losses,
)
from auris.report.worst_clips import worst_clips_section
from auris.runs.folder import LEDGER
from auris.training.run import train

EVIL = "<img src=x onerror=alert(1)>"
MATHS = "hiss $\\frac{"
SMALL = [word for word in TINY if word not in ("test=false", "report=false")] + [
    "test=true"
]


def run(place: Path, model: str, *words: str, out: str = "out") -> Path:
    """The folder of a finished run with a report."""
    finished = train(
        experiment(
            "data=folder",
            *here(place, out),
            *SMALL,
            f"model={model}",
            "trainer.max_epochs=4",
            *words,
        )
    )
    try_to_report(finished)
    return finished.folder


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Recordings whose names and labels mean harm."""
    place = tmp_path_factory.mktemp("report")
    for i in range(10):
        write(
            place / "recordings" / EVIL / f'{i}"><script>document.title=1<script>.wav',
            sine(300 + 50 * i),
        )
        write(place / "recordings" / MATHS / f"{i}$x$.wav", noise(i))
    return place


@pytest.fixture(scope="module")
def linear(place: Path) -> Path:
    return run(place, "linear")


@pytest.fixture(scope="module")
def knn(place: Path, linear: Path) -> Path:
    return run(place, "knn")


@pytest.fixture(scope="module")
def context(linear: Path) -> ReportContext:
    return open_context(str(linear))


def test_the_report_answers_and_repeats(linear: Path) -> None:
    text = (linear / "report.html").read_text()
    result = json.loads((linear / "result.json").read_text())
    right = round(4 * result["test"]["metrics"]["accuracy"]["value"])
    assert (
        f"{right} of 4 unseen clips right, 95 % interval" in text
        and "always answering" in text
    )
    assert (
        result["fingerprint"] in text
        and result["versions"]["torch"] in text
        and "The whole configuration" in text
    )
    for title in (
        "Did it learn?",
        "What did it say of 4",
        "What was most wrong?" if right < 4 else "What was right only just?",
        "The data",
        "The cost",
        "Do it again",
    ):
        assert title in text
    assert (
        "SIMULATED" not in text
        and "This test set has been looked at once." in text
        and len(text) < 5_000_000
    )
    assert text.count("<audio") == 4 and text.count('role="img"') == 2 + 1 + 4


def test_the_page_is_well_formed_and_nothing_is_fetched(linear: Path) -> None:
    outline = Outline((linear / "report.html").read_text())
    named = [value for name, value in outline.attributes if name == "id"]
    assert len(named) == len(set(named))
    sources = [
        value or ""
        for name, value in outline.attributes
        if name in ("src", "href", "xlink:href")
    ]
    assert len(sources) > 4 and all(
        source.startswith(("data:", "#")) for source in sources
    )
    assert {"script", "img", "link", "iframe"}.isdisjoint(outline.names)


def test_a_phone_shows_all_and_strangers_do_nothing(
    linear: Path, tmp_path: Path
) -> None:
    told = look(linear / "report.html", tmp_path)
    assert told["width"] <= 380 and told["height"] > 2000
    assert len(told["durations"]) == 4 and all(
        0.4 < seconds < 0.7 for seconds in told["durations"]
    )
    assert (
        told["handlers"] == told["scripts"] == 0
        and told["title"] == "recordings linear"
        and not told["asked"]
    )


def test_the_script_writes_the_same_and_opens_no_test_set(linear: Path) -> None:
    before, looks = (
        (linear / "report.html").read_text(),
        (linear.parents[2] / LEDGER).read_text(),
    )
    again = write_report(open_context(str(linear))).read_text()
    timed = re.compile(r"<tr><th>prediction.*?</tr>")
    assert timed.sub("", again) == timed.sub("", before)
    assert (linear.parents[2] / LEDGER).read_text() == looks


def test_a_model_without_a_gradient_gives_no_reason(knn: Path) -> None:
    text = (knn / "report.html").read_text()
    assert (
        "no gradient that could say why" in text and "the first one settled it" in text
    )
    assert "The plain model beside it, linear, gives" in text  # on the same clips


def test_runs_stand_side_by_side(context: ReportContext, knn: Path) -> None:
    text = render_comparison([context, open_context(str(knn))])
    Outline(text)
    assert (
        text.count("The lower picture says why") == 1
        and text.count("no gradient that could say why") == 1
    )
    assert "model.k" in text and "can't be compared" not in text
    assert "no significant difference. Difference in accuracy: " in text


def test_curves_side_by_side_have_one_ordinate() -> None:
    low = Losses(np.array([0.3, 0.2, 0.1]), np.array([0.4, 0.3, 0.3]))
    high = Losses(np.array([0.9, 0.8, 0.7]), np.array([0.95, 0.9, np.nan]))
    both = [low, high]
    limits = {_draw_losses(own, 3, both).axes[0].get_ylim() for own in both}
    assert len(limits) == 1
    (ends,) = limits
    assert ends[0] < 0.1 and ends[1] > 0.95
    assert _draw_losses(low, 3).axes[0].get_ylim()[1] < 0.5


def test_a_run_stands_beside_others_and_not_itself(linear: Path) -> None:
    """As where outputs/birds/linear/* names it, and files, too."""
    names = (linear, linear, linear.parent / "latest", linear / "result.json")
    done = call("scripts/report.py", *map(str, names), cwd=linear)
    assert done.stdout.count("Report: ") == 1 and "Side by side" not in done.stdout


def test_no_report_where_none_is_wanted(place: Path) -> None:
    assert not (run(place, "lookup", "report=false") / "report.html").exists()
    with pytest.raises(UserError, match="report=7 should be true or false"):
        configured("report=7")


def test_validation_clips_are_called_so(place: Path) -> None:
    folder = run(place, "naive_bayes", "test=false", out="unopened")
    text = (folder / "report.html").read_text()
    assert "validation clips right" in text and "by which one chooses" in text
    assert "The test set has not been opened." in text


def test_anomalies_and_simulations_have_their_own_words(place: Path) -> None:
    folder = run(
        place,
        "mahalanobis",
        f"data.normal='{MATHS}'",
        "task=anomaly",
        "features=log_mel",
    )
    text = (folder / "report.html").read_text()
    assert (
        "Does it sound as it should?" in text
        and "an anomalous one scores above a normal one in" in text
    )
    context = open_context(str(folder))
    simulated = replace(context, result={**context.result, "origin": "simulated"})
    assert "SIMULATED DATA" in render_report(simulated)


def test_an_audit_of_the_same_recordings_is_shown(linear: Path, place: Path) -> None:
    context = open_context(str(linear))
    assert data_section(context).audit_command == "auris audit data=folder ..."
    assert "No audit has listened" in render_report(context)
    found = run_audit(context.data)
    write_audit(found, place / "out/audit/folder")
    text = render_report(context)
    assert "An audit has listened to all recordings" in text and found.findings
    assert all(
        f"<strong>{f.severity}: {f.check}</strong>" in text for f in found.findings
    )


def test_it_is_told_where_the_constant_baseline_may_be_as_good(
    context: ReportContext,
) -> None:
    scores = json.loads(json.dumps(context.scores))
    scores["metrics"]["accuracy"].update(low=0.4)
    assert (
        "can't show that this is better"
        in sentences(replace(context, result={**context.result, "test": scores}))[1]
    )
    scores["metrics"]["accuracy"].update(low=0.6)
    assert not constant_caveat(
        replace(context, result={**context.result, "test": scores})
    )
    scores["metrics"]["accuracy"].update(low=0.1, high=0.4)
    worse = constant_caveat(replace(context, result={**context.result, "test": scores}))
    assert worse == "That is worse than the constant baseline."
    scores["metrics"]["accuracy"].update(low=None, high=None, n=1)
    few = replace(context, result={**context.result, "test": scores})
    assert not constant_caveat(few)
    assert "right, too few for an interval (n = 1); always" in sentences(few)[0]
    assert (
        dict(row[:3:2] for row in summarize_result(few).metrics)["accuracy"] == "n = 1"
    )


def test_a_report_that_fails_is_no_failure_of_the_run(
    linear: Path, context: ReportContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr("auris.report.page.info", said.append)
    monkeypatch.setattr("auris.report.page.list_costs", lambda _: 1 / 0)
    run = SimpleNamespace(
        folder=linear, experiment=context.experiment, fitted=context, evaluated={}
    )
    try_to_report(run)  # type: ignore[arg-type]
    assert len(said) == 1 and said[0].startswith(
        "There is no report: ZeroDivisionError"
    )
    monkeypatch.setattr(context.experiment, "debug", True)
    with pytest.raises(ZeroDivisionError):
        try_to_report(run)  # type: ignore[arg-type]


def losses(train: Sequence[float], val: Sequence[float]) -> Losses:
    return Losses(np.array(train), np.array(val))


FALL = np.exp(-np.arange(40) / 5)


@pytest.mark.parametrize(
    ("curves", "chosen", "words"),
    [
        (losses(FALL, 0.2 + FALL), 40, "It fits."),
        # the linear model of cats_babies: half of what was learnt does not carry over
        (
            losses(0.22 + 0.43 * FALL, 0.44 + 0.21 * FALL),
            40,
            "It overfits: it knows its training clips better than others.",
        ),
        (losses(0.43 + 0.2 * FALL, 0.44 + 0.2 * FALL), 40, "It fits."),
        (
            losses(0.1 + np.abs(FALL - 0.2), 0.2 + np.abs(FALL - 0.2)),
            9,
            "It became worse after epoch 9.",
        ),
        (losses(FALL, np.full(40, 0.7)), 40, "Validation loss never changed."),
        (losses(FALL, [1, 2, 0.9, *[0.9] * 37]), 2, "Validation loss did not choose."),
        (losses([1, 0.5], [1, 0.6]), 2, "There is no curve to judge."),
        (losses(FALL, 0.2 + np.abs(FALL - 0.2)), 9, "It overfits after epoch 9."),
        (
            losses(np.linspace(1, 0.5, 40), np.linspace(1, 0.6, 40)),
            40,
            "It was still learning.",
        ),
        (
            losses(FALL, 1 + 0.1 * FALL),
            40,
            "It overfits: it knows its training clips better than others.",
        ),
        (
            losses(FALL, 1 + np.linspace(0, 1, 40)),
            1,
            "It was at its best after the first epoch.",
        ),
        (losses(FALL, np.full(40, np.nan)), 40, "Nothing watched this training."),
        (losses([1], [1]), 1, "There is no curve to judge."),
        (losses(FALL - 3, FALL - 2.9), 40, "It fits."),  # a loss may be negative
    ],
)
def test_the_verdict_is_that_of_the_curves(
    curves: Losses, chosen: int, words: str
) -> None:
    assert judge_losses(curves, chosen).words == words


def test_a_verdict_says_what_the_figures_say() -> None:
    """Two epochs of Adam are no single step; what did not change neither rose nor fell."""
    assert judge_losses(losses([1, 0.5], [1, 0.6]), 2).reason == (
        "It took 2 epochs; a verdict on the training takes 3."
    )
    unmoved = judge_losses(losses([0.5, 0.4, 0.5], [0.7] * 3), 1)
    assert unmoved.reason == (
        "It was 0.7 after each of 3 epochs, while training loss is 0.5 as before."
    )


def test_curves_are_read_as_they_were_written(linear: Path) -> None:
    train, val = read_losses(linear)
    assert len(train) == len(val) == 4 and np.isfinite([train, val]).all()


def test_saliency_is_where_the_reason_is(context: ReportContext) -> None:
    """A loss that is the power above 2 kHz: only what sounds there matters, and more is worse."""

    class Loud(torch.nn.Module):
        out_shape = (1,)

        def forward(self, wave: torch.Tensor) -> torch.Tensor:
            spectrum = torch.fft.rfft(wave[:, 0])
            return (
                spectrum[:, spectrum.shape[1] // 2 :]
                .abs()
                .square()
                .mean(1, keepdim=True)
            )

    class Stand:
        features, model, task = torch.nn.Identity(), Loud(), None

        def __call__(self, wave: torch.Tensor) -> torch.Tensor:
            return self.model(wave)

        decode_features = __call__

        def eval(self) -> "Stand":
            return self

        cpu = eval

    stand = Stand()
    stand.task = type(
        "T",
        (),
        {"error": staticmethod(lambda d, t: d[:, 0])},
    )
    bands = MelBands(8000)
    wave = torch.from_numpy(sine(500) + np.r_[np.zeros(2000), 0.3 * sine(3000)[2000:]])[
        None, None
    ].float()
    found = compute_saliency(stand, wave, torch.zeros(1), bands)[0]  # (BANDS, T')
    half = found.shape[1] // 2
    high = bands.centers > 2000
    assert found[high, half + 3 :].sum() > 0.9 * found.abs().sum()
    assert bands.centers[found.sum(1).argmax()] == pytest.approx(3000, rel=0.05)
    rebuilt = bands.apply_gains(
        bands.stft(wave), torch.ones(1, 64, found.shape[1]), wave.shape[-1]
    )
    torch.testing.assert_close(rebuilt, wave, atol=1e-5, rtol=0)


def test_the_worst_come_first(context: ReportContext) -> None:
    predictions = context.predictions
    assert predictions is not None
    errors = context.system.task.error(predictions.decoded, predictions.target)
    first, _ = context.clip_at(int(errors.argmax()))
    assert worst_clips_section(context).groups[0].cards[0].name == first.name


@pytest.mark.parametrize(
    ("wrong", "titles"),
    [
        (0, ["Nothing was wrong. What was right only just?"]),
        (1, ["What was most wrong?", "What was right, but only just?"]),
        (4, ["What was most wrong?"]),
    ],
)
def test_clips_that_are_right_are_not_called_wrong(
    context: ReportContext, wrong: int, titles: list[str]
) -> None:
    predictions = context.predictions
    assert predictions is not None
    answer = predictions.decoded.argmax(1)
    target = torch.where(torch.arange(4) < wrong, 1 - answer, answer)
    changed = replace(context, predictions=predictions._replace(target=target))
    groups = worst_clips_section(changed).groups
    assert [group.title for group in groups] == titles
    assert [len(group.cards) for group in groups] == [
        n for n in (wrong, 4 - wrong) if n
    ]


def test_a_group_is_explained_with_the_interval_that_it_widens(
    context: ReportContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 3 of 4 independent clips it would be 30 to 95 % (Wilson, 1927)."""
    assert explain_groups(context) == ""  # each clip is a group
    scores = json.loads(json.dumps(context.scores))
    scores["metrics"]["accuracy"].update(value=0.75)
    changed = replace(context, result={**context.result, "test": scores})
    monkeypatch.setattr(type(context.data), "groups_of", lambda _, clips: clips // 100)
    assert explain_groups(changed).startswith(
        "These 4 clips are of 1 groups: a group is what"
    )
    assert explain_groups(changed).endswith(
        "for 4 independent clips it would be 30 % to 95 %."
    )
