/** The thread on the page: numbered events, letters on their way, and the words of a running turn. */
import { draw, emptyEntry, fill, lookOf, only, setTime } from "./looks.js";

const GIVE_UP = 30000;

/** @typedef {import("./outbox.js").Letter} Letter */

export class Thread {
  /**
   * @param {HTMLElement} log
   * @param {HTMLElement} polite
   * @param {import("./follow.js").Follow} follow
   * @param {number} seq the newest number that is drawn
   */
  constructor(log, polite, follow, seq) {
    this.log = log;
    this.end = /** @type {HTMLElement} */ (log.querySelector("[data-end]"));
    this.polite = polite;
    this.follow = follow;
    this.seq = seq;
    /** @type {Map<string, HTMLElement>} letters not yet in the log, by key */
    this.letters = new Map();
    /** @type {HTMLElement | null} the reply being written */
    this.reply = null;
    this.turn = "";
    /** @type {(letter: Letter) => void} */ this.onAgain = () => {};
    /** @type {(letter: Letter) => void} */ this.onDrop = () => {};
    this.onGivenUp = () => {};
  }

  /** @param {HTMLElement} entry */
  add(entry) {
    this.log.querySelector("[data-first]")?.remove();
    const before = this.reply && entry !== this.reply && !entry.matches(".of-agent") ? this.reply : this.firstLetter(entry);
    this.log.insertBefore(entry, before || this.end);
    this.follow.grew();
  }

  /** Letters on their way stand below everything that has a number. @param {HTMLElement} entry */
  firstLetter(entry) {
    if (!entry.dataset.seq && entry !== this.reply) return null;
    return [...this.letters.values()].find((one) => one.isConnected && one !== entry && !one.dataset.seq) || null;
  }

  /** Draw or redraw a letter with its state. @param {Letter} letter */
  mark(letter) {
    let entry = this.letters.get(letter.key);
    if (!entry) {
      entry = emptyEntry("patient");
      this.letters.set(letter.key, entry);
      fill(entry, "text", letter.text);
      entry.querySelector("[data-again]")?.addEventListener("click", () => this.onAgain(letter));
      entry.querySelector("[data-drop]")?.addEventListener("click", () => {
        this.letters.delete(letter.key);
        entry?.remove();
        this.onDrop(letter);
      });
      this.add(entry);
    }
    if (letter.why) fill(entry, "why", letter.why);
    entry.classList.toggle("failed", letter.state === "failed");
    only(entry, letter.state);
    this.follow.grew();
  }

  /** The house has committed a letter under a number. @param {Letter} letter @param {number} seq */
  committed(letter, seq) {
    const entry = this.letters.get(letter.key);
    this.letters.delete(letter.key);
    if (!entry) return;
    const there = this.log.querySelector(`[data-seq="${seq}"]`);
    if (there && there !== entry) { entry.remove(); return; }
    entry.dataset.seq = String(seq);
    setTime(entry, new Date().toISOString());
    only(entry, "sent");
  }

  /** @param {any} event */
  take(event) {
    this.seq = event.seq;
    const look = lookOf(event);
    if (event.kind === "start") { this.await(event.author_name); return; }
    if (event.kind === "end") this.settle();
    if (look === null || this.isMine(event)) return;
    this.add(draw(event, look));
    if (look !== "patient") this.announce(event, look);
  }

  /** A message of this page that the socket tells before or after its own answer came. @param {any} event */
  isMine(event) {
    if (this.log.querySelector(`[data-seq="${event.seq}"]`)) return true;
    if (event.kind !== "message" || event.author !== "patient") return false;
    for (const entry of this.letters.values()) {
      if (!entry.dataset.seq && entry.querySelector("[data-fill=text]")?.textContent === event.text) {
        entry.dataset.seq = event.seq;
        setTime(entry, event.at);
        only(entry, "sent");
        return true;
      }
    }
    return false;
  }

  /** Show that an answer is being written. @param {string} [name] */
  await(name = "") {
    if (!this.reply) {
      this.reply = emptyEntry("agent");
      only(this.reply, "writing");
      this.turn = "";
      this.add(this.reply);
      this.follow.held = this.reply;
    }
    const agent = name || document.querySelector(".chat-head h1")?.textContent || "";
    fill(this.reply, "name", agent);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { if (!this.turn) { this.settle(); this.onGivenUp(); } }, GIVE_UP);
  }

  /** Words of the running turn. @param {any} delta */
  delta(delta) {
    this.await();
    const text = /** @type {HTMLElement} */ (this.reply?.querySelector("[data-fill=text]"));
    if (this.turn !== delta.turn) { this.turn = delta.turn; text.textContent = ""; }
    text.textContent = [...(text.textContent || "")].slice(0, delta.offset).join("") + delta.text;
    this.follow.grew();
  }

  /** The turn has ended: its own entry takes the place of what was being written. */
  settle() {
    clearTimeout(this.timer);
    this.reply?.remove();
    this.reply = null;
  }

  /** Say a whole entry once, politely. @param {any} event @param {string} look */
  announce(event, look) {
    const last = /** @type {HTMLElement} */ (this.log.querySelector(`[data-seq="${event.seq}"]`));
    if (look !== "line") this.follow.held = last;
    this.polite.textContent = last?.innerText || "";
    this.follow.grew();
  }
}
