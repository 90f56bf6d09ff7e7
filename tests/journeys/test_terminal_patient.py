"""`manage.py chat`: the same conversation at a terminal, through pipes, as words and as JSON lines."""

import json
import signal
import subprocess
import sys

from .living import ROOT, LivingHouse


def _chat(
    living: LivingHouse, *options: str, said: str, patience: float = 120
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "ignore", str(ROOT / "manage.py"), "chat", *options]
    return subprocess.run(
        command,
        input=said,
        env=living.environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=patience,
        check=False,
    )


def test_words(living: LivingHouse) -> None:
    done = _chat(
        living,
        "--agent",
        "urology",
        "--as",
        "sam.riverside",
        "--yes",
        said="My stream is weak.\n\nFor a year.\n",
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("[AI]: ") == 2
    assert "Dr Lin's agent, a computer" in done.stdout


def test_json_lines(living: LivingHouse) -> None:
    options = ("--agent", "sleep", "--as", "sam.lakeside", "--language", "zh-CN", "--json", "--yes")
    done = _chat(living, *options, said="我胸口压得疼，喘不上气。\n")
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [event["kind"] for event in events if "seq" in event][:2] == ["message", "card"]
    assert events[1]["level"] == "emergency"
    assert [event["seq"] for event in events if "seq" in event] == sorted(
        {e["seq"] for e in events if "seq" in e}
    )


def test_consent_is_asked_first_and_no_is_no(living: LivingHouse) -> None:
    with living.api("kim.lakeside") as api:
        asked = api.get("consents/").json()["results"][0]
        withdrawn = {"purpose": asked["purpose"], "version": asked["version"], "granted": False}
        assert api.post("consents/", json=withdrawn).status_code == 201
        before = len(api.get("consults/").json()["results"])
        done = _chat(living, "--agent", "sleep", "--as", "kim.lakeside", said="no\nI snore.\n")
        assert done.returncode == 1
        assert "You will chat with a computer agent" in done.stderr
        assert len(api.get("consults/").json()["results"]) == before


def test_what_goes_wrong_is_one_sentence(living: LivingHouse) -> None:
    unknown = _chat(living, "--agent", "nobody", "--as", "sam.riverside", "--yes", said="")
    assert (unknown.returncode, unknown.stderr.count("\n")) == (1, 1) or "no agent" in unknown.stderr
    nobody = _chat(living, "--agent", "urology", "--as", "nobody", said="")
    assert "sam.riverside" in nobody.stderr
    assert "Traceback" not in unknown.stderr + nobody.stderr


def test_ctrl_c_ends_it_at_once(living: LivingHouse) -> None:
    command = [sys.executable, "-W", "ignore", str(ROOT / "manage.py"), "chat", "--agent", "urology"]
    process = subprocess.Popen(
        [*command, "--as", "sam.riverside", "--yes"],
        env=living.environment(),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A suite that a shell started in the background was told to ignore Ctrl-C, and hands that on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in said
