// Suggestions under a cell, after the ARIA pattern of a combobox with a list.

import { get } from "./server.js";
import { ascii, persian } from "./text.js";

const WAIT = 120;
const SHORTEST = 2;

export class Combo {
  #list;
  #input = null;
  #found = [];
  #active = -1;
  #timer = 0;
  #waits = false;
  #asking = null;

  /** `sources` maps names of cells to addresses; `pick(input, item)` is told what was chosen. */
  constructor(list, sources, pick) {
    this.#list = list;
    this.sources = sources;
    this.pick = pick;
    list.addEventListener("pointerdown", (event) => {
      const option = event.target.closest("[role=option]");
      event.preventDefault(); // the focus stays in the cell
      if (option?.dataset.place) this.#choose(Number(option.dataset.place));
    });
    addEventListener("scroll", () => this.#place(), { capture: true, passive: true });
    addEventListener("resize", () => this.#place());
  }

  get isOpen() {
    return !this.#list.hidden;
  }

  typed(input) {
    const source = this.sources[input.dataset.cell];
    if (!source) return;
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#input = input;
    const words = ascii(input.value).trim();
    if (words.length < SHORTEST) return this.close();
    this.#waits = true;
    this.#timer = setTimeout(() => this.#ask(source, words), WAIT);
  }

  /** Whether a key was meant for the list. */
  key(event) {
    if (event.target !== this.#input || !(this.isOpen || this.#waits)) return false;
    const isArrow = !event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp");
    if (isArrow && (this.#waits || !this.#found.length)) {
      // Nothing to choose from, or not yet: the focus stays, lest the next word go into another row.
    } else if (isArrow) {
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.#activate((this.#active + step + this.#found.length) % this.#found.length);
    } else if (event.key === "Enter" && this.#active >= 0 && !this.#waits && !event.ctrlKey) {
      this.#choose(this.#active);
      return false; // chosen, and then on to the next cell as always
    } else if (event.key === "Escape") this.close();
    else return false;
    event.preventDefault();
    return true;
  }

  close() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#waits = false;
    this.#found = [];
    this.#active = -1;
    this.#list.hidden = true;
    this.#input?.setAttribute("aria-expanded", "false");
    this.#input?.removeAttribute("aria-activedescendant");
  }

  async #ask(source, words) {
    const input = this.#input;
    this.#asking = new AbortController();
    try {
      const { found } = await get(source, { q: words }, this.#asking.signal);
      if (document.activeElement === input) this.#show(found, words);
    } catch (fault) {
      // Without suggestions a code can be typed all the same.
      if (fault.name !== "AbortError") this.close();
    }
  }

  #show(found, words) {
    this.#found = found;
    this.#waits = false;
    this.#list.replaceChildren(...(found.length ? found.map(option) : [nothing(this.#input, words)]));
    this.#list.hidden = false;
    this.#input.setAttribute("aria-expanded", String(this.isOpen));
    this.#place();
    // A code that is typed in full, or a name: the first is meant. Half a code may go on.
    const isName = /\D/.test(words);
    this.#activate(found.length && (isName || found[0].code === words) ? 0 : -1);
    if (!found.length) this.#input.setAttribute("aria-activedescendant", this.#list.firstElementChild.id);
  }

  #activate(place) {
    this.#active = place;
    [...this.#list.children].forEach((el, i) => el.setAttribute("aria-selected", String(i === place)));
    const active = this.#list.children[place];
    if (!active) return this.#input.removeAttribute("aria-activedescendant");
    this.#input.setAttribute("aria-activedescendant", active.id);
    active.scrollIntoView({ block: "nearest" });
  }

  #choose(place) {
    const [input, item] = [this.#input, this.#found[place]];
    this.close();
    if (item) this.pick(input, item);
  }

  #place() {
    if (!this.isOpen) return;
    const cell = this.#input.getBoundingClientRect();
    const { style } = this.#list;
    const below = innerHeight - cell.bottom > 280 || cell.top < 280;
    style.insetInlineStart = `${Math.max(8, Math.min(innerWidth - cell.right, innerWidth - this.#list.offsetWidth - 8))}px`;
    style.insetBlockStart = below ? `${cell.bottom + 4}px` : "auto";
    style.insetBlockEnd = below ? "auto" : `${innerHeight - cell.top + 4}px`;
  }
}

/** The line that stands for an empty list; it cannot be chosen. */
const nothing = (input, words) => {
  const el = document.createElement("li");
  el.id = "desk-suggestion-none";
  el.className = "desk-nothing";
  el.setAttribute("role", "option");
  el.setAttribute("aria-disabled", "true");
  const about = document.createElement("bdi");
  about.textContent = `«${persian(words)}»`;
  el.append(about, ` پیدا نشد؛ ${input.dataset.nothing}`);
  return el;
};

const option = (item, place) => {
  const el = document.createElement("li");
  el.id = `desk-suggestion-${place}`;
  el.setAttribute("role", "option");
  el.dataset.place = place;
  const [code, title, note] = ["b", "span", "small"].map((name) => document.createElement(name));
  code.textContent = persian(item.code);
  title.textContent = persian(item.title);
  note.textContent = item.note;
  el.append(code, title, note);
  return el;
};
