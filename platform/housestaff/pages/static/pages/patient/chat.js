/** The chat page: what the server drew, kept live. */
import { ask } from "../components/api.js";
import { Live, pollOf } from "../components/live.js";
import { Composer } from "./composer.js";
import { Emergency } from "./emergency.js";
import { Follow } from "./follow.js";
import { word } from "./looks.js";
import { Outbox } from "./outbox.js";
import { Thread } from "./thread.js";

const chat = /** @type {HTMLElement} */ (document.querySelector(".chat"));
const { consult = "", reader = "", after = "0", level = "0" } = chat.dataset;

/** @param {string} name @returns {HTMLElement} */
const part = (name) => /** @type {HTMLElement} */ (chat.querySelector(`[data-${name}]`));

const follow = new Follow(part("log"), part("more"));
const emergency = new Emergency(part("emergency"), consult, () => follow.grew());
const thread = new Thread(part("log"), part("polite"), follow, Number(after));
const composer = new Composer(chat, consult);

const outbox = new Outbox(consult, reader, {
  changed: (letter) => thread.mark(letter),
  sent: (letter, answer) => {
    thread.committed(letter, answer.seq);
    if (answer.card) emergency.stand(answer.card);
    else if (Number(level) >= 1 && chat.dataset.state === "open") { thread.await(); composer.answering(true); }
  },
  refused: (letter, answer) => {
    letter.why = answer.body.detail || word("refused");
    if (answer.status === 401) letter.why = word("signed_out");
    if (answer.body.code === "consent_required") letter.why = word("consent");
    if (answer.body.card) emergency.stand(answer.body.card);
    thread.mark(letter);
  },
});
thread.onAgain = (letter) => outbox.again(letter);
thread.onDrop = (letter) => outbox.drop(letter);
outbox.letters.forEach((letter) => thread.mark(letter));
void outbox.run();

composer.onSend = (text) => { thread.mark(outbox.put(text)); follow.toEnd(); };
composer.onStop = () => void ask("POST", `consults/${consult}/stop/`);
if ("answering" in chat.dataset) { thread.await(); composer.answering(true); }

/** @param {any} event */
function moveState(event) {
  if (event.kind === "card") emergency.stand(event);
  if (event.kind !== "state") return;
  if (event.code.startsWith("card_")) { emergency.away(); return; }
  chat.dataset.state = event.code;
  if (["closed", "withdrawn"].includes(event.code)) composer.end();
}

const live = new Live({
  socket: `/ws/consults/${consult}/`,
  after: Number(after),
  poll: pollOf(consult),
  take: (event) => {
    if (event.kind === "delta") { thread.delta(event); composer.answering(true); return thread.seq; }
    if (event.seq === undefined || event.seq <= thread.seq) return thread.seq;
    thread.take(event);
    moveState(event);
    if (event.kind === "start") composer.answering(true);
    if (event.kind === "end" || event.code === "with_doctor") composer.answering(false);
    return thread.seq;
  },
  state: (up) => { part("offline").hidden = up || navigator.onLine; if (up) outbox.hurry(); follow.grew(); },
  refused: () => location.reload(),
});
window.addEventListener("offline", () => { part("offline").hidden = false; follow.grew(); });
window.addEventListener("online", () => { part("offline").hidden = true; follow.grew(); });
window.addEventListener("pagehide", () => live.socket?.close());
thread.onGivenUp = () => composer.answering(false);
chat.dataset.ready = "";
