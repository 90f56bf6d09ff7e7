/** Messages on their way: kept in this browser until the house has committed them, sent one after the other. */
import { ask } from "../components/api.js";

/**
 * @typedef {object} Letter
 * @property {string} key the client key: a resend under it never doubles
 * @property {string} text
 * @property {"sending" | "waiting" | "failed"} state
 * @property {string} [why]
 */

const PAUSES = [1000, 2000, 4000, 8000, 15000];

export class Outbox {
  /**
   * @param {string} consult
   * @param {string} reader the membership: another person on this device has another box
   * @param {{changed: (letter: Letter) => void, sent: (letter: Letter, answer: any) => void,
   *          refused: (letter: Letter, answer: import("../components/api.js").Answer) => void}} tell
   */
  constructor(consult, reader, tell) {
    this.consult = consult;
    this.name = `housestaff.outbox.${reader}.${consult}`;
    this.tell = tell;
    /** @type {Letter[]} */
    this.letters = this.load();
    this.busy = false;
    this.failures = 0;
    window.addEventListener("online", () => this.hurry());
  }

  /** @returns {Letter[]} */
  load() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.name) || "[]");
      return Array.isArray(kept) ? kept : [];
    } catch { return []; }
  }

  keep() {
    try {
      if (this.letters.length) localStorage.setItem(this.name, JSON.stringify(this.letters));
      else localStorage.removeItem(this.name);
    } catch { /* a full or closed store: the letter still goes from memory */ }
  }

  /** @param {string} text @returns {Letter} */
  put(text) {
    /** @type {Letter} */
    const letter = { key: newKey(), text, state: "sending" };
    this.letters.push(letter);
    this.keep();
    void this.run();
    return letter;
  }

  /** @param {Letter} letter */
  again(letter) {
    letter.state = "sending";
    delete letter.why;
    this.tell.changed(letter);
    this.keep();
    void this.run();
  }

  /** @param {Letter} letter */
  drop(letter) {
    this.letters = this.letters.filter((one) => one !== letter);
    this.keep();
  }

  hurry() {
    this.failures = 0;
    clearTimeout(this.timer);
    void this.run();
  }

  async run() {
    if (this.busy) return;
    this.busy = true;
    try {
      for (let letter = this.next(); letter; letter = this.next()) {
        if (!(await this.send(letter))) return;
      }
    } finally { this.busy = false; }
  }

  next() { return this.letters.find((letter) => letter.state !== "failed"); }

  /** @param {Letter} letter @returns {Promise<boolean>} whether to go on with the next one now */
  async send(letter) {
    const answer = await ask("POST", `consults/${this.consult}/messages/`, { client_key: letter.key, text: letter.text });
    if (answer.ok) {
      this.failures = 0;
      this.drop(letter);
      this.tell.sent(letter, answer.body);
      return true;
    }
    if (answer.status === 0 || answer.status === 429 || answer.status >= 500) {
      letter.state = "waiting";
      this.tell.changed(letter);
      this.keep();
      const told = Number(answer.body.retry_after || 0) * 1000;
      const pause = told || PAUSES[Math.min(this.failures, PAUSES.length - 1)];
      this.failures += 1;
      this.timer = setTimeout(() => void this.run(), pause);
      return false;
    }
    letter.state = "failed";
    this.keep();
    this.tell.refused(letter, answer);
    return true;
  }
}

/** @returns {string} */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
