/** The desk: queue on the left, one consult open, everything live. */
import { ask } from "../components/api.js";
import { Live, pollOf } from "../components/live.js";
import { showTimes, timeAs } from "../components/times.js";
import { Case } from "./case.js";
import { Keys } from "./keys.js";
import { Notices, word } from "./notices.js";
import { Queue } from "./queue.js";

const htmx = /** @type {any} */ (window).htmx;
const frame = /** @type {HTMLElement} */ (document.querySelector("[data-desk]"));
const notices = new Notices(/** @type {HTMLElement} */ (frame.querySelector("[data-notices]")));
const queue = new Queue(frame, htmx);
const open = new Case(frame, htmx, notices, {
  signed: (id) => queue.openAfter(id),
  reopen: (id) => queue.open(id),
});

/** @type {Live | null} the log of the open consult */
let thread = null;

function settle() {
  showTimes(frame);
  queue.relate();
  const id = open.settle();
  frame.classList.toggle("has-case", Boolean(id));
  queue.choose(id);
  thread?.end();
  thread = id ? watch(id) : null;
}

/** @param {string} id @returns {Live} */
function watch(id) {
  return new Live({
    socket: `/ws/consults/${id}/`,
    after: open.lastSeq,
    poll: pollOf(id),
    take: (event) => {
      if (event.seq !== undefined) { open.lastSeq = Math.max(open.lastSeq, event.seq); open.refreshSoon(); }
      return open.lastSeq;
    },
    state: () => {},
  });
}

document.body.addEventListener("htmx:afterSettle", (event) => {
  const target = /** @type {HTMLElement} */ (/** @type {any} */ (event).detail.target);
  if (target.id === "case") settle();
  else if (target.id === "queue") { queue.loaded(); showTimes(target); queue.choose(open.id); }
  else showTimes(frame);
});
document.body.addEventListener("htmx:responseError", (event) => {
  const xhr = /** @type {any} */ (event).detail.xhr;
  notices.say(xhr.getResponseHeader("Content-Type")?.startsWith("text/plain") ? xhr.responseText : word("failed"));
});
document.body.addEventListener("htmx:sendError", () => notices.say(word("offline")));

/** @param {boolean} up */
function light(up) {
  const lamp = /** @type {HTMLElement} */ (frame.querySelector("[data-light]"));
  if (lamp.dataset.light !== (up ? "up" : "down")) {
    lamp.dataset.light = up ? "up" : "down";
    /** @type {HTMLElement} */ (lamp.querySelector("[data-up]")).hidden = !up;
    /** @type {HTMLElement} */ (lamp.querySelector("[data-down]")).hidden = up;
  }
  frame.classList.toggle("stale", !up);
  if (up) stamp();
}

function stamp() {
  const time = /** @type {HTMLElement} */ (frame.querySelector("[data-as-of]"));
  const now = new Date().toISOString();
  time.setAttribute("datetime", now);
  time.textContent = timeAs(now, "second");
}

const list = new Live({
  socket: "/ws/worklist/",
  after: Number(frame.dataset.after),
  poll: async (after, signal) => {
    await new Promise((go) => setTimeout(go, 5000));
    const answer = await ask("GET", `worklist/?filter=all&after=${after}`, undefined, { signal });
    if (!answer.ok) return null;
    return answer.body.results.map((/** @type {any} */ row) => ({ ...row, kind: "row" }));
  },
  take: (row) => { queue.changed(row.id); stamp(); return Math.max(list.after, row.n); },
  state: light,
  refused: () => location.reload(),
});
setInterval(() => { if (list.socket?.readyState === WebSocket.OPEN) stamp(); queue.relate(); }, 15000);

const keys = new Keys(/** @type {HTMLDialogElement} */ (document.querySelector("[data-keys]")), {
  next: () => queue.move(1),
  previous: () => queue.move(-1),
  open: () => queue.openChosen(),
  edit: () => open.focusReply(),
  leave: () => /** @type {HTMLElement} */ (document.activeElement)?.blur(),
  sign: () => open.sign(),
  undo: () => notices.undoNewest(),
  takeover: () => void open.act("takeover"),
  handback: () => void open.act("handback"),
  search: () => queue.focusSearch(),
  "urgency-routine": () => open.setUrgency("routine"),
  "urgency-soon": () => open.setUrgency("soon"),
  "urgency-urgent": () => open.setUrgency("urgent"),
  "urgency-emergency": () => open.setUrgency("emergency"),
});
frame.querySelector("[data-help]")?.addEventListener("click", () => keys.help());

settle();
frame.dataset.ready = "";
