/** What the desk says at its foot: a signature that can still be undone, and sentences. */

/** One of the page's own sentences. @param {string} name @returns {string} */
export function word(name) {
  const words = /** @type {HTMLTemplateElement} */ (document.getElementById("words"));
  return words.content.querySelector(`[data-word=${name}]`)?.textContent || "";
}

/** @param {string} id @returns {HTMLElement} */
function copyOf(id) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  return /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
}

/** @param {HTMLElement} root @param {string} name @param {string} value */
function fill(root, name, value) {
  root.querySelectorAll(`[data-fill=${name}]`).forEach((part) => { part.textContent = value; });
}

export class Notices {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    /** @type {(() => void)[]} */
    this.undos = [];
  }

  /** @param {string} sentence */
  say(sentence) {
    const notice = copyOf("notice-words");
    fill(notice, "words", sentence);
    notice.querySelector("[data-away]")?.addEventListener("click", () => notice.remove());
    this.place.replaceChildren(...[...this.place.children].filter((one) => one.hasAttribute("data-counting")), notice);
    setTimeout(() => notice.remove(), 12000);
  }

  /**
   * Count down while a signature can be undone; one notice a consult.
   * @param {string} id
   * @param {string} patient
   * @param {Date} until
   * @param {() => void} undo
   */
  count(id, patient, until, undo) {
    if (this.place.querySelector(`[data-counting="${id}"]`)) return;
    const notice = copyOf("notice-undo");
    notice.dataset.counting = id;
    fill(notice, "patient", patient);
    const gone = () => {
      clearInterval(timer);
      notice.remove();
      this.undos = this.undos.filter((one) => one !== act);
    };
    const act = () => { gone(); undo(); };
    const show = () => {
      const left = Math.ceil((until.getTime() - Date.now()) / 1000);
      if (left <= 0) gone();
      else fill(notice, "seconds", String(left));
    };
    const timer = setInterval(show, 250);
    notice.querySelector("[data-undo]")?.addEventListener("click", act);
    this.undos.push(act);
    this.place.append(notice);
    show();
  }

  undoNewest() { this.undos.at(-1)?.(); }
}
