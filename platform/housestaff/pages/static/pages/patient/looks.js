/** Drawing entries of the thread by copying the page's templates; every word is set as text, never as HTML. */
import { showTimes } from "../components/times.js";

const LINES = new Set(["with_doctor", "open", "closed", "withdrawn", "card_called", "card_safe"]);

/** The look of an event, as the server's patient/thread.py decides it. @param {any} event @returns {string | null} */
export function lookOf(event) {
  if (event.kind === "message") return event.author === "patient" ? "patient" : "doctor";
  if (event.kind === "end" && event.text) return event.author === "agent" ? "agent" : "house";
  if (event.kind === "card") return "card";
  if (event.kind === "state" && LINES.has(event.code)) return "line";
  return null;
}

/** @param {string} id @returns {HTMLElement} */
function copyOf(id) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  return /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
}

/** @param {HTMLElement} root @param {string} name @param {string} value */
export function fill(root, name, value) {
  root.querySelectorAll(`[data-fill=${name}]`).forEach((part) => { part.textContent = value; });
}

/** Show only the parts whose condition is among the names. @param {HTMLElement} root @param {...string} names */
export function only(root, ...names) {
  root.querySelectorAll("[data-if]").forEach((part) => {
    /** @type {HTMLElement} */ (part).hidden = !names.includes(part.getAttribute("data-if") || "");
  });
}

/** @param {HTMLElement} root @param {string} iso */
export function setTime(root, iso) {
  root.querySelectorAll("time").forEach((time) => { time.setAttribute("datetime", iso); });
  showTimes(root);
}

/** Put the speaker's name where the words have {name}. @param {HTMLElement} root @param {string} name */
function setName(root, name) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.nodeValue?.includes("{name}")) node.nodeValue = node.nodeValue.replace("{name}", name);
  }
}

/** An empty entry for words that are still to come. @param {string} look @returns {HTMLElement} */
export function emptyEntry(look) {
  return copyOf(`look-${look}`);
}

/** @param {any} event @param {string} look @returns {HTMLElement} */
export function draw(event, look) {
  const entry = copyOf(look === "line" ? `line-${event.code}` : `look-${look}`);
  entry.dataset.seq = event.seq;
  setName(entry, event.author_name);
  fill(entry, "name", event.author_name);
  fill(entry, "text", event.text);
  if (look === "patient") only(entry, "sent");
  if (look === "agent") only(entry, ...(String(event.code || "").startsWith("stopped") ? ["stopped"] : []));
  if (look === "card") drawCard(entry, event);
  setTime(entry, event.at);
  return entry;
}

/** @param {HTMLElement} entry @param {any} card */
function drawCard(entry, card) {
  entry.classList.add(`level-${card.level}`);
  fill(entry, "title", card.title);
  const list = /** @type {HTMLElement} */ (entry.querySelector("[data-fill=lines]"));
  list.replaceChildren(...card.lines.map((/** @type {string} */ line) => {
    const item = document.createElement("li");
    item.textContent = line;
    return item;
  }));
  fill(entry, "tel", card.tel || "");
  entry.querySelector("[data-call]")?.setAttribute("href", `tel:${card.tel || ""}`);
  only(entry, ...(card.tel ? ["tel"] : []));
}

/** One of the page's own sentences. @param {string} name @returns {string} */
export function word(name) {
  const words = /** @type {HTMLTemplateElement} */ (document.getElementById("words"));
  return words.content.querySelector(`[data-word=${name}]`)?.textContent || "";
}
