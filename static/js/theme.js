// Loaded before the style sheets, so that a page never flashes in the wrong theme.
(() => {
  const kept = localStorage.getItem("taraz-theme");
  if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
})();
