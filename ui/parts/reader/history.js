// What was done to the text, and the way back; declared final, nobody changes it by accident.
const KINDS = {
  edited: "Corrected", split: "Split", merged: "Joined", restored: "Went back",
  "carried over": "Corrections carried over", finalised: "Declared final", reopened: "Reopened",
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
    this.says.textContent = this.list.children.length ? "" : "Nobody has changed anything yet.";
    this.actions.replaceChildren(...this.whole());
  }

  // Only what is open is brought up to date
  refresh() { if (this.details.open) this.load(); }

  line(revision) {
    const made = element("li");
    const when = new Date(revision.at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
    const by = revision.by.startsWith("shr_") ? ` by a guest with the link ${revision.label ? `“${revision.label}”` : "without a label"}` : "";
    made.append(element("span", "when", `${KINDS[revision.kind] || revision.kind}${this.place(revision)}${by}, ${when}`));
    const [before, after] = [revision.before, revision.after].map((said) => said.map((each) => each.text).join(" | "));
    if (before !== after) {
      made.append(element("del", "", before || "[nothing said]"), " ", element("ins", "", after || "[nothing said]"));
    }
    const speaker = revision.after[0]?.speaker;
    if (revision.kind === "edited" && revision.before[0]?.speaker !== speaker) made.append(` Speaker: ${speaker || "unknown"}`);
    if (!this.reader.final) made.append(this.button("Go back to before this", () => this.restore(revision.number - 1)));
    return made;
  }

  place(revision) {
    if (revision.kind === "restored") return revision.restored ? ` to revision ${revision.restored}` : " to what the machine wrote";
    return revision.after.length ? ` at ${clock(revision.after[0].start)}` : "";
  }

  whole() {
    if (this.reader.final) return [this.button("Reopen it", () => this.act("reopen"))];
    const final = this.button("Declare it final", () => this.act("finalise"));
    return this.list.children.length ? [final, this.button("Go back to what the machine wrote", () => this.restore(0))] : [final];
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
