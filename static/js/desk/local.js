// What the server does not have yet, kept in this browser. A copy is gone as soon as the server has it.
// Each tab has a copy of its own, so that two tabs never write over one another.

const PREFIX = "taraz-draft";

const tab = () => {
  try {
    let name = sessionStorage.getItem(`${PREFIX}-tab`);
    if (!name) sessionStorage.setItem(`${PREFIX}-tab`, (name = Math.random().toString(36).slice(2)));
    return name;
  } catch {
    return "tab";
  }
};

export class LocalCopy {
  #family;
  #keys;

  constructor(user, draft, storage = globalThis.localStorage) {
    this.storage = storage;
    this.#family = `${PREFIX}:${user}:${draft}:`;
    this.#keys = [this.#family + tab()];
  }

  /** Whether it could be kept: a full or forbidden store is told, not hidden. */
  keep(version, document) {
    try {
      this.storage.setItem(this.#keys[0], JSON.stringify({ version, document, at: Date.now() }));
      return true;
    } catch {
      return false;
    }
  }

  /** The newest copy of this draft that any tab left behind, or null. */
  take() {
    let newest = null;
    try {
      for (let i = 0; i < this.storage.length; i += 1) {
        const key = this.storage.key(i);
        if (!key.startsWith(this.#family)) continue;
        if (!this.#keys.includes(key)) this.#keys.push(key);
        const copy = JSON.parse(this.storage.getItem(key));
        if (copy && (!newest || copy.at > newest.at)) newest = copy;
      }
    } catch {
      return newest;
    }
    return newest;
  }

  drop() {
    try {
      this.#keys.forEach((key) => this.storage.removeItem(key));
      this.#keys.length = 1;
    } catch {
      // A store that cannot be written holds nothing of ours.
    }
  }
}
