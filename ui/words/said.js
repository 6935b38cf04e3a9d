// A sentence in the reader's language, with `{name}` filled in; WORDS comes before this.
const said = (text, values = {}) => (WORDS[text] ?? text)
  .replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
const saidByApi = (text) => (text ? WORDS[text] ?? text : text);
const decimal = (number, digits = 0) => number.toLocaleString(
  LOCALE, { minimumFractionDigits: digits, maximumFractionDigits: digits },
);
