"""Memory is looked at before it is asked for, and a lack of it is told in words."""

import errno
import resource
import subprocess
import sys

import pytest

from auris.core import memory
from auris.core.errors import UserError
from auris.core.explain import explain_error
from auris.core.memory import check_memory, free_memory


def test_what_does_not_fit_is_told_with_its_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory, "free_memory", lambda: 2_000_000_000)
    check_memory(1_999_999_999, "A batch", "choose less")
    said = "A batch takes 3.5 GB of memory and 2.0 GB are free; choose less."
    with pytest.raises(UserError, match=said):
        check_memory(3_500_000_000, "A batch", "choose less")


def test_what_is_free_is_what_the_system_says() -> None:
    assert 2**20 < free_memory() < 2**50


def test_a_limit_of_the_shell_counts() -> None:
    limit = 3 * 2**30
    code = "from auris.core.memory import free_memory; print(free_memory())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )
    assert 0 < int(done.stdout) <= limit


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(
            "Unable to allocate 32.0 GiB for an array with shape (4294967296, 2)"
        ),
        MemoryError(),
        RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        RuntimeError(
            "DefaultCPUAllocator: can't allocate memory: you tried to allocate 9"
        ),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
    ],
)
def test_a_lack_of_memory_is_told_as_one(error: BaseException) -> None:
    sentence = explain_error(error)
    asked = str(error).rstrip(".") or "MemoryError"
    assert sentence.startswith(f"The device ran out of memory ({asked}); a smaller")
    assert "debug=true" not in sentence
