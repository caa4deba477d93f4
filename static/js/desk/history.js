// What was typed, step by step. Typing on in the same cell is one step.

const MOST = 500;

export class History {
  #past = [];
  #future = [];
  #mark = null;

  constructor(present) {
    this.present = present;
  }

  /** Go on to `next`; steps with the same `mark` after one another are undone together. */
  push(next, mark = null) {
    if (next === this.present) return false;
    if (mark === null || mark !== this.#mark) {
      this.#past.push(this.present);
      if (this.#past.length > MOST) this.#past.shift();
    }
    this.#mark = mark;
    this.#future = [];
    this.present = next;
    return true;
  }

  /** End the step: what is typed next is one of its own. */
  seal() {
    this.#mark = null;
  }

  undo() {
    return this.#move(this.#past, this.#future);
  }

  redo() {
    return this.#move(this.#future, this.#past);
  }

  #move(from, to) {
    if (!from.length) return false;
    to.push(this.present);
    this.present = from.pop();
    this.#mark = null;
    return true;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }
}
