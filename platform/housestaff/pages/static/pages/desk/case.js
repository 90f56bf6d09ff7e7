/** The open consult: its acts, its draft, its signature. */
import { ask } from "../components/api.js";
import { Editor } from "./editor.js";
import { word } from "./notices.js";

const REFRESH = 150;

export class Case {
  /**
   * @param {HTMLElement} frame
   * @param {any} htmx
   * @param {import("./notices.js").Notices} notices
   * @param {{signed: (consult: string) => void, reopen: (consult: string) => void}} tell
   */
  constructor(frame, htmx, notices, tell) {
    this.place = /** @type {HTMLElement} */ (frame.querySelector("#case"));
    this.htmx = htmx;
    this.notices = notices;
    this.tell = tell;
    this.id = "";
    this.lastSeq = 0;
    /** @type {Editor | null} */
    this.editor = null;
    this.place.addEventListener("click", (event) => this.clicked(event));
  }

  get shown() { return /** @type {HTMLElement | null} */ (this.place.querySelector("[data-open]")); }

  /** A consult was drawn, or none. @returns {string} its id */
  settle() {
    this.editor?.flush();
    const shown = this.shown;
    this.id = shown?.dataset.open || "";
    this.lastSeq = Number(shown?.dataset.lastSeq || 0);
    const form = /** @type {HTMLFormElement | null} */ (this.place.querySelector("[data-editor]"));
    this.editor = form ? new Editor(form, this.id, () => this.sign()) : null;
    const pending = shown?.dataset.pending;
    if (pending && shown) this.count(new Date(pending), this.id, shown.dataset.patient || "");
    this.toEnd();
    return this.id;
  }

  toEnd() {
    const lines = this.place.querySelector("[data-transcript]");
    if (lines) lines.scrollTop = lines.scrollHeight;
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const act = target.closest("[data-act]");
    if (act) void this.act(act.getAttribute("data-act") || "");
    const link = target.closest("a[data-line]");
    if (link) { event.preventDefault(); this.show(link.getAttribute("data-line") || ""); }
  }

  /** Lead the eye to a line of the transcript. @param {string} number */
  show(number) {
    this.place.querySelectorAll(".shown").forEach((line) => line.classList.remove("shown"));
    const line = this.place.querySelector(`#line-${number}`);
    line?.classList.add("shown");
    line?.scrollIntoView({ block: "center" });
  }

  /** Draw what may have changed, all but the draft. */
  refreshSoon() {
    this.timer ??= setTimeout(() => { this.timer = undefined; void this.refresh(); }, REFRESH);
  }

  async refresh() {
    const id = this.id;
    if (!id) return;
    if (this.shown?.dataset.pending) { this.tell.reopen(id); return; }
    const lines = this.place.querySelector("[data-transcript]");
    const atEnd = lines ? lines.scrollHeight - lines.scrollTop - lines.clientHeight < 60 : true;
    const was = lines?.scrollTop || 0;
    const which = document.querySelector("[data-rows]")?.getAttribute("data-which") || "review";
    await this.htmx.ajax("GET", `/desk/consults/${id}/case/?filter=${which}`, { target: "#transcript", swap: "outerHTML" });
    if (id !== this.id) return;
    const now = this.place.querySelector("[data-transcript]");
    if (now && atEnd) this.toEnd();
    else if (now) now.scrollTop = was;
    if (this.editor && now) this.editor.seen = Number(now.getAttribute("data-last-seq"));
  }

  /** @param {string} act takeover, handback or claim */
  async act(act) {
    if (!this.id) return;
    const path = act === "claim" ? `worklist/${this.id}/claim/` : `consults/${this.id}/${act}/`;
    const answer = await ask("POST", path, {});
    if (!answer.ok) this.notices.say(sentence(answer));
    await this.refresh();
  }

  focusReply() {
    const folded = this.place.querySelector("details.again");
    if (folded) /** @type {HTMLDetailsElement} */ (folded).open = true;
    this.editor?.field.focus();
  }

  /** @param {string} urgency */
  setUrgency(urgency) { this.editor?.choose(urgency); }

  async sign() {
    const editor = this.editor;
    if (!editor || editor.signing) return;
    const id = this.id;
    const patient = this.shown?.dataset.patient || "";
    const answer = await editor.sign();
    if (!answer) return;
    if (!answer.ok) {
      editor.trouble(sentence(answer));
      if (answer.body.code === "new_messages") await this.refresh();
      if (answer.body.code === "reason_required") editor.askReason();
      return;
    }
    const until = new Date(answer.body.release_at);
    this.editor = null;
    if (until.getTime() - new Date(answer.body.signed_at).getTime() < 1000) this.notices.say(word("sent_now"));
    else this.count(until, id, patient);
    this.tell.signed(id);
  }

  /** @param {Date} until @param {string} id @param {string} patient */
  count(until, id, patient) {
    this.notices.count(id, patient, until, async () => {
      const answer = await ask("POST", `consults/${id}/undo/`, {});
      this.notices.say(answer.ok ? word("undone") : answer.body.code === "too_late" ? word("too_late") : sentence(answer));
      this.tell.reopen(id);
    });
  }
}

/** A refusal in plain words. @param {import("../components/api.js").Answer} answer @returns {string} */
function sentence(answer) {
  if (answer.status === 0) return word("offline");
  switch (answer.body.code) {
    case "held_by": return word("held").replace("{name}", answer.body.held_by || "");
    case "new_messages": return word("new_messages");
    case "newer_draft": return word("newer_draft");
    case "reason_required": return word("reason");
    default: return answer.body.detail || word("failed");
  }
}
