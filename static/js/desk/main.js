// The page of an invoice being entered: what is typed becomes the document, the document is kept, saved and priced.

import { Combo } from "./combo.js";
import * as documents from "./document.js";
import { dress, Grid } from "./grid.js";
import { History } from "./history.js";
import { LocalCopy } from "./local.js";
import { Problems } from "./problems.js";
import { post, Refused, Unreachable } from "./server.js";
import { ascii, blockOf, grouped, headerKey, persian } from "./text.js";

const PRICE_AFTER = 120;
const LOOK_AFTER = 500;
const SAVE_AFTER = 1200;
const USUAL_KIND = "national";
const AGAIN_AFTER = [2000, 5000, 10000, 30000];

const one = (selector, within = document) => within.querySelector(selector);
const config = JSON.parse(one("#desk-config").textContent);
const root = one("#desk");
const { csrf } = root.dataset;
const header = one("#desk-header");
const fields = Object.fromEntries([...header.querySelectorAll("[data-field]")].map((el) => [el.dataset.field, el]));
const pasting = {
  known: config.columns,
  words: Object.fromEntries(
    [["part", config.parts], ["book", config.books], ["authentic", { "تأیید شده": "1", "تأیید شد": "1", بله: "1" }]].map(([field, words]) => [
      field,
      Object.fromEntries(Object.entries(words).map(([word, value]) => [headerKey(word), value])),
    ]),
  ),
};

const local = new LocalCopy(config.user, config.draft);
const history = new History(documents.withWaitingRow(config.document));
const grid = new Grid(one("#desk-grid"), one("#desk-line"), config.items, () => showProblems(state.problems));
const conflict = one("#desk-conflict");
const state = {
  version: config.version,
  saved: config.document,
  saving: null,
  failures: 0,
  conflict: null,
  attempted: false,
  problems: [],
  findings: [],
  looked: null,
  over: false,
};

// ---- what is typed

const change = (next, mark = null) => {
  if (!history.push(next, mark)) return;
  changed();
};

const changed = () => {
  render();
  keep();
  later(price, PRICE_AFTER);
  later(save, SAVE_AFTER);
};

const keep = () => {
  if (!isDirty()) return local.drop();
  if (!local.keep(state.version, history.present)) tell("در این مرورگر جایی برای نگه‌داشتن نیست؛ برگه را نبندید", "bad");
};

const isDirty = () => !documents.same(history.present, state.saved);

const timers = new Map();
const later = (act, after) => {
  clearTimeout(timers.get(act));
  timers.set(act, setTimeout(() => act(), after));
};

const render = () => {
  const doc = history.present;
  for (const [name, el] of Object.entries(fields)) dress(el, doc[name]);
  grid.render(doc);
  showNewborn(doc);
  one('[data-act="undo"]').disabled = !history.canUndo;
  one('[data-act="redo"]').disabled = !history.canRedo;
};

const showNewborn = (doc) => {
  fields.birth_order.closest(".field").hidden = doc.id_kind !== "newborn";
};

root.addEventListener("input", (event) => {
  const el = event.target;
  const value = el.type === "checkbox" ? (el.checked ? "1" : "") : el.tagName === "SELECT" ? el.value : ascii(el.value);
  if (el.dataset.field) change(documents.setField(history.present, el.dataset.field, value), `field:${el.dataset.field}`);
  const at = grid.at(el);
  if (at) {
    const { id } = history.present.lines[at.place];
    change(documents.setCells(history.present, at.place, { [at.cell]: value }), `cell:${id}:${at.cell}`);
    combo.typed(el);
  }
});
root.addEventListener("focusout", (event) => {
  if (event.target.dataset.field === "admitted_on") change(documents.dateLines(history.present), "field:admitted_on");
  history.seal();
  if (event.target.matches("input:not([type=checkbox])")) event.target.value = persian(event.target.value);
});

const combo = new Combo(
  one("#desk-suggestions"),
  { code: config.urls.services, physician: config.urls.physicians },
  (input, item) => {
    const { place, cell } = grid.at(input);
    const cells = cell === "code" ? { code: item.code, book: item.book, title: item.title } : { physician: item.code };
    change(documents.setCells(history.present, place, cells));
    history.seal();
  },
);
root.addEventListener("focusout", (event) => event.target.dataset.cell && combo.close());

// ---- the keyboard

const ways = {
  KeyZ: (event) => (event.shiftKey ? redo() : undo()),
  KeyY: () => redo(),
  KeyS: () => save(),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || one("dialog[open]")) return;
  const command = event.ctrlKey || event.metaKey;
  if (command && event.key === "Enter" && !event.shiftKey) return (event.preventDefault(), register());
  if (command && !event.altKey && ways[event.code]) return (event.preventDefault(), ways[event.code](event));
  const at = grid.at(event.target);
  if (at) return inGrid(event, at);
  if (event.key === "Enter" && !command && event.target.dataset?.field) (event.preventDefault(), alongHeader(event));
});

const alongHeader = (event) => {
  const order = Object.values(fieldsInOrder());
  const next = order[order.indexOf(event.target) + (event.shiftKey ? -1 : 1)];
  if (next) (next.focus(), next.select?.());
  else if (!event.shiftKey) grid.focus(0, "code");
};

const fieldsInOrder = () =>
  [...header.querySelectorAll("[data-field]")].filter((el) => !el.readOnly && el.offsetParent !== null);

const inGrid = (event, at) => {
  if (combo.key(event)) return;
  const command = event.ctrlKey || event.metaKey;
  const go = (to) => to && (event.preventDefault(), grid.focus(to.place, to.cell));
  if (event.key === "Enter" && command) {
    event.preventDefault();
    change(documents.insertLine(history.present, at.place));
    grid.focus(at.place, "code");
  } else if (event.key === "Enter") {
    combo.close();
    const to = event.shiftKey ? grid.before(at) : grid.after(at, history.present.lines[at.place]);
    if (to) go(to);
    else (event.preventDefault(), fieldsInOrder().at(-1).focus());
  } else if (command && event.key === "Delete") {
    event.preventDefault();
    change(documents.removeLine(history.present, at.place));
    grid.focus(at.place, at.cell);
  } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    if (event.altKey) return;
    const place = at.place + (event.key === "ArrowDown" ? 1 : -1);
    event.preventDefault();
    if (place >= 0 && place < grid.length) go({ place, cell: at.cell });
  } else if (event.key === "F2") {
    event.target.setSelectionRange?.(event.target.value.length, event.target.value.length);
  } else if ((event.key === "ArrowLeft" || event.key === "ArrowRight") && isWhole(event.target) && !command) {
    // The page is written from right to left: the next cell is on the left.
    go(grid.beside(at, event.key === "ArrowLeft" ? 1 : -1));
  }
};

const isWhole = (el) =>
  el.tagName === "SELECT" || (el.selectionStart === 0 && el.selectionEnd === el.value.length);

root.addEventListener("paste", (event) => {
  const at = grid.at(event.target);
  const text = event.clipboardData?.getData("text/plain") ?? "";
  const block = blockOf(text);
  if (!at || (block.length < 2 && (block[0]?.length ?? 0) < 2)) return;
  event.preventDefault();
  combo.close();
  history.seal();
  const pasted = documents.pasteBlock(history.present, at.place, at.cell, text, pasting);
  change(pasted.doc);
  grid.focus(pasted.end, "code");
  say(`${persian(pasted.count)} سطر چسبانده شد`);
});

const undo = () => history.undo() && changed();
const redo = () => history.redo() && changed();

// ---- prices

let asked = 0;
let pricing = null;

/** Prices first; what the rules find follows when one pauses, since it takes longer. */
const price = async () => {
  if (await ask(false)) later(look, LOOK_AFTER);
};
const look = () => ask(true);

const ask = async (findings) => {
  const [turn, doc] = [(asked += 1), history.present];
  pricing?.abort();
  pricing = new AbortController();
  one("#desk-totals").setAttribute("aria-busy", "true");
  try {
    const quote = await post(config.urls.price, { document: doc, findings }, csrf, pricing.signal);
    if (turn !== asked) return false;
    grid.price(quote.lines, doc);
    showTotals(quote);
    if (findings) Object.assign(state, { findings: quote.findings, looked: doc });
    showProblems([...quote.problems, ...(hasSameRows(doc, state.looked) ? state.findings : [])], doc);
    one("#desk-totals").setAttribute("aria-busy", "false");
    return true;
  } catch (fault) {
    if (fault instanceof Unreachable) later(price, AGAIN_AFTER[1]);
    else if (fault.name !== "AbortError") refused(fault);
    return false;
  }
};

/** Findings name rows by their place: they are no use once rows were put in or taken out. */
const hasSameRows = (doc, other) =>
  other && doc.lines.length === other.lines.length && doc.lines.every((line, i) => line.id === other.lines[i].id);

const showTotals = (quote) => {
  const figures = { ...quote.totals, count: quote.count, unpriced: quote.unpriced };
  for (const el of root.querySelectorAll("[data-total]")) el.textContent = grouped(figures[el.dataset.total]);
  one("[data-unpriced]").hidden = quote.unpriced === 0;
  one("#desk-synthetic").hidden = quote.synthetic === 0;
};

const problems = new Problems({ grid, fields, box: one("#desk-problems"), go: (problem) => goTo(problem) });

const showProblems = (found, doc = history.present) => {
  state.problems = found;
  return problems.show(found, doc, { all: state.attempted });
};

const goTo = (problem) => {
  const input = problems.input(problem);
  input?.focus();
  input?.select?.();
};

// ---- saving

const tell = (text, tone = "") => {
  const badge = one("#desk-saved");
  badge.textContent = text;
  badge.className = `badge ${tone && `badge-${tone}`}`;
};

const save = () => {
  clearTimeout(timers.get(save));
  if (state.saving || state.conflict || state.over || !isDirty()) return state.saving;
  state.saving = send().finally(() => {
    state.saving = null;
    if (isDirty() && !state.failures) later(save, SAVE_AFTER);
  });
  return state.saving;
};

const send = async () => {
  const doc = history.present;
  tell("در حال ذخیره…");
  try {
    const saved = await post(config.urls.save, { document: doc, version: state.version }, csrf);
    Object.assign(state, { version: saved.version, saved: doc, failures: 0 });
    tell(`ذخیره شد، ${saved.saved_at}`, "good");
    keep();
  } catch (fault) {
    if (fault instanceof Unreachable) unreachable();
    else refused(fault);
  }
};

const unreachable = () => {
  tell("ارتباط قطع است؛ نوشته‌ها در همین مرورگر نگه داشته شد", "warn");
  const wait = AGAIN_AFTER[Math.min(state.failures, AGAIN_AFTER.length - 1)];
  state.failures += 1;
  later(save, wait);
};
addEventListener("online", () => (save(), price()));

// ---- refusals

const refused = (fault) => {
  if (!(fault instanceof Refused)) throw fault;
  const act = { draft_conflict: openConflict, not_ready: notReady, needs_reason: openWarnings, draft_over: isOver, invoice_moved: hasMoved }[fault.code];
  if (act) return act(fault);
  if (fault.status === 403 || fault.status === 401)
    return notice("نشست شما پایان یافته است؛ در برگه‌ای دیگر وارد شوید و برگردید. نوشته‌ها در همین مرورگر نگه داشته شده‌اند.");
  return notice(fault.message);
};

const openConflict = (fault) => {
  state.conflict = { version: fault.problem.version, document: fault.problem.document };
  one("#desk-conflict-text").textContent = persian(
    `${fault.message} ذخیره‌شده ${linesOf(fault.problem.document)} سطر دارد و نسخهٔ شما ${linesOf(history.present)} سطر.`,
  );
  tell("دو نسخه؛ برگزینید", "bad");
  if (!conflict.open) conflict.showModal();
};
const linesOf = (doc) => doc.lines.filter((line) => !documents.isBlank(line)).length;

const notReady = (fault) => {
  state.attempted = true;
  const others = state.problems.filter((problem) => problem.severity && problem.severity !== "block");
  const shown = showProblems([...fault.problem.problems, ...others]);
  if (shown.length) goTo(shown[0]);
  say("صورتحساب ثبت نشد؛ ایرادها در فهرست آمده است", "error");
};

const warnings = one("#desk-warnings");
const openWarnings = (fault) => {
  const items = fault.problem.findings.map((problem) =>
    Object.assign(document.createElement("li"), {
      textContent: persian(`${problem.line === null ? "" : `سطر ${problem.line + 1}: `}${problem.text}`),
    }),
  );
  one("ul", warnings).replaceChildren(...items);
  tell("هشدارها تصمیم می‌خواهند", "warn");
  warnings.showModal();
  one("#desk-warnings-reason").focus();
};
one(".dialog-body form", warnings).addEventListener("submit", (event) => {
  if (!event.submitter?.value) return;
  event.preventDefault();
  const reason = one("#desk-warnings-reason");
  const leaves = event.submitter.value === "leave";
  if (!leaves && !reason.value.trim()) return reason.focus();
  warnings.close();
  register({ warnings: leaves ? "leave" : "pass", warnings_reason: leaves ? "" : reason.value });
});

const isOver = (fault) => {
  state.over = true;
  local.drop();
  notice(fault.message, { text: "میز ورود", href: config.urls.desk });
};

const hasMoved = (fault) => {
  state.over = true;
  notice(fault.message, { text: "آغاز از نسخهٔ تازه", post: config.urls.again });
};

const notice = (text, link = null) => {
  const box = document.createElement("div");
  box.className = "notice notice-bad";
  const said = document.createElement("div");
  said.className = "notice-text";
  said.textContent = persian(text);
  box.append(said);
  if (link?.href) box.append(Object.assign(document.createElement("a"), { href: link.href, textContent: link.text, className: "notice-link" }));
  if (link?.post) box.append(formOf(link));
  one("#desk-notice").replaceChildren(box);
  box.scrollIntoView({ block: "nearest" });
};

const formOf = ({ post: action, text }) => {
  const form = Object.assign(document.createElement("form"), { method: "post", action });
  const token = Object.assign(document.createElement("input"), { type: "hidden", name: "csrfmiddlewaretoken", value: csrf });
  const button = Object.assign(document.createElement("button"), { textContent: text, className: "button button-small" });
  form.append(token, button);
  return form;
};

const say = (text, level = "success") => {
  const toast = document.createElement("div");
  toast.className = `toast toast-${level}`;
  toast.append(Object.assign(document.createElement("span"), { textContent: text }));
  one("#toasts").append(toast);
  setTimeout(() => toast.remove(), 5000);
};

conflict.addEventListener("close", () => {
  if (state.conflict) tell("دو نسخه؛ ذخیره نمی‌شود تا برگزینید", "bad");
});

const settle = (saved, version) => {
  Object.assign(state, { conflict: null, saved, version });
  if (conflict.open) conflict.close();
};

const acts = {
  undo,
  redo,
  register: () => register(),
  "take-mine": () => {
    settle(state.conflict.document, state.conflict.version);
    keep();
    save();
  },
  "take-theirs": () => {
    const theirs = documents.withWaitingRow(state.conflict.document);
    settle(state.conflict.document, state.conflict.version);
    change(theirs); // one's own is a step back away
    tell("نسخهٔ ذخیره‌شده باز شد؛ واگرد، نسخهٔ شما را برمی‌گرداند");
  },
  "copy-mine": async () => {
    try {
      const made = await post(config.urls.copy, { document: history.present }, csrf);
      local.drop();
      location.assign(made.url);
    } catch (fault) {
      if (fault instanceof Unreachable) say("ارتباط قطع است؛ دوباره تلاش کنید", "error");
      else refused(fault);
    }
  },
};
document.addEventListener("click", (event) => acts[event.target.closest("[data-act]")?.dataset.act]?.());
header.addEventListener("submit", (event) => event.preventDefault());

// ---- registering

let registering = false;

const register = async (decided = {}) => {
  if (registering || state.over) return;
  if (state.conflict) return conflict.showModal();
  registering = true;
  state.attempted = true;
  const button = one('[data-act="register"]');
  button.setAttribute("aria-disabled", "true");
  clearTimeout(timers.get(save));
  try {
    await state.saving;
    tell("در حال ثبت…");
    const done = await post(config.urls.register, { document: history.present, version: state.version, ...decided }, csrf);
    state.over = true;
    local.drop();
    location.assign(done.url);
  } catch (fault) {
    tell("ثبت نشد", "bad");
    if (fault instanceof Unreachable) {
      unreachable();
      say("ثبت نشد؛ ارتباط قطع است. پس از وصل‌شدن دوباره ثبت کنید", "error");
    } else refused(fault);
  } finally {
    registering = false;
    button.removeAttribute("aria-disabled");
  }
};

// ---- start: what this browser still had is newer than what the server has, or the two must be chosen between

const left = local.take();
if (left && !documents.same(left.document, config.document)) {
  if (left.version === config.version) {
    history.push(documents.withWaitingRow(left.document));
    tell("نوشته‌های ذخیره‌نشدهٔ این مرورگر بازیابی شد", "warn");
    keep();
    later(save, SAVE_AFTER);
  } else {
    history.push(documents.withWaitingRow(left.document));
    keep();
    openConflict(
      new Refused(409, {
        detail: "این مرورگر نوشته‌هایی دارد که ذخیره نشده‌اند، و پس از آن‌ها نسخهٔ تازه‌تری ذخیره شده است.",
        version: config.version,
        document: config.document,
      }),
    );
  }
} else local.drop();

render();
price();
// The usual kind of identity is chosen already: typing begins with the number itself.
if (!history.present.patient_id) (history.present.id_kind === USUAL_KIND ? fields.patient_id : fieldsInOrder()[0]).focus();
root.dataset.ready = "true";
