// What stands between the invoice and its registration: each sentence at its field, and all of them in one list.

import { isBlank } from "./document.js";
import { persian } from "./text.js";

export class Problems {
  #grid;
  #fields;
  #box;
  #marked = [];

  constructor({ grid, fields, box, go }) {
    this.#grid = grid;
    this.#fields = fields;
    this.#box = box;
    box.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-field]");
      if (button) go({ field: button.dataset.field, line: button.dataset.line === "" ? null : Number(button.dataset.line) });
    });
  }

  /** Draw them. Until somebody tries to register, empty fields that wait to be filled are not called wrong. */
  show(problems, doc, { all }) {
    const shown = problems.filter((problem) => all || !waits(problem, doc));
    this.#marked.forEach(unmark);
    this.#marked = [];
    const byInput = new Map();
    for (const problem of shown) {
      const input = this.input(problem);
      if (!input) continue;
      byInput.set(input, [...(byInput.get(input) ?? []), problem.text]);
    }
    byInput.forEach((texts, input) => this.#marked.push(mark(input, texts.join(" "))));
    this.#box.hidden = shown.length === 0;
    this.#box.querySelector(".count").textContent = persian(shown.length);
    this.#box.querySelector("ul").replaceChildren(...shown.map((problem) => this.#item(problem)));
    return shown;
  }

  input({ field, line }) {
    if (line === null) return this.#fields[field] ?? this.#grid.input(0, "code");
    return this.#grid.input(line, field) ?? this.#grid.input(line, "code");
  }

  #item(problem) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.field = problem.field;
    button.dataset.line = problem.line ?? "";
    const place = document.createElement("b");
    place.textContent = problem.line === null ? "" : `سطر ${persian(problem.line + 1)}: `;
    button.append(place, persian(problem.text));
    item.append(button);
    return item;
  }
}

const waits = ({ field, line }, doc) => {
  if (field === "lines") return true;
  if (line === null) return !(doc[field] ?? "").trim();
  const row = doc.lines[line];
  return row !== undefined && (isBlank(row) || !(row[field] ?? "").trim());
};

const mark = (input, text) => {
  const note = document.createElement("p");
  note.className = "field-error";
  note.id = `${input.id || input.closest("tr").dataset.line + input.dataset.cell}-wrong`;
  note.textContent = persian(text);
  (input.closest(".field") ?? input.parentElement).append(note);
  input.setAttribute("aria-invalid", "true");
  const described = input.getAttribute("aria-describedby") ?? "";
  input.setAttribute("aria-describedby", `${described} ${note.id}`.trim());
  return { input, note, described };
};

const unmark = ({ input, note, described }) => {
  note.remove();
  input.removeAttribute("aria-invalid");
  if (described) input.setAttribute("aria-describedby", described);
  else input.removeAttribute("aria-describedby");
};
