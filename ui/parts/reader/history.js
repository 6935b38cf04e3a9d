// What was done to the text, and the way back; declared final, nobody changes it by accident.
const KINDS = {
  edited: said("Corrected at {time}, {when}"), split: said("Split at {time}, {when}"),
  merged: said("Joined at {time}, {when}"), "carried over": said("Corrections carried over, {when}"),
  finalised: said("Declared final, {when}"), reopened: said("Reopened, {when}"),
};

class History {
  constructor(root, reader) {
    this.reader = reader;
    this.details = root.querySelector(".more");
    this.list = root.querySelector(".revisions");
    this.actions = root.querySelector(".more-actions");
    this.says = root.querySelector(".more-says");
    this.older = root.querySelector(".older");
    this.details.ontoggle = () => { if (this.details.open) this.load(); };
    this.older.onclick = () => this.load(this.next);
  }

  async load(cursor) {
    const asked = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
    const answer = await ask(`${this.reader.address}/revisions?limit=20${asked}`);
    if (!answer.ok) { this.says.textContent = answer.detail; return; }
    if (!cursor) this.list.replaceChildren();
    for (const each of answer.told.items) this.list.append(this.line(each));
    this.next = answer.told.next;
    this.older.hidden = !this.next;
    this.says.textContent = this.list.children.length ? "" : said("Nobody has changed anything yet.");
    this.actions.replaceChildren(...this.whole());
  }

  // Only what is open is brought up to date
  refresh() { if (this.details.open) this.load(); }

  line(revision) {
    const made = element("li");
    const when = new Date(revision.at).toLocaleString(LOCALE, { dateStyle: "medium", timeStyle: "short" });
    made.append(element("span", "when", this.what(revision, when)));
    if (revision.by.startsWith("shr_")) made.append(element("span", "when", said("By a guest, with the link “{label}”", { label: revision.label || said("Without a label") })));
    const [before, after] = [revision.before, revision.after].map((spoken) => spoken.map((each) => each.text).join(" | "));
    if (before !== after) {
      made.append(element("del", "", before || said("[nothing said]")), " ", element("ins", "", after || said("[nothing said]")));
    }
    const speaker = revision.after[0]?.speaker;
    if (revision.kind === "edited" && revision.before[0]?.speaker !== speaker) made.append(" ", said("Speaker: {name}", { name: speaker || said("unknown") }));
    if (!this.reader.final) made.append(this.button(said("Go back to before this"), () => this.restore(revision.number - 1)));
    return made;
  }

  what(revision, when) {
    if (revision.kind === "restored") {
      return revision.restored
        ? said("Went back to revision {number}, {when}", { number: revision.restored, when })
        : said("Went back to what the machine wrote, {when}", { when });
    }
    const time = revision.after.length ? clock(revision.after[0].start) : "";
    return said(KINDS[revision.kind] || "{kind}, {when}", { kind: revision.kind, time, when });
  }

  whole() {
    if (this.reader.final) return [this.button(said("Reopen it"), () => this.act("reopen"))];
    const final = this.button(said("Declare it final"), () => this.act("finalise"));
    return this.list.children.length ? [final, this.button(said("Go back to what the machine wrote"), () => this.restore(0))] : [final];
  }

  button(label, act) {
    const made = element("button", "", label);
    made.type = "button";
    made.onclick = act;
    return made;
  }

  restore(number) { return this.act(`revisions/${number}/restore`); }

  async act(what) {
    if (!(await this.reader.settled())) return;
    const answer = await ask(`${this.reader.address}/${what}`, { method: "POST", etag: this.reader.etag });
    await this.reader.refresh();
    await this.load();
    if (answer.ok) this.reader.tellPage?.();
    else this.says.textContent = answer.detail;
  }
}
