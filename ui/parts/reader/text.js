// The transcript as paragraphs of words. All text is set as text, never as HTML.
const PAUSE_S = 1.6, LONG_S = 45;

function clock(seconds) {
  const whole = Math.floor(seconds), h = Math.floor(whole / 3600);
  const m = Math.floor((whole % 3600) / 60), s = String(whole % 60).padStart(2, "0");
  return h ? `${h}:${String(m).padStart(2, "0")}:${s}` : `${m}:${s}`;
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// A new paragraph at a pause, another speaker, or a sentence's end once it is long
function paragraphs(segments) {
  const groups = [];
  let last = null;
  for (const segment of segments) {
    const group = groups[groups.length - 1];
    const apart = !last || segment.speaker !== last.speaker || segment.start - last.end > PAUSE_S
      || (segment.start - group[0].start > LONG_S && /[.?!…]["”']?$/.test(last.text.trim()));
    if (apart) groups.push([segment]);
    else group.push(segment);
    last = segment;
  }
  return groups;
}

class Text {
  constructor(root, say) {
    this.root = root;
    this.say = say;
    this.words = [];
    this.drawn = [];
    this.now = null;
  }

  // Paragraphs that did not change stay as they are: nothing jumps while text comes in
  show(segments, { doubtBelow, flagNames }) {
    this.options = { doubtBelow, flagNames };
    const groups = paragraphs(segments);
    const keys = groups.map((group) => JSON.stringify(group));
    let same = 0;
    while (same < keys.length && same < this.drawn.length && keys[same] === this.drawn[same].key) same += 1;
    for (const old of this.drawn.splice(same)) old.node.remove();
    for (let i = same; i < groups.length; i += 1) {
      const node = this.paragraph(groups[i]);
      this.root.append(node);
      this.drawn.push({ key: keys[i], node });
    }
    this.words = [...this.root.querySelectorAll(".w")].map((node) => ({ node, start: +node.dataset.s, end: +node.dataset.e }));
  }

  paragraph(group) {
    const para = element("div", "para");
    const at = element("button", "at", clock(group[0].start));
    at.type = "button";
    at.setAttribute("aria-label", `Play from ${clock(group[0].start)}`);
    at.onclick = () => this.say(group[0].start);
    para.append(at);
    if (group[0].speaker) para.append(element("span", "who", group[0].speaker));
    const p = element("p");
    group.forEach((segment, i) => {
      if (i) p.append(" ");
      p.append(this.segment(segment));
    });
    para.append(p);
    return para;
  }

  segment(segment) {
    const span = element("span", "s");
    // What was repaired is marked word by word
    const known = segment.flags.filter((flag) => flag !== "repaired").map((flag) => this.options.flagNames[flag] || flag);
    if (known.length) {
      span.classList.add("flagged");
      span.title = known.join("; ");
    }
    // An edited segment may have lost its words; its text still plays from its start
    const words = segment.words.length ? segment.words : [{ word: segment.text, start: segment.start, end: segment.end, probability: 1 }];
    words.forEach((word, i) => span.append(this.word(word, i)));
    return span;
  }

  word(word, i) {
    const made = document.createDocumentFragment();
    const text = word.word.trimStart();
    if (i && text !== word.word) made.append(" ");
    const span = element("span", "w", text);
    span.dataset.s = word.start;
    span.dataset.e = word.end;
    if (word.probability < this.options.doubtBelow) {
      span.classList.add("doubt");
      span.title = `Heard with ${Math.round(100 * word.probability)} % certainty`;
    }
    if (word.heard) {
      span.classList.add("repaired");
      span.title = `Heard as “${word.heard.trim()}”, which sounds like this term`;
    }
    span.onclick = () => this.say(word.start);
    made.append(span);
    return made;
  }

  // The word spoken at this second, found by halving
  follow(seconds) {
    let low = 0, high = this.words.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.words[middle].start <= seconds) low = middle;
      else high = middle - 1;
    }
    const found = this.words[low];
    const now = found && found.start <= seconds && seconds < found.end + 0.3 ? found.node : null;
    if (now === this.now) return;
    this.now?.classList.remove("now");
    now?.classList.add("now");
    this.now = now;
    if (!now) return;
    const box = now.getBoundingClientRect();
    if (box.bottom > window.innerHeight - 40 || box.top < 120) now.scrollIntoView({ block: "center", behavior: "smooth" });
  }
}
