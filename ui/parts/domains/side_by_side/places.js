// Plays the places of a preview: whatever on the page has `data-from` and `data-to` (seconds).
const players = new WeakMap();
const AROUND_S = 0.4;

class Places {
  constructor(root) {
    this.player = new Player(root, (seconds) => this.stopBehind(seconds));
    this.click = (event) => this.clicked(event.target.closest?.("[data-from]"));
    document.addEventListener("click", this.click);
  }

  clicked(place) {
    if (!place) return;
    this.until = +place.dataset.to + AROUND_S;
    this.player.from(Math.max(0, +place.dataset.from - AROUND_S));
  }

  // Once: who plays on from there by hand wants to hear more
  stopBehind(seconds) {
    if (this.until === undefined || seconds < this.until) return;
    if (seconds < this.until + 1) this.player.audio.pause();
    this.until = undefined;
  }

  close() {
    document.removeEventListener("click", this.click);
    this.player.close();
  }
}

export default function ({ parentElement, data }) {
  let places = players.get(parentElement);
  if (!places) {
    places = new Places(parentElement);
    players.set(parentElement, places);
  }
  places.player.load(data.address);
  return () => {
    places.close();
    players.delete(parentElement);
  };
}
