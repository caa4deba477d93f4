// Choosing rows of a list: tick one, a range with Shift, all of the page; X ticks the row that has the focus.
// What is typed beside rows (data-bulk-typed) is sent before anything is done with chosen ones, and not left by chance;
// with data-bulk-sure a dialog of that id asks once more before something is done with the whole list.
(() => {
  const form = document.querySelector("form[data-bulk]");
  const boxes = [...(form?.querySelectorAll("tbody input[type=checkbox]") ?? [])];
  if (!boxes.length) return;
  const every = form.querySelector("[data-bulk-all]");
  const everything = form.querySelector("input[name=everything]");
  const count = form.querySelector("[data-bulk-count]");
  const buttons = [...form.querySelectorAll("[data-bulk-act]")];
  const places = [...form.querySelectorAll("[data-bulk-typed]")];
  const sure = document.getElementById(form.dataset.bulkSure ?? "");
  const persian = (n) => n.toLocaleString("fa-IR");
  const isTyped = () => places.some((place) => place.value);
  let last = null;
  let act = null;
  let isSent = false;

  const show = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    const whole = Boolean(everything?.checked);
    every.checked = chosen === boxes.length && chosen > 0;
    every.indeterminate = chosen > 0 && chosen < boxes.length;
    const typed = isTyped();
    const said = whole ? "همهٔ فهرست" : chosen ? `${persian(chosen)} انتخاب شد` : "چیزی انتخاب نشده است";
    count.textContent = typed ? "نخست کسرهای نوشته‌شده را ثبت کنید" : said;
    buttons.forEach((button) => (button.disabled = typed || (!whole && !chosen)));
    boxes.forEach((box) => box.closest("tr").classList.toggle("is-chosen", whole || box.checked));
  };

  form.addEventListener("click", (event) => {
    const box = event.target.closest("tbody input[type=checkbox]");
    if (!box) return;
    if (event.shiftKey && last) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      boxes.slice(from, to + 1).forEach((between) => (between.checked = box.checked));
    }
    last = box;
    show();
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-bulk-act]");
    if (!button || !sure || !everything?.checked) return;
    event.preventDefault();
    act = button;
    sure.querySelector("[data-bulk-deed]").textContent = button.textContent.trim();
    sure.showModal();
  });
  sure?.querySelector("[data-bulk-go]").addEventListener("click", () => {
    sure.close();
    form.requestSubmit(act);
  });
  form.addEventListener("submit", () => (isSent = true));
  form.addEventListener("input", show);
  addEventListener("beforeunload", (event) => isTyped() && !isSent && event.preventDefault());
  form.addEventListener("change", (event) => {
    if (event.target === every) boxes.forEach((box) => (box.checked = every.checked));
    show();
  });
  document.addEventListener("keydown", (event) => {
    if (event.code !== "KeyX" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
    const box = event.target.closest("tr")?.querySelector("input[type=checkbox]");
    if (!box) return;
    box.checked = !box.checked;
    last = box;
    show();
    event.preventDefault();
  });
  addEventListener("pageshow", () => {
    isSent = false;
    show();
  });
  show();
})();
