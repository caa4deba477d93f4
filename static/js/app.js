// Behaviour of every page. No inline handlers: elements say what they are through data attributes.
(() => {
  const root = document.documentElement;
  const find = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const persian = (text) => String(text).replace(/\d/g, (d) => "۰۱۲۳۴۵۶۷۸۹"[d]);
  const ascii = (text) =>
    text.replace(/[۰-۹]/g, (d) => d.charCodeAt(0) - 0x6f0).replace(/[٠-٩]/g, (d) => d.charCodeAt(0) - 0x660);
  root.classList.add("js");

  // ---- theme
  const isDark = () =>
    root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const turnTheme = () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    localStorage.setItem("taraz-theme", root.dataset.theme);
    document.dispatchEvent(new CustomEvent("taraz:theme"));
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
    document.dispatchEvent(new CustomEvent("taraz:theme")),
  );

  // ---- drawer of the sections on small screens
  const drawer = (open) => {
    const opener = find("[data-drawer-open]");
    root.classList.toggle("drawer-open", open);
    opener?.setAttribute("aria-expanded", String(open));
    const page = find(".page");
    if (page) page.inert = open;
    (open ? find(".side [data-drawer-close]") : opener)?.focus();
  };

  // ---- clicks
  const handlers = {
    "[data-theme-toggle]": turnTheme,
    "[data-drawer-open]": () => drawer(true),
    "[data-drawer-close]": () => drawer(false),
    "[data-dialog]": (el) => document.getElementById(el.dataset.dialog)?.showModal(),
    "[data-dialog-close]": (el) => el.closest("dialog")?.close(),
    "[data-dismiss]": (el) => el.closest(".toast, .notice")?.remove(),
    "[data-print]": () => window.print(),
    "[data-copy]": async (el) => {
      await navigator.clipboard.writeText(el.dataset.copy);
      say("رونوشت شد");
    },
  };
  document.addEventListener("click", (event) => {
    for (const [selector, act] of Object.entries(handlers)) {
      const el = event.target.closest(selector);
      if (el) return act(el);
    }
    if (event.target.matches("dialog")) return event.target.close(); // a click on the backdrop
    openRow(event);
    all("details.menu[open]").forEach((menu) => menu.contains(event.target) || (menu.open = false));
  });

  // ---- rows that lead somewhere: the link inside stays the accessible way
  const openRow = (event) => {
    const row = event.target.closest("tr[data-href]");
    if (!row || event.target.closest("a, button, input, label, summary") || String(getSelection())) return;
    if (event.ctrlKey || event.metaKey) window.open(row.dataset.href);
    else location.assign(row.dataset.href);
  };
  document.addEventListener("htmx:beforeRequest", (event) => {
    const row = event.target.closest?.("tr[data-select]");
    if (!row) return;
    all("tr[aria-selected]", row.closest("table")).forEach((other) => other.setAttribute("aria-selected", "false"));
    row.setAttribute("aria-selected", "true");
  });
  // An address that names a line opens at it: at its trace where that stands below, at its row where both stand side by side.
  const chosenRow = new URLSearchParams(location.search).has("line") && find("tr[data-select][aria-selected=true]");
  if (chosenRow) {
    const isNarrow = matchMedia("(max-width: 80rem)").matches;
    (isNarrow ? find("[data-reveal]") : chosenRow)?.scrollIntoView({ block: isNarrow ? "start" : "center" });
  }
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.matches?.("[data-reveal]") && matchMedia("(max-width: 80rem)").matches)
      event.target.scrollIntoView({ block: "start", behavior: "smooth" });
  });
  document.addEventListener("htmx:responseError", () => say("پاسخی از سامانه نرسید؛ دوباره تلاش کنید.", "error"));
  document.addEventListener("htmx:sendError", () => say("ارتباط با سامانه برقرار نیست.", "error"));

  const say = (text, level = "success") => {
    const toast = document.createElement("div");
    const line = document.createElement("span");
    toast.className = `toast toast-${level}`;
    line.textContent = text;
    toast.append(line);
    find("#toasts")?.append(toast);
    setTimeout(() => toast.remove(), 5000);
  };
  setTimeout(() => all(".toast-success, .toast-info").forEach((toast) => toast.remove()), 7000);

  // ---- filters: the URL is the state, empty ones stay out of it
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form?.matches("[data-autosubmit]")) form.requestSubmit();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-autosubmit]"))
      [...form.elements].forEach((el) => el.name && el.value === "" && (el.disabled = true));
    if (form.method === "post" && !form.matches("[hx-post]"))
      setTimeout(() => all("button:not([type=button])", form).forEach((button) => (button.disabled = true)));
  });
  addEventListener("pageshow", () => all("form :disabled[name]").forEach((el) => (el.disabled = false)));

  // ---- amounts: what was typed is read back in Persian, grouped, with its size in words
  const readBack = (input) => {
    const echo = input.closest(".field")?.querySelector(".field-echo");
    const digits = ascii(input.value).replace(/[^\d-]/g, "");
    if (!echo) return;
    if (!/^-?\d+$/.test(digits)) return void (echo.textContent = "");
    const amount = BigInt(digits);
    const toman = amount / 10n;
    const grouped = (n) => n.toLocaleString("fa-IR");
    echo.textContent = `${grouped(amount)} ریال، ${grouped(toman)} تومان`;
  };
  document.addEventListener("input", (event) => event.target.matches("[data-money]") && readBack(event.target));

  // ---- hints open beside their button
  document.addEventListener(
    "toggle",
    (event) => {
      const popover = event.target;
      if (!popover.matches?.(".popover") || event.newState !== "open") return;
      const at = find(`[popovertarget="${popover.id}"]`).getBoundingClientRect();
      const box = popover.getBoundingClientRect();
      const start = Math.max(16, Math.min(innerWidth - at.right - 12, innerWidth - box.width - 16));
      const below = at.bottom + 8 + box.height < innerHeight;
      popover.style.setProperty("inset-inline-start", `${start}px`);
      popover.style.setProperty("inset-block-start", `${below ? at.bottom + 8 : at.top - box.height - 8}px`);
    },
    true,
  );

  // ---- files dropped on a box land in its input
  document.addEventListener("dragover", (event) => {
    const box = event.target.closest?.(".drop");
    if (box) (event.preventDefault(), box.classList.add("is-over"));
  });
  document.addEventListener("dragleave", (event) => event.target.closest?.(".drop")?.classList.remove("is-over"));
  document.addEventListener("drop", (event) => {
    const box = event.target.closest?.(".drop");
    if (!box) return;
    event.preventDefault();
    box.classList.remove("is-over");
    const input = find("input[type=file]", box);
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // ---- a file input's face says what was chosen
  document.addEventListener("change", (event) => {
    const name = event.target.matches?.("input[type=file]") && find("[data-file-name]", event.target.parentElement);
    if (!name) return;
    name.dataset.empty ??= name.textContent;
    const files = [...event.target.files].map((file) => file.name);
    name.textContent = files.length ? files.join("، ") : name.dataset.empty;
  });

  // ---- keyboard: / searches, arrows walk rows, Enter opens one, Shift+D turns the theme, ? lists all this
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && root.classList.contains("drawer-open")) return drawer(false);
    const row = event.target.closest?.("tr[tabindex]");
    if (row && event.key === "Enter" && event.target === row) {
      if (row.dataset.href) location.assign(row.dataset.href);
      else row.click();
      return;
    }
    if (row && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const rows = all("tr[tabindex]", row.closest("table"));
      rows[rows.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
      return event.preventDefault();
    }
    if (event.target.closest?.("input, select, textarea, [contenteditable]")) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // By place on the board as well, since a Persian layout gives other letters.
    if (event.code === "Slash" && !event.shiftKey) (event.preventDefault(), find("[data-search]")?.focus());
    else if (event.code === "Slash") find("#shortcuts")?.showModal();
    else if (event.code === "KeyD" && event.shiftKey) turnTheme();
  });

  // ---- the calendar comes when it is asked for (a click, an arrow down) and goes when one types or goes on: it covers
  // what stands below. The day is shown in our digits however it is typed.
  const OPENING = 350; // the picker shows itself this much later, also when it was hidden meanwhile
  const isDay = (element) => Boolean(element?.matches?.("[data-jdp]"));
  let asked = false;
  const hideDays = () => {
    window.jalaliDatepicker?.hide();
    setTimeout(() => !asked && window.jalaliDatepicker?.hide(), OPENING);
    asked = false;
  };
  const showDays = (input) => {
    asked = true;
    // It reads Latin digits only: any other day would open a calendar without years.
    const shown = input.value;
    input.value = ascii(shown);
    window.jalaliDatepicker?.show(input);
    input.value = shown;
  };
  document.addEventListener("click", (event) => isDay(event.target) && showDays(event.target));
  document.addEventListener("input", (event) => {
    const input = event.target;
    if (!isDay(input)) return;
    if (/\d/.test(input.value)) {
      const { selectionStart, selectionEnd } = input;
      input.value = persian(input.value);
      if (document.activeElement === input) input.setSelectionRange(selectionStart, selectionEnd);
    }
    hideDays();
  });
  document.addEventListener("keydown", (event) => {
    if (!isDay(event.target)) return;
    if (event.key === "ArrowDown") (event.preventDefault(), showDays(event.target));
    else if (event.key === "Escape" || event.key === "Enter") hideDays();
  });
  // A press in the calendar leaves the focus in the field, but for its own lists of years and months.
  document.addEventListener("mousedown", (event) => {
    if (event.target.closest?.("jdp-container") && !event.target.closest("select, input")) event.preventDefault();
  });
  document.addEventListener("focusout", (event) => {
    if (isDay(event.target) && !event.relatedTarget?.closest?.("jdp-container")) hideDays();
  });

  // ---- a choice that another one narrows: its options say what they belong to
  const narrow = (select) => {
    const wanted = select.form?.elements[select.dataset.narrowedBy]?.value;
    for (const option of select.options) {
      if (!option.dataset.of) continue;
      option.hidden = option.disabled = Boolean(wanted) && option.dataset.of !== wanted;
    }
    if (select.selectedOptions[0]?.disabled) select.value = "";
  };
  document.addEventListener("change", (event) =>
    all("[data-narrowed-by]", event.target.form ?? document.createElement("form"))
      .filter((select) => select.dataset.narrowedBy === event.target.name)
      .forEach(narrow),
  );

  // ---- start, and again for what htmx brings
  const dress = (within) => {
    all("[data-money]", within).forEach(readBack);
    all("[data-narrowed-by]", within).forEach(narrow);
    all("[data-jdp]", within).forEach((input) => (input.value = persian(input.value)));
  };
  document.addEventListener("DOMContentLoaded", () => {
    dress(document);
    window.jalaliDatepicker?.startWatch({
      persianDigits: true,
      showTodayBtn: true,
      showEmptyBtn: true,
      autoReadOnlyInput: false,
      autoShow: false,
      hideAfterChange: true,
      minDate: "attr",
      maxDate: "attr",
      zIndex: 60,
    });
  });
  document.addEventListener("htmx:load", (event) => dress(event.target));
})();
