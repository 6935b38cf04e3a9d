// The recording, with keys: space or k plays and pauses, j and l go 5 s back and forth.
class Player {
  constructor(root, onTime) {
    this.bar = root.querySelector(".player");
    this.silent = root.querySelector(".silent");
    this.seek = root.querySelector(".seek");
    this.time = root.querySelector(".time");
    this.play = root.querySelector(".play");
    this.audio = document.createElement("audio");
    this.audio.preload = "metadata";
    this.onTime = onTime;
    this.keys = (event) => this.key(event);
    this.wire(root);
  }

  wire(root) {
    const { audio } = this;
    this.play.onclick = () => this.toggle();
    root.querySelector(".back").onclick = () => this.jump(-5);
    root.querySelector(".forth").onclick = () => this.jump(5);
    root.querySelector(".speed").onchange = (event) => { audio.playbackRate = +event.target.value; };
    this.seek.oninput = () => { audio.currentTime = +this.seek.value; };
    audio.onloadedmetadata = () => { this.seek.max = audio.duration; this.tick(); };
    audio.onplay = () => { this.play.textContent = said("Pause"); this.run(); };
    audio.onpause = () => { this.play.textContent = said("Play"); };
    audio.onseeked = () => this.tick();
    audio.onerror = () => this.fail();
    document.addEventListener("keydown", this.keys);
  }

  // Asked for by hand first: the API says why when there is nothing to play yet
  async load(address) {
    if (this.address === address && !this.failed) return;
    this.address = address;
    this.failed = false;
    const answer = await fetch(address, { headers: { Range: "bytes=0-0" } }).catch(() => null);
    if (answer && answer.ok) {
      this.audio.src = address;
      this.bar.hidden = false;
      this.silent.hidden = true;
    } else {
      const problem = answer ? await answer.json().catch(() => ({})) : {};
      this.fail(problem.detail);
    }
  }

  fail(reason) {
    this.failed = true;
    this.bar.hidden = true;
    this.silent.hidden = false;
    this.silent.textContent = saidByApi(reason) || said("The recording cannot be played here. The transcript is not affected.");
  }

  from(seconds) {
    this.audio.currentTime = seconds;
    this.audio.play().catch(() => {});
  }

  toggle() {
    if (this.audio.paused) this.audio.play().catch(() => {});
    else this.audio.pause();
  }

  jump(seconds) {
    this.audio.currentTime = Math.max(0, this.audio.currentTime + seconds);
  }

  tick() {
    const { currentTime, duration } = this.audio;
    this.seek.value = currentTime;
    this.time.textContent = `${clock(currentTime)} / ${clock(duration || 0)}`;
    this.onTime(currentTime);
  }

  run() {
    if (this.audio.paused) return;
    this.tick();
    this.frame = requestAnimationFrame(() => this.run());
  }

  key(event) {
    const target = event.composedPath()[0];
    const typing = target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
    const pressing = event.key === " " && ["BUTTON", "A", "SUMMARY"].includes(target.tagName);
    if (typing || pressing || event.ctrlKey || event.metaKey || event.altKey || this.bar.hidden) return;
    const act = { " ": () => this.toggle(), k: () => this.toggle(), j: () => this.jump(-5), l: () => this.jump(5) }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  close() {
    document.removeEventListener("keydown", this.keys);
    cancelAnimationFrame(this.frame);
    this.audio.pause();
    this.audio.removeAttribute("src");
  }
}
