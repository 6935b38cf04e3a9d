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
  constructor(root, say, pick) {
    this.root = root;
    this.say = say;
    this.pick = pick;
    this.correcting = false;
    this.words = [];
    this.drawn = [];
    this.now = null;
  }

  // While correcting, a click or Enter opens a sentence; else a click plays and two open
  correct(on) {
    this.correcting = on;
    this.root.classList.toggle("correcting", on);
    for (const span of this.root.querySelectorAll(".s")) this.reachable(span);
  }

  reachable(span) {
    if (this.correcting) {
      span.tabIndex = 0;
      span.setAttribute("role", "button");
    } else {
      span.removeAttribute("tabindex");
      span.removeAttribute("role");
    }
  }

  span(id) {
    return this.root.querySelector(`.s[data-id="${CSS.escape(id)}"]`);
  }

  // Paragraphs that did not change stay as they are: nothing jumps while text comes in
  show(segments, { doubtBelow, flagNames }) {
    this.options = { doubtBelow, flagNames };
    const groups = paragraphs(segments);
    const keys = groups.map((group) => JSON.stringify(group));
    const old = new Map(this.drawn.map((each) => [each.key, each.node]));
    this.drawn = groups.map((group, i) => ({ key: keys[i], node: old.get(keys[i]) || this.paragraph(group) }));
    const kept = new Set(this.drawn.map((each) => each.node));
    for (const node of old.values()) if (!kept.has(node)) node.remove();
    this.drawn.forEach(({ node }, i) => {
      if (this.root.children[i] !== node) this.root.insertBefore(node, this.root.children[i] || null);
    });
    this.words = [...this.root.querySelectorAll(".w")].map((node) => ({ node, start: +node.dataset.s, end: +node.dataset.e }));
  }

  paragraph(group) {
    const para = element("div", "para");
    const at = element("button", "at", clock(group[0].start));
    at.type = "button";
    at.setAttribute("aria-label", said("Play from {time}", { time: clock(group[0].start) }));
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
    span.dataset.id = segment.id;
    span.onclick = () => { if (this.correcting) this.pick(segment.id); };
    span.ondblclick = () => this.pick(segment.id);
    span.onkeydown = (event) => {
      if (event.target !== span || ![" ", "Enter"].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      this.pick(segment.id);
    };
    this.reachable(span);
    if (!segment.text) span.append(element("span", "empty", said("[nothing said]")));
    // What was repaired is marked word by word
    const known = segment.flags.filter((flag) => flag !== "repaired").map((flag) => this.options.flagNames[flag] || flag);
    if (known.length) {
      span.classList.add("flagged");
      span.title = known.join("; ");
    }
    // What nobody could make out has no words; it still plays from its start
    const words = segment.words.length || !segment.text ? segment.words : [{ word: segment.text, start: segment.start, end: segment.end, probability: 1 }];
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
      span.title = said("Heard with {percent} % certainty", { percent: Math.round(100 * word.probability) });
    }
    if (word.heard) {
      span.classList.add("repaired");
      span.title = said("Heard as “{heard}”, which sounds like this term", { heard: word.heard.trim() });
    }
    if (word.edited) {
      span.classList.add("own");
      span.title = said("Written by a person");
    }
    span.onclick = () => { if (!this.correcting) this.say(word.start); };
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
