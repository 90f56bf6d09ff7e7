/** The writing field: Enter sends, never while a word is being composed; Stop takes Send's place. */

const TALLEST = 5; // lines

export class Composer {
  /** @param {HTMLElement} chat @param {string} consult */
  constructor(chat, consult) {
    this.chat = chat;
    this.form = /** @type {HTMLFormElement} */ (chat.querySelector("[data-composer]"));
    this.field = /** @type {HTMLTextAreaElement} */ (chat.querySelector("[data-text]"));
    this.send = /** @type {HTMLButtonElement} */ (chat.querySelector("[data-send]"));
    this.stop = /** @type {HTMLButtonElement} */ (chat.querySelector("[data-stop]"));
    this.kept = `housestaff.writing.${consult}`;
    /** @param {string} text */
    this.onSend = (text) => { void text; };
    this.onStop = () => {};
    this.busy = false;
    if (!this.field.value) this.field.value = sessionStorage.getItem(this.kept) || "";
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("input", () => this.changed());
    this.stop.addEventListener("click", () => { this.onStop(); this.answering(false); this.field.focus(); });
    this.changed();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.submit();
  }

  submit() {
    const text = this.field.value;
    if (!text.trim()) { this.field.focus(); return; }
    this.field.value = "";
    this.changed();
    this.onSend(text);
    this.field.focus();
  }

  changed() {
    try {
      if (this.field.value) sessionStorage.setItem(this.kept, this.field.value);
      else sessionStorage.removeItem(this.kept);
    } catch { /* private mode: the words stay in the field */ }
    const line = parseFloat(getComputedStyle(this.field).lineHeight) || 24;
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight + 2, line * TALLEST)}px`;
    this.swap();
  }

  /** @param {boolean} busy whether the agent is at it */
  answering(busy) { this.busy = busy; this.swap(); }

  /** Stop stands where Send is, unless there is something to send. */
  swap() {
    const stop = this.busy && !this.field.value.trim();
    this.stop.hidden = !stop;
    this.send.hidden = stop;
  }

  end() {
    this.answering(false);
    this.form.hidden = true;
    /** @type {HTMLElement} */ (this.chat.querySelector("[data-ended]")).hidden = false;
  }
}
