"""The vault of a scratch wallet."""

from __future__ import annotations

from pathlib import Path

from smilepay_cli.adapters.scratch_vault import ScratchVault


def test_salts_follow_from_the_seed_and_differ(tmp_path: Path) -> None:
    """A run that is made again has the same events; people do not share a salt, nor do runs of other seeds."""
    one, again, other = (ScratchVault(tmp_path, seed) for seed in (1, 1, 2))
    salts = [one.new_salt() for _ in range(3)]
    assert salts == [again.new_salt() for _ in range(3)]
    assert len({*salts, other.new_salt()}) == 4 and {len(salt) for salt in salts} == {32}


def test_keys_do_not(tmp_path: Path) -> None:
    """What locks templates is random also where the wallet is thrown away."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir(mode=0o700)
    vaults = [ScratchVault(tmp_path / name, 1) for name in ("one", "two")]
    settings: list[dict[str, str]] = [{}, {}]

    class Settings:
        def __init__(self, kept: dict[str, str]) -> None:
            self.get, self.set = kept.get, kept.__setitem__
            self.unset = kept.pop

    keys = []
    for vault, kept in zip(vaults, settings, strict=True):
        vault.unlock(Settings(kept), create=True)  # type: ignore[arg-type]  # enough of one
        keys.append((tmp_path / ("one" if vault is vaults[0] else "two") / "master.key").read_bytes())
    assert keys[0] != keys[1]
