// Asking the server, and the two ways it may go wrong: no answer at all, or a refusal with a sentence.

export class Unreachable extends Error {}

export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? "سامانه این درخواست را نپذیرفت؛ دوباره تلاش کنید.");
    this.status = status;
    this.code = problem.code ?? "";
    this.problem = problem;
  }
}

const ask = async (url, options) => {
  let response;
  try {
    response = await fetch(url, { credentials: "same-origin", redirect: "error", ...options });
  } catch (fault) {
    if (fault.name === "AbortError") throw fault;
    throw new Unreachable();
  }
  const body = await response.json().catch((fault) => {
    // Given up, or broken off, while the answer was being read.
    if (!(fault instanceof SyntaxError)) throw fault.name === "AbortError" ? fault : new Unreachable();
    return null;
  });
  if (response.ok && body !== null) return body;
  // A server that is being restarted is away, not refusing.
  if (response.status >= 500 && response.status !== 500) throw new Unreachable();
  throw new Refused(response.status, body ?? {});
};

export const post = (url, body, csrf, signal) =>
  ask(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
    body: JSON.stringify(body),
    signal,
  });

export const get = (url, query, signal) => ask(`${url}?${new URLSearchParams(query)}`, { signal });
