/** Times as the reader's clock shows them. The server writes UTC; `data-time` says how much to show. */

/** @type {Record<string, Intl.DateTimeFormatOptions>} */
const SHAPES = {
  minute: { hour: "2-digit", minute: "2-digit", hour12: false },
  second: { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false },
  day: { year: "numeric", month: "long", day: "numeric" },
};

/**
 * @param {string} iso
 * @param {string} shape
 * @returns {string}
 */
export function timeAs(iso, shape) {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "";
  const language = document.documentElement.lang || "en";
  const options = { ...SHAPES[shape] };
  if (shape === "minute" && at.toDateString() !== new Date().toDateString()) {
    Object.assign(options, { month: "short", day: "numeric" });
  }
  return new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, options).format(at);
}

/** @param {ParentNode} root */
export function showTimes(root) {
  root.querySelectorAll("time[data-time]").forEach((time) => {
    const iso = time.getAttribute("datetime");
    if (iso) time.textContent = timeAs(iso, time.getAttribute("data-time") || "minute");
  });
}
