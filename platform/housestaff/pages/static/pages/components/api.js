/** Talking to the house over its own API, with the session of this page. */

/**
 * @typedef {object} Answer
 * @property {boolean} ok
 * @property {number} status 0 when nothing came back: no connection, or cut off
 * @property {any} body
 */

/** @returns {string} */
function csrfToken() {
  const field = /** @type {HTMLInputElement | null} */ (document.querySelector("input[name=csrfmiddlewaretoken]"));
  return field ? field.value : "";
}

/**
 * @param {string} method
 * @param {string} path below /api/v1/
 * @param {object} [body]
 * @param {{signal?: AbortSignal, patience?: number}} [options]
 * @returns {Promise<Answer>}
 */
export async function ask(method, path, body, options = {}) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), options.patience ?? 15000);
  options.signal?.addEventListener("abort", () => abort.abort());
  try {
    const response = await fetch(`/api/v1/${path}`, {
      method,
      headers: {
        "Content-Type": "application/json",
        "Accept-Language": document.documentElement.lang,
        "X-CSRFToken": csrfToken(),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: abort.signal,
      cache: "no-store",
    });
    return { ok: response.ok, status: response.status, body: await response.json().catch(() => ({})) };
  } catch {
    return { ok: false, status: 0, body: {} };
  } finally {
    clearTimeout(timer);
  }
}
