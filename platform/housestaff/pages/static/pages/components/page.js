/** What every page has: the text-size button without a reload, and times in the reader's own zone. */
import { showTimes } from "./times.js";

const YEAR = 365 * 24 * 3600;

/** @param {HTMLFormElement} form */
function resizeInPlace(form) {
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button[name=size]"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const size = button.value;
    const root = document.documentElement;
    root.classList.remove("size-1", "size-2", "size-3");
    root.classList.add(`size-${size}`);
    document.cookie = `text_size=${size}; path=/; max-age=${YEAR}; samesite=lax`;
    button.value = String((Number(size) % 3) + 1);
    window.dispatchEvent(new Event("resize"));
  });
}

document.querySelectorAll("form[data-text-size]").forEach((form) => {
  resizeInPlace(/** @type {HTMLFormElement} */ (form));
});
showTimes(document);
