// Where a link leads (`?t=62.1`): the word said at this second is marked and comes into view, and
// the recording waits there. Only once: whoever reads on is not called back.
function stand(reader) {
  const at = reader.data.at;
  if (reader.stood || at === null || at === undefined || !reader.segments.length) return;
  reader.stood = true;
  const { audio } = reader.player;
  const seek = () => { audio.currentTime = at; };
  if (audio.readyState > 0) seek();
  else audio.addEventListener("loadedmetadata", seek, { once: true });
  // A hair later: the address has the second rounded
  reader.text.follow(at + 0.001);
}
