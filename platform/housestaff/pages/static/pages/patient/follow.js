/** Scrolling: follow a reply until its first line is at the top, then hold. A hand on the scroll wins. */

const NEAR = 48;
const EDGE = 12;

export class Follow {
  /**
   * @param {HTMLElement} log
   * @param {HTMLElement} more the button that leads to the end
   */
  constructor(log, more) {
    this.log = log;
    this.more = more;
    this.following = true;
    /** @type {HTMLElement | null} what must not scroll past the top */
    this.held = null;
    this.moved = 0;
    for (const kind of ["wheel", "touchmove", "keydown", "pointerdown"]) {
      log.addEventListener(kind, () => { this.moved = performance.now(); }, { passive: true });
    }
    log.addEventListener("scroll", () => this.scrolled(), { passive: true });
    more.addEventListener("click", () => this.toEnd());
    window.addEventListener("resize", () => this.grew());
    this.toEnd();
    const entries = log.querySelectorAll(".said:not(.of-patient)");
    const last = /** @type {HTMLElement | undefined} */ (entries[entries.length - 1]);
    if (last?.nextElementSibling?.matches("[data-end]")) { this.held = last; this.grew(); }
  }

  get end() { return this.log.scrollHeight - this.log.clientHeight; }

  scrolled() {
    const near = this.end - this.log.scrollTop < NEAR;
    if (performance.now() - this.moved < 400) { this.following = near; this.held = near ? this.held : null; }
    this.more.hidden = near;
  }

  /** The thread grew, or its frame changed. */
  grew() {
    if (this.following) {
      const limit = this.held ? this.topOf(this.held) - EDGE : Infinity;
      this.log.scrollTop = Math.min(this.end, limit);
    }
    this.more.hidden = this.end - this.log.scrollTop < NEAR;
  }

  /** @param {HTMLElement} part */
  topOf(part) {
    return this.log.scrollTop + part.getBoundingClientRect().top - this.log.getBoundingClientRect().top;
  }

  toEnd() {
    this.following = true;
    this.held = null;
    this.log.scrollTop = this.log.scrollHeight;
    this.more.hidden = true;
  }
}
