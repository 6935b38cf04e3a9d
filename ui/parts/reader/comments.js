// Remarks at sentences. Guests write under a name they give; the owner settles and deletes.
class Comments {
  constructor(root, reader) {
    this.reader = reader;
    this.root = root.querySelector(".text");
    this.toggle = root.querySelector(".comment");
    this.toggle.onclick = () => this.choose(!this.active);
    this.items = [];
    this.active = false;
  }

  get address() { return `${this.reader.address}/comments`; }

  async load() {
    if (!this.reader.data.commentable) return;
    const answer = await ask(this.address);
    if (answer.ok) this.items = answer.told.items;
    this.mark();
  }

  // While choosing, a click or Enter on a sentence opens what was remarked there
  choose(on) {
    if (on && this.reader.editor.open) {
      this.reader.editor.save().then((saved) => { if (saved) this.choose(true); });
      return;
    }
    if (on && this.reader.text.correcting) this.reader.correct(false);
    this.active = on;
    this.reader.text.correct(on);
    this.toggle.setAttribute("aria-pressed", String(on));
    this.toggle.textContent = on ? said("Done commenting") : said("Comment");
    if (!on) this.close();
    this.reader.draw();
  }

  // A remark whose sentence became part of another stands with that one
  place(comment) {
    const { segments } = this.reader;
    const own = segments.find((each) => each.id === comment.segment);
    return (own || segments.findLast((each) => each.start <= comment.at + 0.001) || segments[0])?.id;
  }

  at(id) { return this.items.filter((each) => this.place(each) === id); }

  mark() {
    for (const old of this.root.querySelectorAll(".note")) old.remove();
    for (const id of new Set(this.items.map((each) => this.place(each)))) {
      const span = id && this.reader.text.span(id);
      if (!span) continue;
      const found = this.at(id), open = found.filter((each) => !each.resolved_at).length;
      const label = this.label(found.length, open);
      const note = this.button(label, `note${open ? "" : " settled"}`, () => (this.shown === id ? this.close() : this.show(id)));
      span.after(note);
    }
  }

  label(count, open) {
    if (count === 1) return open ? said("1 comment") : said("1 comment, settled");
    return open ? said("{count} comments", { count }) : said("{count} comments, settled", { count });
  }

  show(id) {
    const draft = this.shown === id ? this.area?.value : "";
    this.close();
    const span = this.reader.text.span(id);
    if (!span) return;
    this.shown = id;
    this.box = element("span", "remarks");
    for (const each of this.at(id)) this.box.append(this.remark(each));
    this.box.append(this.form(id, draft));
    const after = span.nextElementSibling?.classList.contains("note") ? span.nextElementSibling : span;
    after.after(this.box);
    this.area.focus({ preventScroll: true });
    this.box.scrollIntoView({ block: "nearest" });
  }

  remark(comment) {
    const made = element("span", `remark${comment.resolved_at ? " settled" : ""}`);
    const when = new Date(comment.created_at).toLocaleString(LOCALE, { dateStyle: "medium", timeStyle: "short" });
    const owner = this.reader.data.guest ? said("The owner") : said("You");
    made.append(element("span", "by", comment.resolved_at ? said("{name}, {when}, settled", { name: comment.author || owner, when }) : `${comment.author || owner}, ${when}`));
    made.append(element("span", "said", comment.text));
    if (!this.reader.data.guest) {
      const where = `${this.address}/${encodeURIComponent(comment.id)}`;
      made.append(
        this.button(comment.resolved_at ? said("Open again") : said("Settle"), "", () => this.act(where, "PATCH", { resolved: !comment.resolved_at })),
        this.button(said("Delete"), "", () => this.act(where, "DELETE")),
      );
    }
    return made;
  }

  form(id, draft) {
    const made = element("span", "remark-form");
    this.says = element("span", "edit-says");
    this.says.setAttribute("role", "status");
    this.area = element("textarea");
    this.area.rows = 2;
    this.area.maxLength = 2000;
    this.area.value = draft || "";
    this.area.setAttribute("aria-label", said("Your comment"));
    this.area.placeholder = said("Your comment");
    this.area.onkeydown = (event) => { if (event.key === "Escape") this.close(); };
    if (this.reader.data.guest) {
      this.name = element("input");
      this.name.maxLength = 64;
      this.name.value = drafts.get("guests-name") || "";
      this.name.setAttribute("aria-label", said("Your name"));
      this.name.placeholder = said("Your name");
      this.name.autocomplete = "name";
      made.append(this.name);
    }
    made.append(this.area, this.button(said("Send"), "save", () => this.send(id)), this.button(said("Close"), "", () => this.close()), this.says);
    return made;
  }

  async send(id) {
    const text = tidy(this.area.value), author = tidy(this.name?.value || "");
    if (!text || (this.name && !author)) { this.tell(text ? said("Please give a name.") : said("Please write something first.")); return; }
    if (this.name) drafts.keep("guests-name", author);
    const body = { segment: id, text, ...(this.name ? { author } : {}) };
    const answer = await ask(this.address, { method: "POST", body });
    if (!answer.ok) { this.tell(answer.detail); return; }
    this.area.value = "";
    await this.again();
  }

  async act(where, method, body) {
    const answer = await ask(where, { method, body });
    if (!answer.ok) { this.tell(answer.detail); return; }
    await this.again();
  }

  async again() {
    const { shown } = this;
    await this.load();
    if (shown) this.show(shown);
  }

  tell(text) { this.says.textContent = text; this.says.classList.add("failed"); }

  button(label, className, act) {
    const made = element("button", className, label);
    made.type = "button";
    made.onclick = (event) => { event.stopPropagation(); act(); };
    return made;
  }

  close() {
    this.box?.remove();
    this.box = this.shown = null;
  }
}
