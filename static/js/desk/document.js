// An invoice as it is typed: plain objects, and functions that give a changed copy. What did not change is shared.

import { ascii, blockOf, headerKey, isDay } from "./text.js";

/** Columns of the grid that are typed into, in the order of the screen and of a pasted block without a header. */
export const CELLS = ["code", "quantity", "date", "percent", "part", "physician", "minutes", "ward", "irc", "authentic"];
const FIELDS = ["id", "of", "book", "title", ...CELLS];
const SAYS_SOMETHING = ["code", "title", "quantity", "percent", "minutes", "physician"];

let made = 0;
const freshId = () => `n${Date.now().toString(36)}${(made++).toString(36)}${Math.random().toString(36).slice(2, 6)}`;

export const blankLine = (fields = {}) => ({
  ...Object.fromEntries(FIELDS.map((name) => [name, ""])),
  id: freshId(),
  ...fields,
});

export const isBlank = (line) => SAYS_SOMETHING.every((name) => line[name].trim() === "");

/** The day a new row begins with; one that is in no calendar is not handed on. */
const dayFor = (doc, near) => [near?.date, doc.admitted_on].find((day) => day && isDay(day)) ?? "";

/** The document with one empty row at its end, to type the next service into. */
export const withWaitingRow = (doc) => {
  const last = doc.lines.at(-1);
  if (last && isBlank(last)) return doc;
  return { ...doc, lines: [...doc.lines, blankLine({ date: dayFor(doc, last) })] };
};

export const setField = (doc, name, value) => {
  if (doc[name] === value) return doc;
  const next = { ...doc, [name]: value };
  // Rows nobody typed into follow the day of admission.
  if (name === "admitted_on")
    next.lines = doc.lines.map((line) => (isBlank(line) ? { ...line, date: dayFor(next) } : line));
  return next;
};

/** Once the day of admission is right, the lines typed without a day get it. */
export const dateLines = (doc) => {
  const date = dayFor(doc);
  if (!date || doc.lines.every((line) => line.date.trim())) return doc;
  return { ...doc, lines: doc.lines.map((line) => (line.date.trim() ? line : { ...line, date })) };
};

/** A line with some cells changed. Another code is another service: its list and its name go with the old one. */
const changed = (line, cells) => {
  const next = { ...line, ...cells };
  if (cells.code !== undefined && cells.code !== line.code && cells.book === undefined)
    Object.assign(next, { book: "", title: "" });
  if (line.code === "" && next.code !== "" && next.quantity === "") next.quantity = "1";
  return next;
};

export const setCells = (doc, at, cells) => {
  const line = doc.lines[at];
  if (!line || Object.entries(cells).every(([name, value]) => line[name] === value)) return doc;
  return withWaitingRow({ ...doc, lines: doc.lines.with(at, changed(line, cells)) });
};

export const insertLine = (doc, at) => {
  const near = doc.lines[at] ?? doc.lines.at(-1);
  return { ...doc, lines: doc.lines.toSpliced(at, 0, blankLine({ date: dayFor(doc, near) })) };
};

export const removeLine = (doc, at) => withWaitingRow({ ...doc, lines: doc.lines.toSpliced(at, 1) });

/** The columns of a block by the names in its first row, or null where that row is no header. */
export const columnsOf = (row, known) => {
  const meaning = {};
  for (const [field, names] of Object.entries(known))
    for (const name of names) meaning[headerKey(name)] ??= field;
  const found = row.map((cell) => meaning[headerKey(cell)] ?? null);
  return found.includes("code") ? found : null;
};

/**
 * The document with a block of cells put in from row `at` and column `column` on: over empty rows, before full ones.
 * `known` has the names that head each column, `words` what the words for a part or a list mean.
 */
export const pasteBlock = (doc, at, column, text, { known, words }) => {
  let rows = blockOf(text);
  const headed = rows.length ? columnsOf(rows[0], known) : null;
  const columns = headed ?? CELLS.slice(CELLS.indexOf(column));
  if (headed) rows = rows.slice(1);
  const lines = [...doc.lines];
  let place = at;
  for (const row of rows) {
    const cells = cellsOf(row, columns, words);
    const target = lines[place];
    const isFree = target && (isBlank(target) || (!headed && columns[0] !== "code"));
    const base = isFree ? target : blankLine({ date: dayFor(doc, lines[place - 1]) });
    lines.splice(place, isFree ? 1 : 0, changed(base, cells));
    place += 1;
  }
  return { doc: withWaitingRow({ ...doc, lines }), count: rows.length, end: place };
};

const cellsOf = (row, columns, words) => {
  const cells = {};
  row.forEach((cell, i) => {
    const field = columns[i];
    if (!field || cell === "") return;
    const text = ascii(cell);
    cells[field] = words[field] ? (words[field][headerKey(text)] ?? (/^\d+$/.test(text) ? text : "")) : text;
  });
  return cells;
};

/** Whether two documents say the same; the empty row at the end says nothing. */
export const same = (one, other) => JSON.stringify(said(one)) === JSON.stringify(said(other));

const said = (doc) => {
  const names = Object.keys(doc).filter((name) => name !== "lines").sort();
  const lines = doc.lines.filter((line) => !isBlank(line));
  return [names.map((name) => [name, doc[name]]), lines.map((line) => FIELDS.slice(1).map((name) => line[name]))];
};
