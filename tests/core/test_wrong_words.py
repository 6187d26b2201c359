"""Words that Hydra would take, or refuse in its own words, are answered in one sentence."""

import pytest
from running import configured

from auris.core.errors import UserError
from auris.core.explain import explain_error
from auris.core.wrong_words import check_words


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("~model", "~model: only parts can be left out, as with ~callbacks.ema"),
        ("~seed", "~seed: only parts can be left out"),
        ("~trainer.max_epochs", "~trainer.max_epochs: only parts can be left out"),
        ("~logger.foo", "There is no logger.foo that could be left out."),
        ("model=null", "There is no model=null; Choices: agglomerative, "),
        ("trainer=[3]", "There is no trainer=[3]; Choices: cpu, "),
        ("model=[mlp]", "There is no model=[mlp]; "),
        ("loss=3", "There is no loss=3; Choices: angular, "),
        ("experiment=null", "There is no experiment=null; Choices: five_folds, "),
        ("choices=null", "choices=null: what was chosen is only noted there"),
        ("choices.data=x", "choices.data=x: what was chosen is only noted there"),
        ("+foo=1", "+foo=1: nothing would read a setting foo."),
        ("++foo=1", "++foo=1: nothing would read a setting foo."),
        ("+seed=1", "seed is there already; leave the + away, as in seed=..."),
        ("+optimizer.fused=true", "optimizer.fused is there already; leave the + away"),
        ("+experiment=piczak", "experiment is chosen already; leave the + away"),
        ("seed=range(1,1)", "seed=range(1,1) gives no value at all"),
        ("=mlp", "'=mlp' can't be read; settings are given as name=value"),
        ("model.width=${", "model.width='${' can't be read; settings are given as"),
        ("model=${x}", "The configuration refers to x, which does not exist."),
        ("model.width=${data.x}", "The configuration refers to data.x, which does not"),
        (
            "model.width=${oc.env:NO_SUCH}",
            "refers to the environment variable NO_SUCH,",
        ),
        ("seed=${seed}", "A setting refers to itself, as seed=${seed} would."),
        ("seed=99999999999999999999", "should be a whole number from 0 to 4294967295."),
        ("resume=3", "There is no run in 3; name the folder of one"),
    ],
)
def test_a_word_that_nobody_means_is_answered(word: str, sentence: str) -> None:
    with pytest.raises(Exception) as mistake:  # noqa: PT011
        configured(word)
    answer = explain_error(mistake.value)
    assert sentence in answer
    assert "debug=true" not in answer and "\n" not in answer


@pytest.mark.parametrize(
    "word",
    ["~callbacks.ema", "logger=[default,csv]", "seed=range(1,3)", "model=mlp,cnn"],
)
def test_words_that_make_sense_are_left_alone(word: str) -> None:
    check_words([word])


def test_no_word_may_add_what_nothing_reads() -> None:
    with pytest.raises(UserError, match="nothing would read a setting width"):
        check_words(["model=mlp", "+width=3"])
