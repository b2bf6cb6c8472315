import pytest

from cluejudge.cli.options import parse_settings, setting_names
from cluejudge.errors import UsageError
from cluejudge.settings import Debias, Limits, Method, Thresholds


def test_nothing_given_is_all_defaults() -> None:
    settings = parse_settings([])
    assert (settings.thresholds, settings.method) == (Thresholds(), Method())
    assert settings.limits == Limits()


def test_names_find_their_place() -> None:
    pairs = "prior_high=0.7 debias=log_odds thresholds.region=-0.5 method.region=off max_frames=3"
    settings = parse_settings([*pairs.split(), "reasoning_tokens=9"])
    assert settings.thresholds == Thresholds(prior_high=0.7, region=-0.5)
    assert settings.method == Method(debias=Debias.LOG_ODDS, region=False, reasoning_tokens=9)
    assert settings.limits == Limits(max_frames=3)


def test_none_leaves_a_value_to_the_model() -> None:
    assert parse_settings(["detector=0.1"]).thresholds.detector == 0.1
    assert parse_settings(["detector=none"]).thresholds.detector is None


def test_none_is_also_a_word() -> None:
    assert parse_settings(["debias=none"]).method.debias is Debias.NONE


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ("prior_hihg=0.7", "did you mean prior_high"),
        ("zzzzz=1", "known: "),
        ("region=0.5", "write thresholds.region or method.region"),
        ("methods.region=0.5", "did you mean method.region"),
        ("debias=none=none", "input should be"),
        ("prior_high", "write NAME=VALUE"),
        ("prior_high=much", "--set prior_high=much: input should be a valid number"),
        ("prior_high=nan", "finite number"),
        ("detector=2", "less than or equal to 1"),
        ("thresholds.relevance=5", "less than or equal to 1"),
        ("debias=twice", "'difference', 'log_odds' or 'none'"),
        ("max_frames=1", "greater than or equal to 2"),
    ],
)
def test_what_is_wrong_is_said(pair: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_settings([pair])
    assert said in str(caught.value)


def test_a_setting_is_given_once() -> None:
    with pytest.raises(UsageError, match="twice"):
        parse_settings(["detector=0.1", "thresholds.detector=0.2"])


def test_every_field_can_be_set_by_its_name() -> None:
    names = setting_names()
    for kind in (Thresholds, Method, Limits):
        for field in kind.model_fields:
            assert f"{kind.__name__.lower()}.{field}" in names[field]
