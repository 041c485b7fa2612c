// The export page: "All columns", and only the columns of the table that is chosen.
const columns = document.querySelector("[data-export-fields]");

if (columns) {
  const all = columns.querySelector("[data-export-all]");
  const labels = [...columns.querySelectorAll("[data-resource]")];
  const boxes = () => labels.filter((label) => !label.hidden).map((label) => label.querySelector("input"));
  const table = document.querySelector("select[name=resource]");

  const showColumnsOfTable = () => {
    for (const label of labels) label.hidden = Boolean(table) && label.dataset.resource !== table.value;
    tellWhetherAll();
  };
  const tellWhetherAll = () => {
    all.checked = boxes().every((box) => box.checked);
  };

  all.parentElement.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
  });
  columns.addEventListener("change", tellWhetherAll);
  table?.addEventListener("change", showColumnsOfTable);
  showColumnsOfTable();
}
