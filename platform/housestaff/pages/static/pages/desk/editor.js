/** The draft: saved two seconds after the last key, with a version that another tab or doctor may have raised. */
import { ask } from "../components/api.js";
import { timeAs } from "../components/times.js";
import { word } from "./notices.js";

const SAVE_AFTER = 2000;
const RANK = ["routine", "soon", "urgent", "emergency"];

export class Editor {
  /** @param {HTMLFormElement} form @param {string} consult @param {() => void} sign */
  constructor(form, consult, sign) {
    this.form = form;
    this.consult = consult;
    this.field = /** @type {HTMLTextAreaElement} */ (form.querySelector("[data-reply]"));
    this.version = Number(form.dataset.version);
    this.kept = this.field.value;
    this.seen = Number(document.querySelector("[data-transcript]")?.getAttribute("data-last-seq") || 0);
    this.before = this.urgency;
    this.signing = false;
    this.field.addEventListener("input", () => this.changed());
    form.addEventListener("change", () => this.weigh());
    form.addEventListener("submit", (event) => { event.preventDefault(); sign(); });
    form.querySelector("[data-way=theirs]")?.addEventListener("click", () => void this.takeTheirs());
    form.querySelector("[data-way=mine]")?.addEventListener("click", () => void this.keepMine());
    this.count();
  }

  get urgency() { return /** @type {HTMLInputElement | null} */ (this.form.querySelector("[name=urgency]:checked"))?.value || ""; }
  get reason() { return /** @type {HTMLInputElement} */ (this.form.querySelector("[name=reason]")); }

  changed() {
    this.count();
    this.say("unsaved");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.save(), SAVE_AFTER);
  }

  /** Words as each script counts them: a Chinese character is one. */
  count() {
    const words = this.field.value.match(/\p{Script=Han}|[\p{L}\p{N}'’.-]+/gu) || [];
    const shown = /** @type {HTMLElement} */ (this.form.querySelector("[data-words]"));
    shown.textContent = String(words.length);
    shown.classList.toggle("many", words.length > 120);
  }

  /** @param {string} name @param {string} [more] */
  say(name, more = "") {
    const place = /** @type {HTMLElement} */ (this.form.querySelector("[data-saved]"));
    place.textContent = more ? `${word(name)} ${more}` : word(name);
  }

  async save() {
    clearTimeout(this.timer);
    const text = this.field.value;
    if (text === this.kept || !text.trim() || this.signing) return true;
    this.say("saving");
    const answer = await ask("PUT", `consults/${this.consult}/draft/`, { text, version: this.version });
    if (answer.ok) {
      this.version = answer.body.version;
      this.kept = text;
      this.trouble("");
      this.say("saved", timeAs(new Date().toISOString(), "second"));
      return true;
    }
    this.say("unsaved");
    const newer = answer.body.code === "newer_draft";
    if (newer || answer.status === 0) this.trouble(word(newer ? "newer_draft" : "offline"), newer);
    else this.trouble(answer.body.detail || word("failed"));
    if (answer.status === 0) this.timer = setTimeout(() => void this.save(), SAVE_AFTER * 2);
    return false;
  }

  /** The pane is about to show something else: save what is not saved. */
  flush() { clearTimeout(this.timer); if (!this.signing) void this.save(); }

  async takeTheirs() {
    const answer = await ask("GET", `consults/${this.consult}/draft/`);
    if (!answer.ok) return;
    this.field.value = this.kept = answer.body.text;
    this.version = answer.body.version;
    this.trouble("");
    this.count();
    this.say("saved");
  }

  async keepMine() {
    const answer = await ask("GET", `consults/${this.consult}/draft/`);
    if (!answer.ok) return;
    this.version = answer.body.version;
    this.kept = "";
    await this.save();
  }

  /** @param {string} sentence @param {boolean} [ways] whether to offer theirs or mine */
  trouble(sentence, ways = false) {
    const place = /** @type {HTMLElement} */ (this.form.querySelector("[data-trouble]"));
    place.hidden = !sentence;
    /** @type {HTMLElement} */ (place.querySelector("[data-fill=trouble]")).textContent = sentence;
    place.querySelectorAll("[data-way]").forEach((way) => { /** @type {HTMLElement} */ (way).hidden = !ways; });
  }

  /** @param {string} urgency */
  choose(urgency) {
    const radio = /** @type {HTMLInputElement | null} */ (this.form.querySelector(`[name=urgency][value=${urgency}]`));
    if (radio) { radio.checked = true; this.weigh(); }
  }

  weigh() {
    const place = /** @type {HTMLElement} */ (this.form.querySelector("[data-reason]"));
    place.hidden = RANK.indexOf(this.urgency) >= RANK.indexOf(this.before);
  }

  askReason() {
    /** @type {HTMLElement} */ (this.form.querySelector("[data-reason]")).hidden = false;
    this.reason.focus();
  }

  /** @returns {Promise<import("../components/api.js").Answer | null>} null when there is nothing to sign */
  async sign() {
    const text = this.field.value;
    if (!text.trim()) { this.field.focus(); return null; }
    clearTimeout(this.timer);
    this.signing = true;
    const disposition = /** @type {HTMLSelectElement} */ (this.form.querySelector("[name=disposition]")).value;
    const answer = await ask("POST", `consults/${this.consult}/sign/`, {
      text,
      last_seen_seq: this.seen,
      urgency: this.urgency === this.before ? null : this.urgency,
      disposition: disposition || null,
      reason: this.reason.value || null,
    });
    this.signing = false;
    return answer;
  }
}
