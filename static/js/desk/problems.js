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
    const shown = this.#inPageOrder(problems.filter((problem) => all || !waits(problem, doc)));
    const byInput = new Map();
    for (const problem of shown) {
      const input = problem.severity === "note" ? null : this.input(problem);
      if (!input) continue;
      byInput.set(input, [...(byInput.get(input) ?? []), problem]);
    }
    this.#mark(byInput);
    this.#box.hidden = shown.length === 0;
    this.#box.querySelector(".count").textContent = persian(shown.length);
    this.#box.querySelector("ul").replaceChildren(...shown.map((problem) => this.#item(problem)));
    return shown;
  }

  /** Sentences that stand already are left alone: 300 of them drawn anew after each key would hold up the next one. */
  #mark(byInput) {
    const stays = ({ input, said }) => byInput.has(input) && input.isConnected && said === saidOf(byInput.get(input));
    const kept = this.#marked.filter(stays);
    this.#marked.filter((one) => !stays(one)).forEach(unmark);
    const standing = new Set(kept.map(({ input }) => input));
    const fresh = [...byInput].filter(([input]) => !standing.has(input));
    this.#marked = [...kept, ...fresh.map(([input, problems]) => mark(input, problems))];
  }

  #inPageOrder(problems) {
    const places = new Map([...document.querySelectorAll("[data-field], [data-cell]")].map((el, place) => [el, place]));
    const placeOf = (problem) => places.get(this.input(problem)) ?? places.size;
    return problems
      .map((problem) => [placeOf(problem), problem])
      .sort(([one], [other]) => one - other)
      .map(([, problem]) => problem);
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
    button.className = problem.severity ?? "bad";
    const place = document.createElement("b");
    place.textContent = problem.line === null ? "" : `سطر ${persian(problem.line + 1)}: `;
    button.append(place, persian(problem.text));
    if (problem.severity) button.append(" ", badge(problem));
    item.append(button);
    return item;
  }
}

const badge = ({ severity, label }) => {
  const el = document.createElement("span");
  el.className = `badge badge-${{ block: "bad", warn: "warn" }[severity] ?? "info"}`;
  el.textContent = label;
  return el;
};

const waits = ({ field, line, severity }, doc) => {
  if (severity) return false;
  if (field === "lines") return true;
  if (line === null) return !(doc[field] ?? "").trim();
  const row = doc.lines[line];
  return row !== undefined && (isBlank(row) || !(row[field] ?? "").trim());
};

const saidOf = (problems) => JSON.stringify(problems.map(({ text, severity }) => [text, severity]));

/** Put the sentences under their field; a warning is no mistake, so the field is not called invalid. */
const mark = (input, problems) => {
  const text = problems.map((problem) => problem.text).join(" ");
  const isWrong = problems.some((problem) => problem.severity !== "warn");
  const note = document.createElement("p");
  note.className = isWrong ? "field-error" : "field-error field-warned";
  note.id = `${input.id || input.closest("tr").dataset.line + input.dataset.cell}-wrong`;
  note.textContent = note.title = persian(text);
  (input.closest(".field") ?? input.parentElement).append(note);
  if (isWrong) input.setAttribute("aria-invalid", "true");
  const described = input.getAttribute("aria-describedby") ?? "";
  input.setAttribute("aria-describedby", `${described} ${note.id}`.trim());
  return { input, note, described, said: saidOf(problems) };
};

const unmark = ({ input, note, described }) => {
  note.remove();
  input.removeAttribute("aria-invalid");
  if (described) input.setAttribute("aria-describedby", described);
  else input.removeAttribute("aria-describedby");
};
