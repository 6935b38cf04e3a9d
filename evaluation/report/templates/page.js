// Choosing, sorting and finding in what the page already holds. Without scripts everything is shown.
"use strict";

const all = (selector, within = document) => [...within.querySelectorAll(selector)];

function chooseRun(name) {
  for (const part of all(".detail")) part.hidden = part.dataset.run !== name;
}

function drawChart(detail) {
  const field = detail.querySelector('[data-pick="field"]');
  const form = detail.querySelector('[data-pick="form"]');
  if (!field) return;
  for (const chart of all(".chart", detail)) chart.hidden = chart.dataset.key !== `${field.value}|${form.value}`;
}

const ORDERS = {
  errors: (item) => -Number(item.dataset.errors),
  rate: (item) => -Number(item.dataset.rate),
  doubt: (item) => Number(item.dataset.doubt),
  seconds: (item) => -Number(item.dataset.seconds),
};

function listWorst(detail) {
  const list = detail.querySelector(".worst");
  if (!list) return;
  const wanted = detail.querySelector('[data-pick="text"]').value.trim().toLowerCase();
  const group = detail.querySelector('[data-pick="group"]').value;
  const [name, value] = group ? JSON.parse(group) : [];
  const order = ORDERS[detail.querySelector('[data-pick="order"]').value];
  const items = all(".utterance", list).sort((a, b) => order(a) - order(b));
  let shown = 0;
  for (const item of items) {
    const fields = JSON.parse(item.dataset.fields);
    const fits = !name || (Object.hasOwn(fields, name) && fields[name] === value);
    item.hidden = !(fits && item.textContent.toLowerCase().includes(wanted));
    shown += item.hidden ? 0 : 1;
    list.append(item);
  }
  detail.querySelector("[data-shown]").textContent = shown === 1 ? "1 sentence" : `${shown} sentences`;
}

const run = document.getElementById("run");
run.addEventListener("change", () => chooseRun(run.value));
chooseRun(run.value);
for (const detail of all(".detail")) {
  for (const pick of all("[data-pick]", detail)) {
    const redraw = ["field", "form"].includes(pick.dataset.pick) ? drawChart : listWorst;
    pick.addEventListener("input", () => redraw(detail));
  }
  drawChart(detail);
  listWorst(detail);
}

const download = document.getElementById("download");
download.href = URL.createObjectURL(new Blob([document.getElementById("data").textContent], { type: "application/json" }));
download.hidden = false;
