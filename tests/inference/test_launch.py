"""How the engine is started: private, compact, and without the platform's secrets."""

from pathlib import Path

from housestaff.inference.launch import EngineSettings, engine_command, engine_environment

SETTINGS = EngineSettings(
    python=Path("/venv/bin/python"), socket=Path("/private/engine.sock"), base="some/base"
)


def test_it_listens_on_a_socket_and_nowhere_else() -> None:
    command = engine_command(SETTINGS)
    assert command[command.index("--uds") + 1] == "/private/engine.sock"
    assert not {"--host", "--port"} & set(command)


def test_structured_output_is_compact() -> None:
    command = engine_command(SETTINGS)
    assert '"disable_any_whitespace": true' in command[command.index("--structured-outputs-config") + 1]


def test_it_sees_no_secret_of_the_platform(tmp_path: Path) -> None:
    outer = {"PATH": "/bin", "HOUSESTAFF_ROOT_KEY_FILE": "/secret", "HOUSESTAFF_DB_PASSWORD_FILE": "/secret"}
    seen = engine_environment(SETTINGS, outer)
    assert "PATH" in seen and not [name for name in seen if name.startswith("HOUSESTAFF")]
    assert "HF_HUB_OFFLINE" not in seen
    assert "HF_HUB_OFFLINE" in engine_environment(
        EngineSettings(python=Path("p"), socket=Path("s"), base=str(tmp_path)), outer
    )
