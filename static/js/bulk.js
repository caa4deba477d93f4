// Choosing rows of a list: tick one, a range with Shift, all of the page; X ticks the row that has the focus.
(() => {
  const form = document.querySelector("form[data-bulk]");
  if (!form) return;
  const boxOf = `input[name=${form.dataset.bulk || "invoices"}]`;
  const boxes = [...form.querySelectorAll(boxOf)];
  const every = form.querySelector("[data-bulk-all]");
  const everything = form.querySelector("input[name=everything]");
  const count = form.querySelector("[data-bulk-count]");
  const buttons = [...form.querySelectorAll("[data-bulk-act]")];
  const persian = (n) => n.toLocaleString("fa-IR");
  let last = null;

  const show = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    const whole = Boolean(everything?.checked);
    every.checked = chosen === boxes.length && chosen > 0;
    every.indeterminate = chosen > 0 && chosen < boxes.length;
    count.textContent = whole ? "همهٔ فهرست" : chosen ? `${persian(chosen)} انتخاب شد` : "چیزی انتخاب نشده است";
    buttons.forEach((button) => (button.disabled = !whole && !chosen));
    boxes.forEach((box) => box.closest("tr").classList.toggle("is-chosen", whole || box.checked));
  };

  form.addEventListener("click", (event) => {
    const box = event.target.closest(boxOf);
    if (!box) return;
    if (event.shiftKey && last) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      boxes.slice(from, to + 1).forEach((between) => (between.checked = box.checked));
    }
    last = box;
    show();
  });
  form.addEventListener("change", (event) => {
    if (event.target === every) boxes.forEach((box) => (box.checked = every.checked));
    show();
  });
  document.addEventListener("keydown", (event) => {
    if (event.code !== "KeyX" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
    const box = event.target.closest("tr")?.querySelector(boxOf);
    if (!box) return;
    box.checked = !box.checked;
    last = box;
    show();
    event.preventDefault();
  });
  addEventListener("pageshow", show);
  show();
})();
