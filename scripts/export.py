"""One file for another machine, which needs no torch: python scripts/export.py outputs/cats_babies/mlp/latest"""

from auris.errors import Parser, plain_errors


def main() -> None:
    parser = Parser(description=__doc__)
    parser.add_argument("run", help="folder of a finished run; its data must still be there")
    parser.add_argument("--to", help="file to write (default: model.onnx in the run's folder)")
    parser.add_argument("--plugins", nargs="*", default=[], help="packages of yours that the run's model is from")
    options = parser.parse_args()
    from auris.export import export_run
    from auris.log import hush

    hush()
    print("Writing ...", flush=True)
    done = export_run(options.run, options.to, options.plugins)
    print(f"{done.path}: {done.path.stat().st_size / 1e6:.1f} MB; its answers to the {done.clips} validation clips differ "
          f"from PyTorch's by {done.difference:.1g} at most.")  # fmt: skip


if __name__ == "__main__":
    with plain_errors():
        main()
