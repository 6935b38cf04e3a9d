// A large file in resumable parts, by the protocol tus 1.0 (https://tus.io). The server knows how
// far each upload has come, and a file is recognised by its fingerprint: nothing has to be kept
// here, so that a reload, a lost network or a restarted browser costs only the part under way.
const AGAIN_MS = [0, 1000, 2000, 4000, 8000, 15000];
const STALLED_MS = 30000;
const HEAD_BYTES = 65536;

const pause = (ms) => new Promise((resolve) => {
  const done = () => { clearTimeout(timer); window.removeEventListener("online", done); resolve(); };
  const timer = setTimeout(done, ms);
  window.addEventListener("online", done);
});

let library = null;
function tusLibrary(address) {
  // Fetched with the first large file, from our own origin; it puts itself into the window
  library ??= import(new URL(address, window.location.origin).href)
    .then(() => window.tus)
    .catch((error) => { library = null; throw error; });
  return library;
}

// SHA-256 of name, size, time of the last change (ms) and the first 64 KiB, like the command's
async function fingerprint(file) {
  const about = `${file.name}\0${file.size}\0${file.lastModified}\0`;
  const all = await new Blob([about, file.slice(0, HEAD_BYTES)]).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", all));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function thisBrowser() {
  try {
    const known = localStorage.getItem("lectern-browser");
    if (known) return known;
    const made = `browser ${crypto.randomUUID()}`;
    localStorage.setItem("lectern-browser", made);
    return made;
  } catch {
    return "a browser";
  }
}

const worthRetrying = (status) =>
  [0, 408, 409, 423, 429, 460].includes(status) || (status >= 500 && status !== 507);

class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

// An answer of the API, however long it takes; `waits` is called while there is none
async function patiently(method, path, headers, waits, stopped) {
  for (let tries = 0; ; tries += 1) {
    let status = 0;
    try {
      const answer = await fetch(`/api/uploads${path}`, { method, headers });
      if (answer.ok) return answer;
      status = answer.status;
      if (!worthRetrying(status)) {
        const problem = await answer.json().catch(() => ({}));
        throw new Refused(status, saidByApi(problem.detail) || said("The upload was refused (HTTP {status}).", { status }));
      }
    } catch (error) {
      if (error instanceof Refused) throw error;
    }
    if (stopped()) throw new Refused(0, "");
    waits();
    await pause(AGAIN_MS[Math.min(tries + 1, AGAIN_MS.length - 1)]);
  }
}

const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

class PartsSender {
  constructor(file, tell, settings) {
    this.file = file;
    this.tell = tell;
    this.settings = settings;
    this.ended = false;
    this.id = null;
  }

  async start() {
    try {
      const tus = await tusLibrary(this.settings.script);
      this.print = await fingerprint(this.file);
      this.id = await this.found() || await this.announced();
      if (this.ended) return this.forget();
      this.tell.begun(this.id);
      await navigator.locks.request(`lectern ${this.id}`, { ifAvailable: true }, (lock) => {
        if (!lock) throw new Refused(0, said("This file is being sent from another tab. That goes on; nothing was begun here."));
        return this.sent(tus);
      });
      await this.settled();
    } catch (error) {
      this.fail(error);
    }
  }

  ask(method, path, headers = {}) {
    return patiently(method, path, headers, () => this.tell.paused(), () => this.ended);
  }

  async found() {
    const answer = await this.ask("GET", `?fingerprint=${this.print}`);
    const { items } = await answer.json();
    return items.find((item) => item.size_bytes === this.file.size)?.id;
  }

  async announced() {
    const told = { filename: this.file.name, fingerprint: this.print, client: thisBrowser() };
    const answer = await this.ask("POST", "", {
      "Tus-Resumable": "1.0.0",
      "Upload-Length": String(this.file.size),
      "Upload-Metadata": Object.entries(told).map(([k, v]) => `${k} ${base64(v)}`).join(","),
    });
    return answer.headers.get("Location").split("/").pop();
  }

  // Until all bytes are on the server. No `endpoint`: the library would begin a new upload from
  // byte 0 whenever the offset cannot be asked for, as while the product restarts.
  sent(tus) {
    return new Promise((resolve, reject) => {
      this.release = resolve;
      let heard = Date.now();
      const upload = new tus.Upload(this.file, {
        uploadUrl: new URL(`/api/uploads/${this.id}`, window.location.origin).href,
        chunkSize: this.settings.partBytes,
        retryDelays: Array.from({ length: 1000 }, (_, n) => AGAIN_MS[Math.min(n, AGAIN_MS.length - 1)]),
        storeFingerprintForResuming: false,
        onShouldRetry: (error) => {
          const again = worthRetrying(error.originalResponse?.getStatus() ?? 0);
          if (again) this.tell.paused();
          return again;
        },
        onProgress: (done, total) => {
          heard = Date.now();
          if (!this.ended) this.tell.progress(done, total);
        },
        onSuccess: resolve,
        onError: reject,
      });
      const restart = () => {
        if (this.ended) return;
        heard = Date.now();
        upload.abort().then(() => { if (!this.ended) upload.start(); });
      };
      // A connection that died without a word, and one that is back before the next try
      const watch = setInterval(() => {
        const waiting = upload.file && Date.now() - heard > STALLED_MS;
        if (waiting && !this.tell.isChecking()) { this.tell.paused(); restart(); }
      }, 5000);
      window.addEventListener("online", restart);
      this.unwatch = () => { clearInterval(watch); window.removeEventListener("online", restart); };
      this.upload = upload;
      upload.start();
    }).finally(() => this.unwatch());
  }

  async settled() {
    while (!this.ended) {
      const upload = await (await this.ask("GET", `/${this.id}`)).json();
      if (upload.state === "refused") throw new Refused(upload.problem.status, saidByApi(upload.problem.detail));
      if (upload.state === "ready") {
        this.ended = true;
        this.tell.arrived(upload.recording.id);
        return;
      }
      await pause(1000);
    }
  }

  fail(error) {
    if (this.ended) return;
    const status = error.status ?? error.originalResponse?.getStatus() ?? 0;
    if (status === 404 || status === 410) { this.start(); return; }
    this.ended = true;
    this.tell.failed(this.explained(error));
  }

  explained(error) {
    if (error instanceof Refused) return error.message;
    try {
      const problem = JSON.parse(error.originalResponse.getBody());
      if (problem.detail) return saidByApi(problem.detail);
    } catch { /* no answer, or none of ours */ }
    return said("The file could not be read on this computer, or was changed while it was sent. What had arrived is kept for a day; choose the file again to go on.");
  }

  forget() {
    if (this.id) fetch(`/api/uploads/${this.id}`, { method: "DELETE", keepalive: true }).catch(() => {});
  }

  // For good: the server forgets it, too
  cancel() {
    this.leave();
    this.forget();
    this.tell.stopped();
  }

  // For now: what has arrived stays on the server
  leave() {
    this.ended = true;
    this.upload?.abort();
    this.release?.();
  }
}

// What this browser began and did not end, without what another of its tabs is just sending
async function unfinished() {
  const answer = await fetch(`/api/uploads?client=${encodeURIComponent(thisBrowser())}`);
  if (!answer.ok) return [];
  const { held } = await navigator.locks.query();
  const busy = new Set(held.map((lock) => lock.name));
  return (await answer.json()).items.filter((item) => !busy.has(`lectern ${item.id}`));
}
