// The filter of the table of all rules. The table reads as it is without this script;
// the state of the filter stands in the address, so that a view can be passed on.
(() => {
  const form = document.getElementById("rb-filter");
  const table = document.getElementById("rb-rules");
  const count = document.getElementById("rb-count");
  if (!form || !table || !count) return;

  const fields = ["text", "model", "family", "status"];
  const rows = [...table.tBodies[0].rows];

  const apply = () => {
    const words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const fits =
        fields.slice(1).every((name) => !form.elements[name].value || row.dataset[name] === form.elements[name].value) &&
        words.every((word) => row.dataset.text.includes(word));
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    count.textContent = shown === rows.length ? `${shown} rules` : `${shown} of ${rows.length} rules`;
  };

  const remember = () => {
    const query = new URLSearchParams();
    for (const name of fields) {
      if (form.elements[name].value) query.set(name, form.elements[name].value);
    }
    const text = query.toString();
    history.replaceState(null, "", text ? `?${text}` : location.pathname);
  };

  const query = new URLSearchParams(location.search);
  for (const name of fields) form.elements[name].value = query.get(name) ?? "";
  form.hidden = false;
  form.addEventListener("input", () => { apply(); remember(); });
  form.addEventListener("reset", () => setTimeout(() => { apply(); remember(); }));
  form.addEventListener("submit", (event) => event.preventDefault());
  // The keys of the filter are not those of the book.
  form.addEventListener("keydown", (event) => event.stopPropagation());
  apply();
})();
