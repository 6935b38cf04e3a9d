// What is asked of the API; every answer is one value, also when there is none.
const UNREACHABLE = said("The transcription service did not answer. What you typed is still here; try again.");

async function ask(address, { method = "GET", etag, body } = {}) {
  const headers = {};
  if (etag) headers["If-Match"] = etag;
  if (body) headers["Content-Type"] = "application/json";
  try {
    const answer = await fetch(address, { method, headers, body: body && JSON.stringify(body) });
    const told = await answer.json().catch(() => ({}));
    const detail = answer.ok ? "" : saidByApi(told.detail) || UNREACHABLE;
    return { ok: answer.ok, status: answer.status, etag: answer.headers.get("etag"), told, detail };
  } catch {
    return { ok: false, status: 0, etag: null, told: {}, detail: UNREACHABLE };
  }
}

// What was typed and not saved outlives a reload of the page, until it is saved or thrown away.
const drafts = {
  key: (id) => `lectern-draft-${id}`,
  get(id) {
    try { return sessionStorage.getItem(this.key(id)); } catch { return null; }
  },
  keep(id, text) {
    try { sessionStorage.setItem(this.key(id), text); } catch { /* private mode: only the page has it */ }
  },
  drop(id) {
    try { sessionStorage.removeItem(this.key(id)); } catch { /* was never kept */ }
  },
};
