// Files go from here to the API directly (one origin, the proxy adds the token), not through
// Streamlit: they never lie in its memory, and their size is the API's business. Python is told
// the ids of what arrived. Names and messages are set as text, never as HTML.
const rooms = new WeakMap();

const UNITS = { kB: 1e3, MB: 1e6, GB: 1e9 };

// Unit and digits in which a size is told
function scale(n) {
  if (n >= 1e9) return ["GB", 1];
  return n < 1e6 ? ["kB", 0] : ["MB", n < 1e7 ? 1 : 0];
}

function bytes(n) {
  const [unit, digits] = scale(n);
  return `${decimal(Math.max(n / UNITS[unit], unit === "kB" ? 1 : 0), digits)} ${unit}`;
}

// "1.2 of 2.0 GB": one unit for both
function share(done, total) {
  const [unit, digits] = scale(total);
  return said("{done} of {all}", { done: decimal(done / UNITS[unit], digits), all: bytes(total) });
}

class Room {
  constructor(root, say, settings) {
    this.say = say;
    this.settings = settings;
    this.waiting = [];
    this.open = new Set();
    this.left = new Map();
    this.arrived = [];
    this.list = root.querySelector(".list");
    this.area = root.querySelector(".area");
    this.input = root.querySelector("input");
    this.input.onchange = () => { this.take(this.input.files); this.input.value = ""; };
    this.area.ondragover = (event) => { event.preventDefault(); this.area.classList.add("over"); };
    this.area.ondragleave = () => this.area.classList.remove("over");
    this.area.ondrop = (event) => {
      event.preventDefault();
      this.area.classList.remove("over");
      this.take(event.dataTransfer.files);
    };
    // A file dropped beside the area must not replace the page
    this.keep = (event) => event.preventDefault();
    window.addEventListener("dragover", this.keep);
    window.addEventListener("drop", this.keep);
    this.remember();
  }

  take(files) {
    for (const file of files) this.waiting.push({ file, ...this.row(file.name, said("waiting, {size}", { size: bytes(file.size) })) });
    this.next();
  }

  row(called, says) {
    const row = document.createElement("div");
    row.className = "row";
    row.setAttribute("data-name", called);
    const name = document.createElement("span");
    name.className = "name";
    name.textContent = called;
    const state = document.createElement("span");
    state.className = "state";
    state.setAttribute("role", "status");
    state.textContent = says;
    const stop = document.createElement("button");
    stop.type = "button";
    stop.textContent = said("Cancel");
    row.append(name, state, stop);
    this.list.append(row);
    const entry = { row, state, stop };
    stop.onclick = () => {
      this.waiting = this.waiting.filter((other) => other.row !== row);
      row.remove();
    };
    return entry;
  }

  // Two at a time: more would not be faster on one computer
  next() {
    while (this.open.size < 2 && this.waiting.length) this.send(this.waiting.shift());
  }

  send({ file, row, state, stop }) {
    let checking = false;
    let was = 0;
    const over = () => { this.open.delete(sender); this.next(); };
    const tell = {
      begun: (id) => this.forgetLeft(id),
      isChecking: () => checking,
      progress: (done, total) => {
        checking = done >= total;
        was = done;
        row.classList.remove("paused");
        state.textContent = checking ? said("reading the file") : share(done, total);
      },
      paused: () => {
        row.classList.add("paused");
        state.textContent = was
          ? said("{share}, paused: the connection was lost, trying again", { share: share(was, file.size) })
          : said("paused: there is no connection, trying again");
      },
      arrived: (id) => { row.remove(); this.announce(id); over(); },
      stopped: () => { row.remove(); over(); },
      failed: (message) => { this.fail(row, state, stop, message); over(); },
    };
    const sender = file.size > this.settings.partsAbove
      ? new PartsSender(file, tell, this.settings)
      : new WholeSender(file, tell);
    this.open.add(sender);
    let cancelled = false;
    stop.onclick = () => { cancelled = true; sender.cancel(); };
    const failed = tell.failed;
    tell.failed = (message) => (cancelled ? tell.stopped() : failed(message));
    sender.start();
  }

  announce(id) {
    this.arrived = [...this.arrived, id];
    this.say(this.arrived);
  }

  fail(row, state, stop, message) {
    row.classList.remove("paused");
    row.classList.add("failed");
    row.setAttribute("role", "alert");
    state.textContent = message;
    stop.textContent = said("Dismiss");
    stop.onclick = () => row.remove();
  }

  // What an earlier page of this browser began: go on with the same file, or discard it
  async remember() {
    let found = [];
    try { found = await unfinished(); } catch { return; }
    const own = new Set([...this.open].map((sender) => sender.id));
    for (const upload of found.filter((one) => !own.has(one.id))) {
      if (upload.state === "checking") { this.collect(upload); continue; }
      const says = said("{share} are here. Choose the same file again to go on.", { share: share(upload.received_bytes, upload.size_bytes) });
      const { row, stop } = this.row(upload.name, says);
      row.classList.add("left");
      stop.textContent = said("Discard");
      stop.onclick = () => {
        this.forgetLeft(upload.id);
        fetch(`/api/uploads/${upload.id}`, { method: "DELETE" }).catch(() => {});
      };
      this.left.set(upload.id, row);
    }
  }

  // All of it is there: whoever asks for it makes it a recording
  async collect(upload) {
    const entry = this.row(upload.name, said("reading the file"));
    const sender = new PartsSender(null, {
      paused: () => {},
      arrived: (id) => { entry.row.remove(); this.announce(id); },
      failed: (message) => this.fail(entry.row, entry.state, entry.stop, message),
    }, this.settings);
    sender.id = upload.id;
    sender.settled().catch((error) => sender.tell.failed(error.message));
  }

  forgetLeft(id) {
    this.left.get(id)?.remove();
    this.left.delete(id);
  }

  close() {
    window.removeEventListener("dragover", this.keep);
    window.removeEventListener("drop", this.keep);
    for (const sender of this.open) sender.leave();
  }
}

export default function ({ data, parentElement, setStateValue }) {
  const say = (ids) => setStateValue("arrived", ids);
  const known = rooms.get(parentElement);
  if (known) known.say = say;
  else rooms.set(parentElement, new Room(parentElement, say, data));
  return () => {
    rooms.get(parentElement)?.close();
    rooms.delete(parentElement);
  };
}
