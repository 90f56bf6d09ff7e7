"""Training in the engine's environment, tiny: killed, resumed, exported, an adapter trained on it."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from housestaff.agents.adapters import check_adapter, read_base
from housestaff.learning.engine_python import PYTHON, ROOT

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="needs .venv-engine: run `make demo` once")

TINY = ["--layers=1", "--hidden=64", "--judged=4", "--batch=4", "--threads=1", "--tokenizer-examples=200"]
TRAIN = [str(PYTHON), "-m", "housestaff.learning.base.train", *TINY, "--report-seconds=0.2"]
ENVIRONMENT = os.environ | {
    "PYTHONPATH": str(ROOT / "platform"),
    "HF_HUB_OFFLINE": "1",
    "OMP_WAIT_POLICY": "PASSIVE",
}

# One process for all that follows the kill: importing torch is most of the time.
AFTERWARDS = """
import os, signal, sys, threading
from pathlib import Path
from transformers import AutoTokenizer
from housestaff.learning import worker
from housestaff.learning.base import export, train
work, out, pack = sys.argv[1:4]
tiny = ["--layers=1", "--hidden=64"]
rest = ["--judged=4", "--batch=4", "--threads=1"]
def go_on(steps):
    return train.run(train.arguments().parse_args([*tiny, *rest, f"--work={work}", "--resume", f"--steps={steps}"]))
threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT)).start()
assert go_on(100_000) is False
reached = int(max(Path(work, "checkpoints").glob("step-*.pt")).stem.removeprefix("step-"))
assert go_on(reached + 3) is True
print("cancelled at", reached)
export.export(export.arguments().parse_args([*tiny, f"--work={work}", f"--out={out}/base"]))
tokenizer = AutoTokenizer.from_pretrained(f"{out}/base")
for text in ["I've 38.6 °C 🙂❤️", "打鼾，憋醒。龘", '[{"key":"a_b","status":"denied","quote":"没"}]', " a\\n\\tb  "]:
    assert tokenizer.decode(tokenizer.encode(text)) == text, text
prompt = [{"role": "system", "content": "facts x en"}, {"role": "user", "content": "Q: ok?\\nno"}]
said = tokenizer.apply_chat_template(prompt, tokenize=False, add_generation_prompt=True)
assert said == "<|system|>facts x en<|end|><|user|>Q: ok?\\nno<|end|><|assistant|>", said
made = ["--steps=3", f"--pack={pack}", f"--base={out}/base", f"--out={out}/adapter", f"--work={out}/work"]
assert worker.run(worker.arguments().parse_args([*made, *rest, "--command=a test"]))
"""


def newest_step(work: Path) -> int:
    found = sorted((work / "checkpoints").glob("step-*.pt"))
    return int(found[-1].stem.removeprefix("step-")) if found else 0


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, int]:
    """A run killed with SIGKILL after its second checkpoint, then resumed, exported and adapted."""
    work, out = tmp_path_factory.mktemp("work"), tmp_path_factory.mktemp("out")
    arguments = [*TRAIN, f"--work={work}", "--steps=100000", "--checkpoint-seconds=0.3"]
    first = subprocess.Popen(arguments, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 120
    while newest_step(work) < 2 and time.monotonic() < until and first.poll() is None:
        time.sleep(0.05)
    first.send_signal(signal.SIGKILL)
    first.wait()
    step = newest_step(work)
    # A copy that was being written when the power went: newer by name, but not whole.
    (work / "checkpoints" / f"step-{step + 1:07d}.pt").write_bytes(b"PK half")
    again = subprocess.run(
        [
            str(PYTHON),
            "-c",
            AFTERWARDS,
            str(work),
            str(out),
            str(ROOT / "specialties/urology"),
            str(step + 3),
        ],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert again.returncode == 0, again.stderr[-2000:]
    return out, again.stdout, step


def test_a_killed_run_goes_on_where_its_last_whole_checkpoint_was(trained: tuple[Path, str, int]) -> None:
    _, printed, step = trained
    assert f"resumed at step {step}," in printed
    assert "taking the one before" in printed


def test_a_cancelled_run_keeps_a_checkpoint(trained: tuple[Path, str, int]) -> None:
    _, printed, step = trained
    reached = int(printed.split("cancelled at ")[1].split()[0])
    assert reached > step
    assert f"stopped at step {reached} " in printed
    assert f"resumed at step {reached}," in printed
    assert f"done at step {reached + 3} " in printed


def test_the_export_is_one_small_file_with_a_card(trained: tuple[Path, str, int]) -> None:
    base = trained[0] / "base"
    assert [path.name for path in base.glob("*.safetensors")] == ["model.safetensors"]
    config = json.loads((base / "config.json").read_text())
    assert (config["architectures"], config["dtype"]) == (["Qwen3ForCausalLM"], "bfloat16")
    card = (base / "README.md").read_text()
    assert read_base(base).digest in card
    assert "for demonstration, not for care" in card


def test_the_adapter_is_accepted_by_the_check_that_guards_serving(trained: tuple[Path, str, int]) -> None:
    adapter = check_adapter(trained[0] / "adapter", read_base(trained[0] / "base"))
    assert adapter.rank == 8
    assert len(adapter.files.weights) <= 2 * 1024 * 1024
