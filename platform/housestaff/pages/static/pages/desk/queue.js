/** The queue: its order never moves under the hand. Changed rows change in place, new ones wait to be shown. */
import { ask } from "../components/api.js";
import { showTimes } from "../components/times.js";
import { word } from "./notices.js";

const PAUSE = 120;

export class Queue {
  /** @param {HTMLElement} frame @param {any} htmx */
  constructor(frame, htmx) {
    this.frame = frame;
    this.htmx = htmx;
    this.place = /** @type {HTMLElement} */ (frame.querySelector("#queue"));
    this.polite = /** @type {HTMLElement} */ (frame.querySelector("[data-polite]"));
    /** @type {Set<string>} */ this.waiting = new Set();
    /** @type {Set<string>} */ this.fresh = new Set();
    this.place.addEventListener("input", (event) => {
      if (/** @type {HTMLElement} */ (event.target).matches("[data-search]")) this.search();
    });
    this.place.addEventListener("click", (event) => {
      const row = /** @type {HTMLElement} */ (event.target).closest("[data-row]");
      if (row) this.choose(/** @type {HTMLElement} */ (row).dataset.consult || "");
    });
    this.relate();
  }

  get list() { return /** @type {HTMLElement} */ (this.place.querySelector("[data-rows]")); }
  /** @returns {HTMLElement[]} */
  get rows() { return [...this.list.querySelectorAll("[data-row]")].filter((row) => !(/** @type {HTMLElement} */ (row).hidden)); }
  get chosen() { return /** @type {HTMLElement | null} */ (this.list.querySelector("[aria-current]")?.closest("[data-row]")); }

  /** A whole list was drawn. */
  loaded() { this.fresh.clear(); this.waiting.clear(); this.relate(); }

  /** A row changed somewhere; ask for it in a moment, together with the others. @param {string} id */
  changed(id) {
    this.waiting.add(id);
    this.timer ??= setTimeout(() => { this.timer = undefined; void this.look(); }, PAUSE);
  }

  async look() {
    const ids = [...this.waiting].slice(0, 200);
    ids.forEach((id) => this.waiting.delete(id));
    if (!ids.length) return;
    const which = this.list.dataset.which || "review";
    const response = await fetch(`/desk/changed/?filter=${which}&ids=${ids.join(",")}`, { cache: "no-store", headers: { "HX-Request": "true" } }).catch(() => null);
    if (!response?.ok || which !== this.list.dataset.which) { ids.forEach((id) => this.waiting.add(id)); return; }
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    page.querySelectorAll("[data-count]").forEach((count) => {
      const name = count.getAttribute("data-count");
      const shown = this.place.querySelector(`[data-count="${name}"]`);
      if (shown) shown.textContent = count.textContent;
    });
    for (const id of ids) this.put(id, page.querySelector(`[data-row="${id}"]`));
    this.offer();
    this.relate();
    if (this.waiting.size) void this.look();
  }

  /** @param {string} id @param {Element | null} now the row as it is now; null when it left this filter */
  put(id, now) {
    const shown = /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-row="${id}"]`));
    if (shown && !now) { shown.classList.add("gone"); return; }
    if (!now) { this.fresh.delete(id); return; }
    const row = /** @type {HTMLElement} */ (document.importNode(now, true));
    const jumps = row.dataset.urgency === "emergency" && shown?.dataset.urgency !== "emergency" && !row.classList.contains("is-done");
    if (jumps) {
      shown?.remove();
      this.list.prepend(row);
      this.alarm(row);
    } else if (shown) shown.replaceWith(row);
    else { this.fresh.add(id); return; }
    this.fresh.delete(id);
    if (shown?.querySelector("[aria-current]")) row.querySelector("a")?.setAttribute("aria-current", "true");
    this.htmx.process(row);
    showTimes(row);
    this.place.querySelector(".nothing")?.remove();
  }

  /** @param {HTMLElement} row */
  alarm(row) {
    row.classList.add("jumped");
    this.polite.textContent = `${word("emergency")}: ${row.querySelector(".patient")?.textContent || ""}`;
    try {
      const sound = new AudioContext();
      const tone = sound.createOscillator();
      const loud = sound.createGain();
      loud.gain.value = 0.08;
      tone.frequency.value = 880;
      tone.connect(loud).connect(sound.destination);
      tone.start();
      tone.stop(sound.currentTime + 0.35);
    } catch { /* no sound without a hand on the page before: the row and the words stand */ }
  }

  /** Offer what is new; a list that was empty shows it at once. */
  offer() {
    const button = /** @type {HTMLElement} */ (this.place.querySelector("[data-fresh]"));
    const n = this.fresh.size;
    button.hidden = n === 0;
    button.textContent = n === 1 ? word("fresh_one") : word("fresh_many").replace("{n}", String(n));
    if (n) this.polite.textContent = button.textContent;
    if (n && this.rows.length === 0) button.click();
  }

  search() {
    const wanted = /** @type {HTMLInputElement} */ (this.place.querySelector("[data-search]")).value.trim().toLowerCase();
    this.list.querySelectorAll("[data-row]").forEach((row) => {
      /** @type {HTMLElement} */ (row).hidden = !(row.textContent || "").toLowerCase().includes(wanted);
    });
  }

  focusSearch() { /** @type {HTMLElement} */ (this.place.querySelector("[data-search]")).focus(); }

  /** Mark the row of a consult as the chosen one. @param {string} consult */
  choose(consult) {
    this.list.querySelectorAll("a[aria-current]").forEach((link) => link.removeAttribute("aria-current"));
    const row = consult ? this.list.querySelector(`[data-consult="${consult}"]`) : null;
    row?.querySelector("a")?.setAttribute("aria-current", "true");
    row?.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} step */
  move(step) {
    const rows = this.rows;
    const at = this.chosen ? rows.indexOf(this.chosen) : step > 0 ? -1 : rows.length;
    const row = rows[Math.max(0, Math.min(rows.length - 1, at + step))];
    if (!row || row === this.chosen) return;
    this.choose(row.dataset.consult || "");
    this.openChosen();
  }

  openChosen() { /** @type {HTMLElement | null | undefined} */ (this.chosen?.querySelector("a"))?.click(); }

  /** @param {string} consult */
  open(consult) {
    const which = this.list.dataset.which || "review";
    void this.htmx.ajax("GET", `/desk/consults/${consult}/?filter=${which}`, { target: "#case", swap: "innerHTML" });
    history.pushState({}, "", `/desk/consults/${consult}/?filter=${which}`);
  }

  /** After a signature: the next in the shown order. @param {string} consult */
  openAfter(consult) {
    const rows = this.rows;
    const at = rows.findIndex((row) => row.dataset.consult === consult);
    if (at < 0) return;
    rows[at]?.classList.add("gone");
    const next = rows.slice(at + 1).find((row) => !row.classList.contains("gone") && !row.classList.contains("is-done"));
    if (next) this.open(next.dataset.consult || "");
    else this.open(consult);
  }

  /** How long is left, or how long it waits, in words of the reader's language. */
  relate() {
    const words = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "always", style: "short" });
    const now = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "auto" });
    this.place.querySelectorAll("time[data-relative]").forEach((time) => {
      const seconds = (new Date(time.getAttribute("datetime") || "").getTime() - Date.now()) / 1000;
      const minutes = Math.round(seconds / 60);
      const hours = Math.round(minutes / 60);
      time.textContent = minutes === 0 ? now.format(0, "second") : Math.abs(minutes) < 60 ? words.format(minutes, "minute")
        : Math.abs(hours) < 48 ? words.format(hours, "hour") : words.format(Math.round(hours / 24), "day");
    });
  }

  /** @param {string} consult */
  async claim(consult) { return ask("POST", `worklist/${consult}/claim/`); }
}
