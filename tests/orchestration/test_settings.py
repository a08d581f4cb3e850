"""Settings: every mistake is one sentence that names where, which key and the fix; the environment wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.settings import SettingsInvalid, load_settings


@pytest.fixture
def toml(home: Path) -> Path:
    """The settings file of the working directory."""
    return home.parent / "allmende.toml"


def _refused() -> str:
    with pytest.raises(SettingsInvalid) as caught:
        load_settings()
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


def test_the_projects_own_file_equals_the_defaults(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """allmende.toml documents the defaults: reading it changes nothing but the paths that it writes out."""
    from orchestration.settings import Settings

    documented = load_settings().model_dump(exclude={"storage", "catalog"})
    monkeypatch.setenv("ALLMENDE_CONFIG", str(home.parent / "empty.toml"))
    (home.parent / "empty.toml").touch()
    assert documented == Settings().model_dump(exclude={"storage", "catalog"})


@pytest.mark.parametrize(
    ("text", "key", "fix"),
    [
        ("profil = 'embedded'", "“profil”", "did you mean “profile”?"),
        ("[checks]\nreject_share = 0.2", "“checks.reject_share”", "did you mean “rejects_share”?"),
        ("[catalog]\ntitel = 'x'", "“catalog.titel”", "did you mean “title”?"),
        ("zzz = 1", "“zzz”", "known keys: "),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_known_one(toml: Path, text: str, key: str, fix: str) -> None:
    """A typo never sets nothing silently: the sentence names file, key and what was probably meant."""
    toml.write_text(text)
    sentence = _refused()
    assert sentence.startswith("allmende.toml: ")
    assert key in sentence
    assert fix in sentence


def test_an_unknown_key_of_a_portal_or_store_is_named(toml: Path) -> None:
    """Also inside tables whose names are free, the wrong key is named and the good ones are told."""
    toml.write_text("[portals.bydata]\nkind = 'ckan'\nadress = 'https://ckan.example'")
    assert "“portals.bydata.adress”" in (told := _refused())
    assert "url" in told


def test_broken_toml_says_which_line(toml: Path) -> None:
    """The sentence carries the parser's line and asks to correct it."""
    toml.write_text("profile = 'embedded'\nhome = \n")
    sentence = _refused()
    assert "allmende.toml" in sentence
    assert "line 2" in sentence
    assert "Correct" in sentence


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("profile = 'cloud'", "profile"),
        ("[checks]\nrejects_share = 3", "checks.rejects_share"),
        ("scope_land = 'BY'", "scope_land"),
        ("[portals.x]\nkind = 'wordpress'", "portals.x.kind"),
    ],
)
def test_a_wrong_value_names_its_key(toml: Path, text: str, key: str) -> None:
    """One sentence with the key and what it may be."""
    toml.write_text(text)
    assert f"“{key}”" in _refused()


def test_a_policy_that_lets_internal_data_out_is_refused(toml: Path) -> None:
    """Internal data in a cloud is no setting one can make."""
    toml.write_text("[storage.placement.open]\ninternal = ['onprem', 'cloud-a']")
    assert "internal" in _refused()


def test_the_environment_wins(toml: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also for one key of a table, whose other keys stay as the file says."""
    toml.write_text("[checks]\nrejects_share = 0.2\nrow_jump_share = 0.7")
    monkeypatch.setenv("ALLMENDE_CHECKS__REJECTS_SHARE", "0.3")
    checks = load_settings().checks
    assert (checks.rejects_share, checks.row_jump_share) == (0.3, 0.7)


def test_a_wrong_value_in_the_environment_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence says that the environment may be the place."""
    monkeypatch.setenv("ALLMENDE_CHECKS__REJECTS_SHARE", "much")
    sentence = _refused()
    assert "environment" in sentence
    assert "“checks.rejects_share”" in sentence


def test_a_config_that_is_not_there_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ALLMENDE_CONFIG with a typo never falls back to defaults."""
    monkeypatch.setenv("ALLMENDE_CONFIG", "/nowhere/allmende.toml")
    sentence = _refused()
    assert "ALLMENDE_CONFIG" in sentence
    assert "/nowhere/allmende.toml" in sentence


def test_a_token_never_shows(toml: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret from the environment is in no text made of the settings."""
    toml.write_text("[portals.bydata]\nkind = 'ckan'\nurl = 'https://ckan.example'")
    monkeypatch.setenv("ALLMENDE_PORTALS__BYDATA__TOKEN", "geheim-123")
    settings = load_settings()
    assert settings.portals["bydata"].token.get_secret_value() == "geheim-123"
    assert "geheim-123" not in repr(settings) + str(settings.model_dump()) + settings.model_dump_json()


def test_the_stack_profile_reads_what_stack_up_wrote(tmp_path, monkeypatch):
    """Servers and secrets come from `<home>/stack`; the environment wins; without `stack up` it is told."""
    monkeypatch.setenv("ALLMENDE_PROFILE", "stack")
    monkeypatch.setenv("ALLMENDE_HOME", str(tmp_path))
    with pytest.raises(SettingsInvalid, match="allmende stack up"):
        load_settings()
    (tmp_path / "stack").mkdir()
    (tmp_path / "stack" / "allmende.toml").write_text('[portals.ckan]\nkind = "ckan"\nurl = "http://127.0.0.1:1"\n')
    (tmp_path / "stack" / "secrets.env").write_text("ALLMENDE_PORTALS__CKAN__TOKEN='geheim'\n")
    portal = load_settings().portals["ckan"]
    assert (portal.url, portal.token.get_secret_value()) == ("http://127.0.0.1:1", "geheim")
    monkeypatch.setenv("ALLMENDE_PORTALS__CKAN__URL", "http://127.0.0.1:2")
    assert load_settings().portals["ckan"].url == "http://127.0.0.1:2"
    monkeypatch.setenv("ALLMENDE_PROFILE", "embedded")
    monkeypatch.delenv("ALLMENDE_PORTALS__CKAN__URL")
    assert "ckan" not in load_settings().portals


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[portals.all]\nkind = 'static'", "no name of a portal"),
        ("[portals.Test]\nkind = 'static'", "no name of a portal"),
        ("[portals.live]\nkind = 'ckan'", "needs its web address"),
        ("[portals.live]\nkind = 'static'\npublishers = ['Augsburg']", "no publisher"),
    ],
)
def test_a_portal_that_cannot_work_is_told(toml: Path, text: str, said: str) -> None:
    """Before anything is asked of it."""
    toml.write_text(text)
    assert said in _refused()
