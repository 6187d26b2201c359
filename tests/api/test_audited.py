"""auris.audit_data: what `auris audit` finds."""

import json
from pathlib import Path

import numpy as np
import pytest
from conftest import fill, write

import auris


def test_an_audit_tells_what_it_found(tmp_path: Path) -> None:
    write(fill(tmp_path / "recordings") / "tone/silent.wav", np.zeros(4000))
    audit = auris.audit_data(
        data="folder",
        **{
            "data.root": tmp_path / "recordings",
            "paths.outputs": tmp_path / "out",
            "paths.store": tmp_path / "store",
        },
    )
    written = json.loads(Path(audit.page).with_name("audit.json").read_text())
    assert audit.failed
    assert audit.findings["check"] == [one["check"] for one in written["findings"]]
    assert ("error", 1) in zip(
        audit.findings["severity"], audit.findings["recordings"], strict=True
    )
    assert audit.summary in repr(audit) and "silent" in repr(audit)
    assert "<td>error</td>" in audit._repr_html_()


def test_a_mistake_is_one_sentence() -> None:
    with pytest.raises(auris.UserError, match="There is no folder /nowhere"):
        auris.audit_data(data="folder", **{"data.root": "/nowhere"})
