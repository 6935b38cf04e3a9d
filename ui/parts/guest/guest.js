// Around the reader: what the link leads to, what it allows and until when, files to take away.
const ALLOWS = {
  view: said("With this link you can read, listen and download, until {time}."),
  comment: said("With this link you can read, listen, download and comment, until {time}."),
  edit: said("With this link you can read, listen, download, comment and correct, until {time}."),
};
const share = location.pathname.split("/")[2];
const base = `/api/shared/${encodeURIComponent(share)}`;
const secret = location.hash.slice(1);
// The secret leaves the address bar and the history before anything else happens
if (secret) history.replaceState(null, "", location.pathname);

const main = document.querySelector("main");
const part = (name) => main.querySelector(`.${name}`);
const moment = (time) => new Date(time).toLocaleString(LOCALE, { dateStyle: "long", timeStyle: "short" });

function fail(detail) {
  part("name").textContent = said("This transcript cannot be shown");
  part("facts").textContent = saidByApi(detail) || UNREACHABLE;
  part("facts").classList.add("failed");
}

async function begin() {
  const headers = secret ? { Authorization: `Bearer ${secret}` } : {};
  const answer = await fetch(`${base}/open`, { method: "POST", headers }).catch(() => null);
  const told = answer ? await answer.json().catch(() => ({})) : {};
  if (!answer?.ok) return fail(told.detail);
  about(told);
  if (told.status === "succeeded") downloads();
  show(told);
}

function about(told) {
  document.title = `${told.name} · Lectern`;
  part("name").textContent = told.name;
  const facts = [told.duration ? clock(told.duration) : null, told.language, told.model.split("+")[0]];
  part("facts").textContent = facts.filter(Boolean).join(" · ");
  const count = told.corrected;
  part("label").textContent = count === 0 ? said("Machine-generated: a person has not checked it.")
    : count === 1 ? said("Machine-generated, corrected by a person in one place.")
    : said("Machine-generated, corrected by a person in {count} places.", { count });
  const allows = ALLOWS[told.role].replace("{time}", moment(told.expires_at));
  const seen = said("Its owner sees when it is used, and for what.");
  part("allows").textContent = `${allows} ${seen}`;
}

async function downloads() {
  const answer = await ask(`${base}/exports`);
  if (!answer.ok) return;
  const choice = main.querySelector("select"), link = main.querySelector(".button");
  for (const each of answer.told.items) choice.append(new Option(saidByApi(each.label), each.name, each.name === "docx", each.name === "docx"));
  const point = () => { link.href = `${base}/export?format=${encodeURIComponent(choice.value)}`; };
  choice.onchange = point;
  point();
  part("downloads").hidden = false;
}

function show(told) {
  const root = part("reader").attachShadow({ mode: "open" });
  root.append(document.querySelector("template#reader").content.cloneNode(true));
  const over = told.status === "succeeded";
  const reader = new Reader(root);
  reader.take({
    ...JSON.parse(main.dataset.marks),
    address: base,
    revision: told.revision,
    at: null,
    active: ["queued", "running"].includes(told.status),
    editable: over && told.role === "edit",
    commentable: over && told.role !== "view",
    guest: true,
  });
  // Of a transcript in the making, what can be done changes when it is finished
  reader.events?.addEventListener("end", () => location.reload());
}

begin();
