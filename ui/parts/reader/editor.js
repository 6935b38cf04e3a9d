// One sentence at a time, corrected where it stands. Enter saves, Escape cancels, Tab goes on.
const tidy = (text) => text.replace(/\s+/gu, " ").trim();

class Editor {
  // `reader`: address, segments, took(answer), closed()
  constructor(reader) {
    this.reader = reader;
    this.leaving = (event) => { if (this.dirty) event.preventDefault(); };
    window.addEventListener("beforeunload", this.leaving);
  }

  get open() { return Boolean(this.segment); }

  get dirty() { return this.open && tidy(this.area.value) !== this.segment.text; }

  show(segment, span) {
    this.segment = segment;
    this.span = span;
    this.etag = segment.etag;
    const draft = drafts.get(segment.id);
    this.box = element("span", "editing");
    this.area = element("textarea");
    this.area.value = draft ?? segment.text;
    this.area.rows = 1;
    this.area.spellcheck = true;
    this.area.lang = this.reader.language || "";
    this.area.setAttribute("aria-label", said("Correct the sentence at {time}", { time: clock(segment.start) }));
    this.area.oninput = () => { drafts.keep(segment.id, this.area.value); this.fit(); };
    this.area.onkeydown = (event) => this.key(event);
    this.bar = element("span", "edit-bar");
    this.says = element("span", "edit-says");
    this.says.setAttribute("role", "status");
    this.conflict = element("span", "conflict");
    this.conflict.hidden = true;
    this.bar.append(
      this.button(said("Save"), "save", () => this.save()),
      this.button(said("Cancel"), "", () => this.cancel()),
      this.button(said("Split here"), "", () => this.split()),
      this.button(said("Join with next"), "", () => this.join()),
      this.says,
    );
    this.box.append(this.area, this.conflict, this.bar);
    span.hidden = true;
    span.after(this.box);
    this.fit();
    this.area.focus({ preventScroll: true });
    this.area.setSelectionRange(this.area.value.length, this.area.value.length);
    this.box.scrollIntoView({ block: "nearest" });
    if (draft !== null && draft !== segment.text) this.tell(said("Typed earlier and not saved."));
  }

  button(label, className, act) {
    const made = element("button", className, label);
    made.type = "button";
    made.onclick = act;
    return made;
  }

  fit() {
    this.area.style.height = "auto";
    this.area.style.height = `${this.area.scrollHeight}px`;
  }

  tell(text, failed = false) {
    this.says.textContent = text;
    this.says.classList.toggle("failed", failed);
  }

  key(event) {
    if (event.isComposing) return;
    const act = {
      Enter: () => this.save(),
      Escape: () => this.cancel(),
      Tab: () => this.save(event.shiftKey ? -1 : 1),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  // True when what stands in the box is kept. `step`: which sentence to open then, 0 for none
  async save(step = 0) {
    if (this.saving) return false;
    const { segment } = this;
    if (this.dirty && !(await this.send("PATCH", "", { text: tidy(this.area.value) }))) return false;
    this.close(true);
    this.reader.go(segment.id, step);
    return true;
  }

  async send(method, what, body, etag = this.etag) {
    this.saving = true;
    this.tell(said("Saving…"));
    for (const each of this.bar.querySelectorAll("button")) each.disabled = true;
    const address = `${this.reader.address}/segments/${encodeURIComponent(this.segment.id)}${what}`;
    const answer = await ask(address, { method, etag, body });
    this.saving = false;
    for (const each of this.bar.querySelectorAll("button")) each.disabled = false;
    // Kept the first time, though the answer to that was lost on the way
    const there = answer.status === 412 && answer.told.segments?.[0];
    const kept = there && method === "PATCH" && there.id === this.segment.id && there.text === body.text;
    if (!answer.ok && !kept) {
      this.fail(answer);
      return false;
    }
    this.reader.took(kept ? { segments: [there], gone: [], etag: answer.told.etag } : answer.told);
    this.segment = kept ? there : answer.told.segments[0];
    this.etag = this.segment.etag;
    return true;
  }

  // Both texts stay in sight, and the person chooses
  fail(answer) {
    this.tell(answer.detail, true);
    const theirs = answer.status === 412 && answer.told.segments?.[0];
    if (!theirs) return;
    this.tell("");
    this.bar.hidden = true;
    this.reader.missed = true;
    this.conflict.replaceChildren(
      element("span", "edit-says", said("Somebody changed this sentence while you typed. Theirs:")),
      element("span", "theirs", theirs.text || said("[nothing said]")),
    );
    if (theirs.id === this.segment.id) {
      this.conflict.append(
        this.button(said("Keep mine"), "", () => {
          this.conflict.hidden = true;
          this.bar.hidden = false;
          this.etag = theirs.etag;
          this.save();
        }),
      );
    } else {
      this.conflict.append(element("span", "edit-says", said("It is part of another sentence now. Copy what you need of yours.")));
    }
    this.conflict.append(this.button(said("Take theirs"), "", () => this.cancel()));
    this.conflict.hidden = false;
  }

  async split() {
    const before = tidy(this.area.value.slice(0, this.area.selectionStart));
    if (this.dirty && !(await this.send("PATCH", "", { text: tidy(this.area.value) }))) return;
    if (!(await this.send("POST", "/split", { offset: [...before].length }))) return;
    this.close(true);
    this.reader.closed();
  }

  async join() {
    const next = this.reader.beside(this.segment.id, 1);
    if (!next) { this.tell(said("This is the last sentence.")); return; }
    if (this.dirty && !(await this.send("PATCH", "", { text: tidy(this.area.value) }))) return;
    const answer = await ask(`${this.reader.address}/segments/merge`, {
      method: "POST", etag: `${this.etag}, ${next.etag}`, body: { ids: [this.segment.id, next.id] },
    });
    if (!answer.ok) { this.tell(answer.detail, true); this.reader.missed = true; return; }
    this.reader.took(answer.told);
    this.close(true);
    this.reader.closed();
  }

  cancel() {
    const { segment } = this;
    this.close(true);
    this.reader.go(segment.id, 0);
  }

  // `done`: nothing in the box is wanted any more
  close(done) {
    if (!this.open) return;
    if (done) drafts.drop(this.segment.id);
    this.box.remove();
    this.span.hidden = false;
    this.segment = null;
  }

  end() {
    window.removeEventListener("beforeunload", this.leaving);
    this.close(false);
  }
}
