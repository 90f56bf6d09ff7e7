/** The numbered log, live: a websocket that reconnects and replays, or long polls where no socket opens. */
import { ask } from "./api.js";

const FIRST_WAIT = 500;
const LONGEST_WAIT = 10000;
const TRY_SOCKET_AGAIN = 60000;

/**
 * @typedef {object} Wishes
 * @property {string} socket address of the websocket, without the query
 * @property {number} after the newest number that the page has
 * @property {(event: any) => number} take shows one event; answers the newest number it has now
 * @property {(up: boolean) => void} state told when the line comes up or goes down
 * @property {(after: number, signal: AbortSignal) => Promise<any[] | null>} poll one poll; null when it failed
 * @property {(code: number) => void} [refused] the server will not have this reader (4401, 4403, 4404)
 */

export class Live {
  /** @param {Wishes} wishes */
  constructor(wishes) {
    this.wishes = wishes;
    this.after = wishes.after;
    this.wait = FIRST_WAIT;
    this.failed = 0;
    this.ended = false;
    this.polling = new AbortController();
    /** @type {WebSocket | null} */
    this.socket = null;
    window.addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.hurry(); });
    this.connect();
  }

  /** The line may be back: do not sit out the wait. */
  hurry() {
    this.wait = FIRST_WAIT;
    if (!this.socket && this.timer) { clearTimeout(this.timer); this.connect(); }
  }

  connect() {
    this.timer = undefined;
    if (this.ended) return;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}${this.wishes.socket}?after=${this.after}`);
    this.socket = socket;
    let opened = false;
    socket.addEventListener("open", () => {
      if (this.ended) return;
      opened = true;
      this.failed = 0;
      this.wait = FIRST_WAIT;
      this.polling.abort();
      this.wishes.state(true);
    });
    socket.addEventListener("message", (message) => { if (!this.ended) this.after = this.wishes.take(JSON.parse(message.data)); });
    socket.addEventListener("close", (event) => {
      this.socket = null;
      if (this.ended) return;
      if ([4401, 4403, 4404].includes(event.code)) { this.end(); this.wishes.refused?.(event.code); return; }
      this.wishes.state(false);
      if (!opened) this.failed += 1;
      if (this.failed === 2) void this.poll();
      const pause = this.failed >= 2 ? TRY_SOCKET_AGAIN : this.wait * (0.75 + Math.random() / 2);
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
      this.timer = setTimeout(() => this.connect(), pause);
    });
  }

  /** Long polls until a socket opens again. */
  async poll() {
    this.polling = new AbortController();
    const { signal } = this.polling;
    while (!signal.aborted && !this.ended) {
      const events = await this.wishes.poll(this.after, signal);
      if (signal.aborted) return;
      this.wishes.state(events !== null);
      if (events === null) { await new Promise((go) => setTimeout(go, 3000)); continue; }
      for (const event of events) this.after = this.wishes.take(event);
    }
  }

  end() {
    this.ended = true;
    this.polling.abort();
    clearTimeout(this.timer);
    const { socket } = this;
    if (socket?.readyState === WebSocket.CONNECTING) socket.addEventListener("open", () => socket.close());
    else socket?.close();
  }
}

/**
 * One long poll of a consult's log.
 * @param {string} consult
 * @returns {(after: number, signal: AbortSignal) => Promise<any[] | null>}
 */
export function pollOf(consult) {
  return async (after, signal) => {
    const path = `consults/${consult}/events/?after=${after}&wait=20`;
    const answer = await ask("GET", path, undefined, { signal, patience: 30000 });
    return answer.ok ? answer.body.events : null;
  };
}
