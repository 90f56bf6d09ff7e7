/** The keys, as the page's own table of help lists them: what is not in that table does nothing. */

const FIELDS = "input, textarea, select, [contenteditable]";

export class Keys {
  /**
   * @param {HTMLDialogElement} dialog
   * @param {Record<string, () => void>} doings
   */
  constructor(dialog, doings) {
    this.dialog = dialog;
    this.doings = { help: () => this.help(), ...doings };
    /** @type {Map<string, {does: string, inFields: boolean}>} */
    this.table = new Map();
    dialog.querySelectorAll("[data-press]").forEach((row) => {
      const { press = "", does = "" } = /** @type {HTMLElement} */ (row).dataset;
      this.table.set(press, { does, inFields: "inFields" in /** @type {HTMLElement} */ (row).dataset });
    });
    document.addEventListener("keydown", (event) => this.pressed(event));
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (event.isComposing || event.keyCode === 229 || event.altKey || event.repeat && event.key !== "j" && event.key !== "k") return;
    const found = this.table.get(nameOf(event));
    if (!found) return;
    const target = /** @type {HTMLElement} */ (event.target);
    const inField = target.matches(FIELDS) && !target.matches("input[type=radio]");
    if (inField && !found.inFields) return;
    if (found.does === "leave" && !inField) return;
    if (this.dialog.open && found.does !== "help") return;
    if (found.does === "open" && target.matches("a, button, summary, input")) return;
    event.preventDefault();
    this.doings[found.does]?.();
  }

  help() {
    if (this.dialog.open) this.dialog.close();
    else this.dialog.showModal();
  }
}

/** How the table names a key press; "" for one with a modifier that it does not name. @param {KeyboardEvent} event */
function nameOf(event) {
  if (event.ctrlKey || event.metaKey) return event.key === "Enter" ? "Control+Enter" : "";
  if (event.shiftKey && /^[A-Z]$/.test(event.key)) return `Shift+${event.key}`;
  return event.key;
}
