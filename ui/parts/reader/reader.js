// The transcript with its recording. It fetches the text itself, so that hours of it do not pass
// through Streamlit at every click, and listens to the job's events while it runs.
const readers = new WeakMap();
const LEAST_MS = 1500;

class Reader {
  constructor(root) {
    this.text = new Text(
      root.querySelector(".text"), (seconds) => this.player.from(seconds), (id) => this.pick(id),
    );
    this.player = new Player(root, (seconds) => this.text.follow(seconds));
    this.tools = root.querySelector(".tools");
    this.toggle = root.querySelector(".correct");
    this.hint = root.querySelector(".hint");
    this.editor = new Editor(this);
    this.history = new History(root, this);
    this.comments = new Comments(root, this);
    this.toggle.onclick = () => this.correct(!this.text.correcting);
    this.segments = [];
    this.fetched = 0;
  }

  get address() { return this.data.address; }

  take(data) {
    const before = this.data;
    this.data = data;
    if (before && before.revision === data.revision && before.active === data.active) return;
    this.refresh();
    if (data.active) this.listen();
    else this.events?.close();
  }

  listen() {
    if (this.events) return;
    this.events = new EventSource(`${this.data.address}/events`);
    this.events.addEventListener("progress", () => this.later());
    this.events.addEventListener("end", () => { this.events.close(); this.refresh(); });
  }

  later() {
    if (this.timer) return;
    const wait = Math.max(0, LEAST_MS - (Date.now() - this.fetched));
    this.timer = setTimeout(() => { this.timer = null; this.refresh(); }, wait);
  }

  async refresh() {
    this.fetched = Date.now();
    const answer = await ask(this.address);
    if (!answer.ok || this.closed_) return;
    // A box that somebody types in stays where it is
    if (this.editor.open) { this.missed = true; return; }
    this.missed = false;
    this.etag = answer.etag;
    this.segments = answer.told.segments;
    this.final = Boolean(answer.told.final_at);
    this.language = answer.told.language;
    this.draw();
    if (this.segments.length || !this.data.active) this.player.load(`${this.address}/audio`);
    this.comments.load();
    stand(this);
    this.resume();
  }

  draw() {
    this.text.show(this.segments, this.data);
    this.comments.mark();
    const any = this.segments.length > 0, editable = this.data.editable && any;
    const commentable = Boolean(this.data.commentable) && any;
    this.tools.hidden = !editable && !commentable;
    this.toggle.hidden = !editable;
    this.comments.toggle.hidden = !commentable;
    this.history.details.hidden = !editable || this.data.guest;
    this.toggle.disabled = this.final;
    if (this.final && this.text.correcting && !this.comments.active) this.correct(false);
    this.hint.textContent = this.comments.active
      ? said("Choose the sentence you want to comment on.")
      : this.final && this.data.guest ? said("This transcript was declared final: it is not corrected any more.")
      : this.final ? said("This transcript was declared final. To correct it, reopen it under More.")
      : this.text.correcting ? said("Choose a sentence. Enter saves, Escape cancels, Tab goes on to the next.") : "";
  }

  // What was typed before a reload is put in front of the person again
  resume() {
    const found = this.data.editable && !this.final && this.segments.find((each) => {
      const draft = drafts.get(each.id);
      return draft !== null && tidy(draft) !== each.text;
    });
    if (!found) return;
    this.correct(true);
    this.pick(found.id);
  }

  correct(on) {
    if (this.comments.active) this.comments.choose(false);
    if (!on && this.editor.open) { this.editor.save().then((saved) => { if (saved) this.correct(false); }); return; }
    this.text.correct(on);
    this.toggle.setAttribute("aria-pressed", String(on));
    this.toggle.textContent = on ? said("Done correcting") : said("Correct the text");
    this.draw();
    if (on || !this.changed) return;
    this.changed = false;
    this.tellPage?.();
  }

  async pick(id) {
    if (this.comments.active) { this.comments.show(id); return; }
    if (!this.data.editable || this.final) return;
    if (this.editor.open) {
      if (this.editor.segment.id === id || !(await this.editor.save())) return;
    }
    this.player.audio.pause();
    const segment = this.segments.find((each) => each.id === id), span = this.text.span(id);
    if (!segment || !span) return;
    if (!this.text.correcting) this.correct(true);
    this.editor.show(segment, this.text.span(id));
  }

  beside(id, step) {
    return this.segments[this.segments.findIndex((each) => each.id === id) + step];
  }

  // The answer to a change: its segments stand where those of the same ids stood
  took({ segments, gone, etag }) {
    const ids = new Set([...segments.map((each) => each.id), ...gone]);
    const at = this.segments.findIndex((each) => ids.has(each.id));
    const rest = this.segments.filter((each) => !ids.has(each.id));
    rest.splice(at < 0 ? rest.length : at, 0, ...segments);
    this.segments = rest;
    if (etag) this.etag = etag;
    this.changed = true;
  }

  // Back to the text; `step` from the sentence `id` on is the next to be opened
  go(id, step) {
    this.closed();
    const next = step ? this.beside(id, step) : null;
    if (next) this.pick(next.id);
    else this.text.span(id)?.focus({ preventScroll: true });
  }

  closed() {
    this.draw();
    if (this.missed) this.refresh();
    this.history.refresh();
  }

  // Whether nothing is being typed any more
  async settled() {
    return !this.editor.open || this.editor.save();
  }

  close() {
    this.closed_ = true;
    clearTimeout(this.timer);
    this.events?.close();
    this.editor.end();
    this.player.close();
  }
}

export default function ({ parentElement, data, setTriggerValue }) {
  let reader = readers.get(parentElement);
  if (!reader) {
    reader = new Reader(parentElement);
    readers.set(parentElement, reader);
  }
  reader.tellPage = () => setTriggerValue("corrected", true);
  reader.take(data);
  return () => {
    reader.close();
    readers.delete(parentElement);
  };
}
