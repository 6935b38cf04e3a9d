// A file in one request: the short way, for what is sent again in a minute when it fails.
function refusedBecause(xhr) {
  try {
    const problem = JSON.parse(xhr.responseText);
    if (problem.detail) return saidByApi(problem.detail);
  } catch { /* not a problem document */ }
  return xhr.status === 0
    ? said("The upload was interrupted. Nothing of it was kept; the other recordings are not affected. Drop it again.")
    : said("The upload was refused (HTTP {status}). Nothing of it was kept. Try again.", { status: xhr.status });
}

class WholeSender {
  constructor(file, tell) {
    this.file = file;
    this.tell = tell;
  }

  start() {
    const xhr = new XMLHttpRequest();
    this.xhr = xhr;
    xhr.open("POST", "/api/recordings");
    xhr.upload.onprogress = (event) => {
      if (event.lengthComputable) this.tell.progress(event.loaded, event.total);
    };
    xhr.onloadend = () => {
      if (xhr.status === 201) this.tell.arrived(JSON.parse(xhr.responseText).id);
      else this.tell.failed(refusedBecause(xhr));
    };
    const form = new FormData();
    form.append("file", this.file);
    xhr.send(form);
  }

  cancel() { this.xhr.abort(); }
  leave() { this.xhr.abort(); }
}
