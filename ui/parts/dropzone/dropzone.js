// Files go from here to the API directly (one origin, the proxy adds the token), not through
// Streamlit: they never lie in its memory, and their size is the API's business. Python is told
// the ids of what arrived. Names and messages are set as text, never as HTML.
const rooms = new WeakMap();

function bytes(n) {
  return n < 1e6 ? `${Math.max(1, Math.round(n / 1e3))} kB` : `${(n / 1e6).toFixed(n < 1e7 ? 1 : 0)} MB`;
}

function explained(xhr) {
  try {
    const problem = JSON.parse(xhr.responseText);
    if (problem.detail) return problem.detail;
  } catch { /* not a problem document */ }
  return xhr.status === 0
    ? "The upload was interrupted. Nothing of it was kept; the other recordings are not affected. Drop it again."
    : `The upload was refused (HTTP ${xhr.status}). Nothing of it was kept. Try again.`;
}

class Room {
  constructor(root, say) {
    this.say = say;
    this.waiting = [];
    this.busy = 0;
    this.arrived = [];
    this.open = new Set();
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
  }

  take(files) {
    for (const file of files) this.waiting.push({ file, ...this.row(file) });
    this.next();
  }

  row(file) {
    const row = document.createElement("div");
    row.className = "row";
    row.setAttribute("data-name", file.name);
    const name = document.createElement("span");
    name.className = "name";
    name.textContent = file.name;
    const state = document.createElement("span");
    state.className = "state";
    state.setAttribute("role", "status");
    state.textContent = `waiting, ${bytes(file.size)}`;
    const stop = document.createElement("button");
    stop.type = "button";
    stop.textContent = "Stop";
    row.append(name, state, stop);
    this.list.append(row);
    return { row, state, stop };
  }

  // Two at a time: more would not be faster on one computer
  next() {
    while (this.busy < 2 && this.waiting.length) {
      this.busy += 1;
      this.send(this.waiting.shift());
    }
  }

  send({ file, row, state, stop }) {
    const xhr = new XMLHttpRequest();
    this.open.add(xhr);
    let stopped = false;
    stop.onclick = () => { stopped = true; xhr.abort(); };
    xhr.open("POST", "/api/recordings");
    xhr.upload.onprogress = (event) => {
      if (!event.lengthComputable) return;
      const done = event.loaded >= event.total;
      state.textContent = done ? "reading the file" : `${bytes(event.loaded)} of ${bytes(event.total)}`;
    };
    xhr.onloadend = () => {
      this.open.delete(xhr);
      this.busy -= 1;
      if (xhr.status === 201) {
        row.remove();
        this.arrived = [...this.arrived, JSON.parse(xhr.responseText).id];
        this.say(this.arrived);
      } else if (stopped) {
        row.remove();
      } else {
        this.fail(row, state, stop, explained(xhr));
      }
      this.next();
    };
    const form = new FormData();
    form.append("file", file);
    xhr.send(form);
  }

  fail(row, state, stop, message) {
    row.classList.add("failed");
    row.setAttribute("role", "alert");
    state.textContent = message;
    stop.textContent = "Dismiss";
    stop.onclick = () => row.remove();
  }

  close() {
    window.removeEventListener("dragover", this.keep);
    window.removeEventListener("drop", this.keep);
    for (const xhr of this.open) xhr.abort();
  }
}

export default function ({ parentElement, setStateValue }) {
  const say = (ids) => setStateValue("arrived", ids);
  const known = rooms.get(parentElement);
  if (known) known.say = say;
  else rooms.set(parentElement, new Room(parentElement, say));
  return () => {
    rooms.get(parentElement)?.close();
    rooms.delete(parentElement);
  };
}
