"""A fake vLLM: the same HTTP API over the same kind of socket, in a process of its own, with no model in it.

    python -m tests.fakes.engine --uds <socket> [--base base] [--script <json>] [--latency 0.05]
                                 [--tokens-per-second 40] [--max-queued 256] [--max-length 2048] [--any-model]

Without latency and speed it is instant: hundreds of answers a second on one core. It is stricter than vLLM in
one point: a generation without a `cache_salt` is refused, so that a forgotten one fails the suite.

`POST /fake/behave {"mode": …, "times": N}` makes the next N generations misbehave (all, without `times`):
busy, too_many, dead, unknown, hang, stall, cut, unfinished, length, bad_json, error_event, die; "" is well.
`POST /fake/speak {"text": …}` makes every streamed answer that text, as a fluent base would phrase it; "" is the script
again. `GET /fake/seen` tells what was asked, `GET /fake/heard` the messages of the last streamed request.
`tests/verification/` holds this fake against the real server.
"""

import argparse
import asyncio
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import uvicorn

from tests.fakes.answers import Script, tokens
from tests.fakes.replies import Receive, Send, answer, body_of, chunk, completion, say

FORBIDDEN_IN_SALT = set("@/\\\0")


class HungUp(Exception):
    """The client has closed the connection, or this engine does on purpose."""


class Refusal(Exception):
    def __init__(self, status: int, kind: str, message: str, param: str | None = None) -> None:
        self.status = status
        self.body = {"error": {"message": message, "type": kind, "param": param, "code": status}}


class FakeEngine:
    """The ASGI application and all it remembers; a new process has forgotten everything, as vLLM has."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.script = Script.read(options.script)
        self.adapters: dict[str, str] = {}
        self.mode, self.times = "", 0
        self.running = self.cancelled = self.tokens = 0
        self.asked: Counter[str] = Counter()
        self.salts: Counter[str] = Counter()
        self.loads: list[str] = []
        self.speech = ""
        self.heard: list[dict[str, str]] = []

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        route = f"{scope['method']} {scope['path']}"
        try:
            if route == "POST /v1/chat/completions":
                await self.generate(await body_of(receive), receive, send)
            else:
                await answer(send, 200, self.control(route, await body_of(receive)))
        except Refusal as refusal:
            await answer(send, refusal.status, refusal.body)

    def control(self, route: str, body: dict[str, Any]) -> Any:
        match route:
            case "GET /health":
                return None
            case "GET /v1/models":
                return {"object": "list", "data": self.models()}
            case "GET /metrics":
                return (
                    f"vllm:num_requests_running {self.running}\nvllm:generation_tokens_total {self.tokens}\n"
                )
            case "POST /v1/load_lora_adapter":
                return self.load(body["lora_name"], body["lora_path"])
            case "POST /v1/unload_lora_adapter":
                return self.unload(body["lora_name"])
            case "POST /fake/behave":
                self.mode, self.times = body["mode"], body.get("times", 0)
                return {}
            case "POST /fake/speak":
                self.speech = body["text"]
                return {}
            case "GET /fake/heard":
                return self.heard
            case "GET /fake/seen":
                return self.seen()
        raise Refusal(404, "NotFoundError", "Not Found")

    def seen(self) -> dict[str, Any]:
        return {
            "requests": sum(self.asked.values()),
            "models": self.asked,
            "salts": self.salts,
            "running": self.running,
            "cancelled": self.cancelled,
            "loads": self.loads,
            "adapters": self.adapters,
        }

    def models(self) -> list[dict[str, Any]]:
        base = {"id": self.options.base, "object": "model", "root": self.options.base, "parent": None}
        return [base] + [
            {"id": name, "object": "model", "root": path, "parent": self.options.base}
            for name, path in self.adapters.items()
        ]

    def load(self, name: str, path: str) -> str:
        if name in self.adapters:
            raise Refusal(400, "InvalidUserInput", f"The lora adapter '{name}' has already been loaded.")
        if not (Path(path) / "adapter_config.json").is_file():
            raise Refusal(404, "NotFoundError", f"Loading lora {name} failed: No adapter found for <path>")
        self.adapters[name] = path
        self.loads.append(name)
        return f"Success: LoRA adapter '{name}' added successfully."

    def unload(self, name: str) -> str:
        if self.adapters.pop(name, None) is None:
            raise Refusal(404, "NotFoundError", f"The lora adapter '{name}' cannot be found.")
        return f"Success: LoRA adapter '{name}' removed successfully."

    # One generation

    def misbehaviour(self) -> str:
        """The mode of this request; a counted one wears off."""
        mode = self.mode
        if self.times:
            self.times -= 1
            if not self.times:
                self.mode = ""
        return mode

    def admit(self, asked: dict[str, Any], mode: str) -> None:
        model, salt = asked.get("model", ""), asked.get("cache_salt")
        self.asked[model] += 1
        self.salts[str(salt)] += 1
        if mode == "busy" or self.running >= self.options.max_queued:
            raise Refusal(503, "Service Unavailable", "The engine is currently busy.")
        if mode == "too_many":
            raise Refusal(429, "Too Many Requests", "Slow down.")
        if mode == "dead":
            raise Refusal(500, "InternalServerError", "EngineCore died.")
        known = self.options.any_model or model == self.options.base or model in self.adapters
        if mode == "unknown" or not known:
            raise Refusal(404, "NotFoundError", f"The model `{model}` does not exist.", "model")
        if not isinstance(salt, str) or not 0 < len(salt) <= 128 or FORBIDDEN_IN_SALT & set(salt):
            raise Refusal(400, "BadRequestError", "Parameter 'cache_salt' is missing or wrong.", "cache_salt")
        length = sum(len(tokens(message["content"])) for message in asked["messages"])
        if length > self.options.max_length:
            raise Refusal(
                400, "BadRequestError", f"The prompt is too long: {asked['messages']}", "input_tokens"
            )

    async def generate(self, asked: dict[str, Any], receive: Receive, send: Send) -> None:
        mode = self.misbehaviour()
        self.admit(asked, mode)
        pieces, finish = self.compose(asked, mode)
        self.running += 1
        try:
            await pause(receive, 3600 if mode == "hang" else self.options.latency)
            if asked.get("stream"):
                await self.speak(asked, pieces, finish, mode, receive, send)
            else:
                await pause(receive, len(pieces) * self.pace)
                self.tokens += len(pieces)
                await answer(send, 200, completion(asked, "".join(pieces), finish))
        except HungUp:
            self.cancelled += 1
        finally:
            self.running -= 1

    @property
    def pace(self) -> float:
        speed: float = self.options.tokens_per_second
        return 1 / speed if speed else 0.0

    def compose(self, asked: dict[str, Any], mode: str) -> tuple[list[str], str]:
        by_role = {message["role"]: message["content"] for message in asked["messages"]}
        system, user = by_role.get("system", ""), by_role.get("user", "")
        wanted = asked.get("response_format")
        if wanted:
            filled = self.script.fill(wanted["json_schema"]["schema"], user)
            text = json.dumps(filled, ensure_ascii=False, separators=(",", ":"))
        else:
            self.heard = asked["messages"]
            text = self.speech or self.script.say(asked["model"], system, user)
        pieces = tokens("[{" if mode == "bad_json" else text)
        most = asked.get("max_tokens", 1024)
        if mode == "length" or len(pieces) > most:
            return pieces[: min(most, max(1, len(pieces) - 1))], "length"
        return pieces, "stop"

    async def speak(
        self, asked: dict[str, Any], pieces: list[str], finish: str, mode: str, receive: Receive, send: Send
    ) -> None:
        headers = [(b"content-type", b"text/event-stream; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        head = chunk(asked, {"role": "assistant", "content": ""})
        tail = chunk(asked, {"content": ""}, finish) + b"data: [DONE]\n\n"
        spoken = [chunk(asked, {"content": piece}) for piece in pieces]
        half = len(pieces) // 2 + 1
        match mode:
            case "cut" | "stall" | "die":
                await say(send, head + b"".join(spoken[:half]))
                await pause(receive, 3600 if mode == "stall" else 0.02)
                if mode == "die":
                    os._exit(1)
                raise BrokenPipeError("cut on purpose")
            case "unfinished":
                await say(send, head + b"".join(spoken), last=True)
            case "error_event":
                error = json.dumps({"error": {"message": "EngineCore died.", "code": 500}}).encode()
                await say(send, head + spoken[0] + b"data: " + error + b"\n\ndata: [DONE]\n\n", last=True)
            case _ if not self.pace:
                self.tokens += len(pieces)
                await say(send, head + b"".join(spoken) + tail, last=True)
            case _:
                await say(send, head)
                for piece in spoken:
                    await pause(receive, self.pace)
                    await say(send, piece)
                    self.tokens += 1
                await say(send, tail, last=True)


async def pause(receive: Receive, seconds: float) -> None:
    """Wait, and notice when the client hangs up meanwhile."""
    if seconds <= 0:
        return
    try:
        message = await asyncio.wait_for(receive(), seconds)
    except TimeoutError:
        return
    if message["type"] == "http.disconnect":
        raise HungUp


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.fakes.engine")
    parser.add_argument("--uds", required=True)
    parser.add_argument("--base", default="base")
    parser.add_argument("--script", type=Path)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--tokens-per-second", type=float, default=0.0)
    parser.add_argument("--max-queued", type=int, default=256)
    parser.add_argument("--max-length", type=int, default=2048)
    parser.add_argument("--any-model", action="store_true")
    return parser.parse_args(arguments)


def main() -> None:
    chosen = options()
    Path(chosen.uds).unlink(missing_ok=True)
    # A cut stream is an exception inside the application: uvicorn's log of it would only be noise.
    uvicorn.run(FakeEngine(chosen), uds=chosen.uds, log_level="critical", access_log=False, lifespan="off")


if __name__ == "__main__":
    main()
