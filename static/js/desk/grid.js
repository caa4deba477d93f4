// The rows of the invoice on the page: drawn from the document, and walked through from the keyboard.

import { CELLS, isBlank } from "./document.js";
import { ascii, grouped, persian } from "./text.js";

/** Enter leaves a row after the quantity, that of a drug or device after its code; the cells beyond are for Tab. */
const LAST_OF_ENTER = "quantity";
const LAST_OF_ITEM = "irc";
/** Rows made at once: laying out three hundred new ones would hold the page for a second. */
const AT_ONCE = 20;

export class Grid {
  #body;
  #template;
  #rows = new Map();
  #order = [];
  #doc = null;
  #prices = new Map();
  #wanted = null;
  #going = false;
  #drawn;

  #items;

  /** `items` are the lists whose lines have a registration code; `drawn` is called when the last of many rows stands. */
  constructor(table, template, items, drawn = () => {}) {
    this.table = table;
    this.#drawn = drawn;
    this.#items = new Set(items);
    this.#body = table.tBodies[0];
    this.#template = template;
  }

  /** Make the rows of the page those of the document; inputs that say the right thing already are left alone. */
  render(doc) {
    this.#doc = doc;
    this.#order = doc.lines.map((line) => line.id);
    // Rows that are gone leave first: a row that is moved while one types in it would lose the focus.
    const kept = new Set(this.#order);
    for (const [id, row] of this.#rows) if (!kept.has(id)) (row.el.remove(), this.#rows.delete(id));
    this.#draw();
    const count = String(doc.lines.length + 1);
    if (this.table.getAttribute("aria-rowcount") !== count) this.table.setAttribute("aria-rowcount", count);
  }

  /** Fill the rows there are and make some of those that are not; the rest follow once the page has been painted. */
  #draw() {
    let room = AT_ONCE;
    let next = this.#body.firstElementChild;
    this.#doc.lines.forEach((line, place) => {
      let row = this.#rows.get(line.id);
      if (!row && room === 0) return;
      if (!row) (row = this.#made(line.id), (room -= 1));
      if (row.el === next) next = next.nextElementSibling;
      else this.#body.insertBefore(row.el, next);
      this.#fill(row, line, place);
    });
    if (this.#wanted) this.#focusWanted();
    if (this.#rows.size < this.#order.length) this.#goOn();
  }

  #goOn() {
    if (this.#going) return;
    this.#going = true;
    requestAnimationFrame(() =>
      setTimeout(() => {
        this.#going = false;
        this.#draw();
        if (!this.#going) this.#drawn();
      }),
    );
  }

  /** Where one was led before its row stood; whoever has gone elsewhere since stays there. */
  #focusWanted() {
    const { place, cell, from } = this.#wanted;
    const input = this.input(place, cell);
    const isElsewhere = ![from, document.body].includes(document.activeElement);
    if (!input && !isElsewhere) return;
    this.#wanted = null;
    if (input && !isElsewhere) (input.focus(), input.select?.());
  }

  #made(id) {
    const el = this.#template.content.firstElementChild.cloneNode(true);
    const one = (selector) => el.querySelector(selector);
    const inputs = Object.fromEntries([...el.querySelectorAll("[data-cell]")].map((i) => [i.dataset.cell, i]));
    const row = {
      el, inputs, number: one("[data-number]"), title: one("[data-title]"), physician: one("[data-physician]"),
      steps: one("[data-steps]"), amount: one("[data-amount]"), patient: one("[data-patient]"), shown: null, told: "", place: -1,
      book: "",
    };
    el.dataset.line = id;
    this.#rows.set(id, row);
    this.#price(row, this.#prices.get(id) ?? null);
    return row;
  }

  #fill(row, line, place) {
    for (const [name, input] of Object.entries(row.inputs)) {
      dress(input, line[name]);
    }
    write(row.title, line.title || row.shown?.title || "");
    row.book = line.book;
    this.#showItem(row);
    if (row.place === place) return;
    row.place = place;
    row.el.setAttribute("aria-rowindex", String(place + 2));
    write(row.number, place + 1);
    for (const input of Object.values(row.inputs))
      input.setAttribute("aria-label", `${input.dataset.label}، سطر ${persian(place + 1)}`);
  }

  /** Prices of the lines as they were when they were asked for; a row that is gone by now is passed over. */
  price(lines, doc) {
    this.#prices = new Map(lines.map((line) => [doc.lines[line.place]?.id, line]));
    for (const [id, row] of this.#rows) this.#price(row, this.#prices.get(id) ?? null);
  }

  /** The cells of drugs and devices stand open only where the line is one. */
  #showItem(row) {
    row.el.toggleAttribute("data-item", this.#items.has(String(row.book || row.shown?.book || "")));
  }

  #price(row, line) {
    // A row that costs what it cost is left alone: whatever is written anew is laid out anew. Its place is not shown.
    const told = line ? JSON.stringify({ ...line, place: null }) : "";
    if (row.told === told) return;
    [row.shown, row.told] = [line, told];
    this.#showItem(row);
    write(row.title, row.title.textContent || line?.title || "");
    if (row.physician) write(row.physician, line?.physician ?? "");
    row.steps.replaceChildren(...(line?.steps ?? []).map(step));
    row.amount.replaceChildren(...amount(line));
    write(row.patient, line && line.amount !== null ? grouped(line.patient) : "");
  }

  // ---- where the keyboard is

  /** Place of the row and name of the cell that an element belongs to, or null. */
  at(el) {
    const row = el?.closest?.("tr[data-line]");
    if (!row || !el.dataset.cell) return null;
    return { place: this.#order.indexOf(row.dataset.line), cell: el.dataset.cell };
  }

  input(place, cell) {
    return this.#rows.get(this.#order[place])?.inputs[cell] ?? null;
  }

  /** Lead to a cell; to one whose row does not stand yet, as soon as it does. */
  focus(place, cell) {
    const at = Math.max(0, Math.min(place, this.#order.length - 1));
    const input = this.input(at, cell);
    this.#wanted = input ? null : { place: at, cell, from: document.activeElement };
    input?.focus();
    input?.select?.();
    return Boolean(input);
  }

  /** Where Enter leads from a cell: through the row, and after the quantity to the next row. */
  after({ place, cell }, line) {
    const cells = this.cells;
    const i = cells.indexOf(cell);
    const isItem = this.#rows.get(this.#order[place])?.el.hasAttribute("data-item");
    if (isItem && cell === LAST_OF_ENTER) return { place, cell: LAST_OF_ITEM };
    const rowIsOver = cell === LAST_OF_ENTER || cell === LAST_OF_ITEM || i === cells.length - 1;
    if (cell === "code" && isBlank(line)) return { place, cell };
    return rowIsOver ? { place: place + 1, cell: "code" } : { place, cell: cells[i + 1] };
  }

  before({ place, cell }) {
    const i = this.cells.indexOf(cell);
    if (i > 0) return { place, cell: this.cells[i - 1] };
    return place > 0 ? { place: place - 1, cell: LAST_OF_ENTER } : null;
  }

  beside({ place, cell }, step) {
    const next = this.cells[this.cells.indexOf(cell) + step];
    return next ? { place, cell: next } : null;
  }

  get cells() {
    const first = this.#rows.get(this.#order[0]);
    return CELLS.filter((name) => !first || first.inputs[name]);
  }

  get length() {
    return this.#order.length;
  }
}

/** Show a text in Persian digits; the field one is typing in keeps what one sees there, and the caret its place. */
export const dress = (input, text) => {
  if (input.type === "checkbox") return void (input.checked = text === "1");
  const shown = input.tagName === "SELECT" ? text : persian(text);
  if (input.value === shown || (input === document.activeElement && ascii(input.value) === text)) return;
  input.value = shown;
};

/** Say a text in Persian digits where it does not stand already. */
const write = (el, text) => {
  const shown = persian(text);
  if (el.textContent !== shown) el.textContent = shown;
};

const step = ({ units, factor }) => {
  const el = document.createElement("span");
  el.textContent = units ? `${units} × ${grouped(factor)}` : grouped(factor);
  return el;
};

const amount = (line) => {
  if (!line) return [];
  const figure = document.createElement("span");
  if (line.amount === null) {
    figure.className = "badge badge-bad";
    figure.textContent = line.missing;
    return [figure];
  }
  figure.className = "num";
  figure.textContent = grouped(line.amount);
  if (!line.note) return [figure];
  const note = document.createElement("small");
  note.textContent = line.note;
  return [figure, note];
};
