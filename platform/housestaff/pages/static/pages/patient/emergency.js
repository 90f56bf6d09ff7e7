/** The standing bar of an emergency: stays until the patient says that they have called or are safe. */
import { ask } from "../components/api.js";
import { fill } from "./looks.js";

export class Emergency {
  /** @param {HTMLElement} bar @param {string} consult @param {() => void} moved */
  constructor(bar, consult, moved) {
    this.bar = bar;
    this.moved = moved;
    bar.querySelectorAll("[data-answer]").forEach((button) => {
      button.addEventListener("click", async () => {
        const answer = await ask("POST", `consults/${consult}/card/ack/`, { answer: button.getAttribute("data-answer") });
        if (answer.ok) this.away();
      });
    });
  }

  /** @param {any} card */
  stand(card) {
    if (card.level !== "emergency") return;
    fill(this.bar, "title", card.title);
    fill(this.bar, "tel", card.tel || "");
    const call = /** @type {HTMLAnchorElement} */ (this.bar.querySelector("[data-call]"));
    call.href = `tel:${card.tel || ""}`;
    call.hidden = !card.tel;
    this.bar.hidden = false;
    this.moved();
  }

  away() {
    this.bar.hidden = true;
    this.moved();
  }
}
