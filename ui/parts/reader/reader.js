// The transcript with its recording. It fetches the text itself, so that hours of it do not pass
// through Streamlit at every click, and listens to the job's events while it runs.
const readers = new WeakMap();
const LEAST_MS = 1500;

class Reader {
  constructor(root) {
    this.text = new Text(root.querySelector(".text"), (seconds) => this.player.from(seconds));
    this.player = new Player(root, (seconds) => this.text.follow(seconds));
    this.fetched = 0;
  }

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
    const answer = await fetch(this.data.address).catch(() => null);
    if (!answer || !answer.ok || this.closed) return;
    const { segments } = await answer.json();
    this.text.show(segments, this.data);
    if (segments.length || !this.data.active) this.player.load(`${this.data.address}/audio`);
    stand(this, segments);
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.events?.close();
    this.player.close();
  }
}

export default function ({ parentElement, data }) {
  let reader = readers.get(parentElement);
  if (!reader) {
    reader = new Reader(parentElement);
    readers.set(parentElement, reader);
  }
  reader.take(data);
  return () => {
    reader.close();
    readers.delete(parentElement);
  };
}
