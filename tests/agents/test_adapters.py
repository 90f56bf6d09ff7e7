"""Which folders are served as adapters, and what is said about the others."""

import os
import pickle
import stat
import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from housestaff.agents.adapters import (
    BadAdapter,
    Limits,
    check_adapter,
    publish,
    read_base,
    served_name,
    verify_published,
)

from tests.agents import weights


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return weights.make_base(tmp_path / "base")


def problems(folder: Path, base: Path, limits: Limits | None = None) -> str:
    """All sentences against the folder; fails the test when there are none."""
    with pytest.raises(BadAdapter) as error:
        check_adapter(folder, read_base(base), limits)
    assert error.value.problems
    return str(error.value)


def test_a_good_adapter_is_named_by_its_weights(tmp_path: Path, base: Path) -> None:
    checked = check_adapter(weights.make_adapter(tmp_path / "one", base), read_base(base))
    again = check_adapter(weights.make_adapter(tmp_path / "other name", base), read_base(base))
    assert (checked.rank, checked.modules) == (4, frozenset(weights.MODULES))
    assert checked.digest == again.digest
    other = weights.lora() | {
        f"base_model.model.{weights.module('q_proj')}.lora_A.weight": weights.floats(4, 8, value=0.25)
    }
    changed = check_adapter(weights.make_adapter(tmp_path / "new", base, tensors=other), read_base(base))
    assert changed.digest != checked.digest


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"r": 16}, "rank r is 16"),
        ({"r": 0}, "rank"),
        ({"r": True}, "rank"),
        ({"r": None}, "rank"),
        ({"lora_alpha": float("nan")}, "lora_alpha"),
        ({"peft_type": "IA3"}, "only LoRA"),
        ({"task_type": "SEQ_CLS"}, "only LoRA"),
        ({"target_modules": "all-linear"}, "must be a list"),
        ({"target_modules": ["embed_tokens"]}, "embed_tokens"),
        ({"target_modules": ["../../etc"]}, "../../etc"),
        ({"bias": "all"}, "bias"),
        ({"init_lora_weights": "pissa"}, "init_lora_weights"),
        ({"use_dora": True}, "use_dora"),
        ({"modules_to_save": ["lm_head"]}, "modules_to_save"),
        ({"rank_pattern": {"q_proj": 64}}, "rank_pattern"),
        ({"auto_mapping": {"parent_library": "os"}}, "auto_mapping"),
    ],
)
def test_a_config_the_engine_cannot_serve(
    tmp_path: Path, base: Path, config: dict[str, Any], says: str
) -> None:
    assert says in problems(weights.make_adapter(tmp_path / "a", base, **config), base)


Q = f"base_model.model.{weights.module('q_proj')}.lora_A.weight"


@pytest.mark.parametrize(
    ("tensors", "says"),
    [
        ({}, "holds no weights"),
        ({Q: weights.floats(4, 8)}, "only its half lora_A"),
        ({Q: weights.floats(4, 9)}, "has the size [4, 9], the base in use needs [4, 8]"),
        ({Q: weights.floats(8, 8)}, "has the size"),
        ({Q: weights.floats(4, 8, value=float("nan"))}, "undefined numbers"),
        ({Q: weights.floats(4, 8, value=float("inf"))}, "infinite"),
        ({Q: ("F16", [4, 8], struct.pack("<e", float("inf")) * 32)}, "infinite"),
        ({Q: ("BF16", [4, 8], struct.pack("<H", 0x7F80) * 32)}, "infinite"),
        ({Q: ("I8", [4, 8], bytes(32))}, "stored as I8"),
        ({Q.replace("layers.0", "layers.7"): weights.floats(4, 8)}, "has no model.layers.7"),
        ({Q.replace("q_proj", "o_proj"): weights.floats(4, 8)}, "not a LoRA weight"),
        ({"lm_head.weight": weights.floats(4, 8)}, "not a LoRA weight"),
        ({"../../evil": weights.floats(1)}, "not a LoRA weight"),
    ],
)
def test_weights_that_do_not_fit(
    tmp_path: Path, base: Path, tensors: dict[str, weights.Tensor], says: str
) -> None:
    assert says in problems(weights.make_adapter(tmp_path / "a", base, tensors=tensors), base)


@pytest.mark.parametrize("name", ["adapter_model.bin", "optimizer.pt", "x.PKL", "model.ckpt"])
def test_a_pickle_is_refused_whatever_else_is_there(tmp_path: Path, base: Path, name: str) -> None:
    folder = weights.make_adapter(tmp_path / "a", base)
    (folder / name).write_bytes(pickle.dumps({"a": 1}))
    assert "pickle" in problems(folder, base)


def test_a_pickle_under_another_name_is_refused(tmp_path: Path, base: Path) -> None:
    folder = weights.make_adapter(tmp_path / "a", base)
    (folder / "adapter_model.safetensors").write_bytes(pickle.dumps({"a": 1}))
    weights.write_card(folder, base)
    assert "pickle" in problems(folder, base)


def test_strangers_links_and_devices_are_refused(tmp_path: Path, base: Path) -> None:
    folder = weights.make_adapter(tmp_path / "a", base)
    (folder / "modeling_evil.py").write_text("", encoding="utf-8")
    (folder / "checkpoint-1").mkdir()
    (folder / "README.md").symlink_to("/etc/passwd")
    said = problems(folder, base)
    for name in ("modeling_evil.py", "checkpoint-1", "README.md is a link"):
        assert name in said


def test_a_linked_file_and_a_linked_folder_are_refused(tmp_path: Path, base: Path) -> None:
    folder = weights.make_adapter(tmp_path / "a", base)
    (tmp_path / "link").symlink_to(folder)
    assert "is a link" in problems(tmp_path / "link", base)
    config = folder / "adapter_config.json"
    config.rename(tmp_path / "elsewhere.json")
    config.symlink_to(tmp_path / "elsewhere.json")
    assert "adapter_config.json is a link" in problems(folder, base)
    config.unlink()
    os.mkfifo(config)
    assert "no ordinary file" in problems(folder, base)


def test_what_is_missing_cut_off_or_too_large_is_named(tmp_path: Path, base: Path) -> None:
    assert "There is no folder" in problems(tmp_path / "none", base)
    folder = weights.make_adapter(tmp_path / "a", base)
    assert "larger than" in problems(folder, base, Limits(weights_bytes=100))
    file = folder / "adapter_model.safetensors"
    file.write_bytes(file.read_bytes()[:-20])
    weights.write_card(folder, base)
    assert "no whole safetensors file" in problems(folder, base)
    (folder / "adapter_config.json").write_text("{", encoding="utf-8")
    assert "adapter_config.json cannot be read" in problems(folder, base)
    (folder / "adapter_config.json").unlink()
    assert "adapter_config.json is missing" in problems(folder, base)


def test_another_base_and_changed_weights_are_noticed(tmp_path: Path, base: Path) -> None:
    other = weights.make_base(tmp_path / "other", value=0.2)
    folder = weights.make_adapter(tmp_path / "a", base)
    assert "trained on another base" in problems(folder, other)
    (folder / "adapter_model.safetensors").write_bytes(weights.safetensors({}))
    assert "not those the card describes" in problems(folder, base)


def test_a_base_that_is_no_folder_is_explained(tmp_path: Path) -> None:
    with pytest.raises(BadAdapter, match="HOUSESTAFF_BASE_MODEL"):
        read_base(tmp_path / "Some-Org" / "some-model")


def test_publishing_is_read_only_once_and_by_digest(tmp_path: Path, base: Path) -> None:
    store = tmp_path / "store"
    folder = weights.make_adapter(tmp_path / "a", base)
    with ThreadPoolExecutor(8) as pool:
        published = set(pool.map(lambda _: publish(folder, base, store, "urology"), range(16)))
    (one,) = published
    assert one.path == store / one.digest
    assert one.served_name == f"urology-{one.digest[:16]}"
    assert [path.name for path in store.iterdir()] == [one.digest], "a draft was left behind"
    assert stat.S_IMODE(one.path.stat().st_mode) == 0o500
    assert {stat.S_IMODE(path.stat().st_mode) for path in one.path.iterdir()} == {0o400}
    verify_published(one.path, one.digest)


def test_a_published_folder_that_changed_is_noticed(tmp_path: Path, base: Path) -> None:
    published = publish(weights.make_adapter(tmp_path / "a", base), base, tmp_path / "store", "urology")
    published.path.chmod(0o700)
    config = published.path / "adapter_config.json"
    config.chmod(0o600)
    config.write_text("{}", encoding="utf-8")
    with pytest.raises(BadAdapter, match="changed after it was published"):
        verify_published(published.path, published.digest)
    with pytest.raises(BadAdapter):
        publish(tmp_path / "a", base, tmp_path / "store", "urology")


@pytest.mark.parametrize(
    ("slug", "digest"),
    [("../urology", "0" * 64), ("urology", "../../etc"), ("", "0" * 64), ("a/b", "0" * 64)],
)
def test_a_name_cannot_leave_its_place(slug: str, digest: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        served_name(slug, digest)
