"""A trained model as one file, for a machine without torch: python scripts/export.py outputs/cats_babies/mlp/latest"""

from auris.core.errors import Parser
from auris.core.explain import plain_errors

WORKS = """All features and models of classification, anomaly detection and reconstruction can be exported but models
of scikit-learn: svm, naive_bayes, random_forest, mahalanobis, gaussian_mixture, one_class_svm, loudness. What tells
directions can't be exported yet."""


def main() -> None:
    parser = Parser(description=__doc__, epilog=WORKS)
    parser.add_argument(
        "run", help="folder of a finished run, whose data is still there"
    )
    parser.add_argument(
        "--to", help="file to write (default: model.onnx in the run's folder)"
    )
    parser.add_argument(
        "--plugins",
        nargs="*",
        default=[],
        help="packages of yours that the run's model is from",
    )
    options = parser.parse_args()
    from auris.core.log import silence_libraries
    from auris.inference.export import export_run

    silence_libraries()
    print("Writing ...", flush=True)
    path, clips, difference = export_run(options.run, options.to, options.plugins)
    print(
        f"{path} ({path.stat().st_size / 1e6:.1f} MB): its answers to the {clips} validation clips differ from "
        f"PyTorch's by {difference:.1g} at most."
    )


if __name__ == "__main__":
    with plain_errors():
        main()
