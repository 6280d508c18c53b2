const search = document.querySelector("input[type=search]");
const boxes = [...document.querySelectorAll("input[type=checkbox]")];
const left = document.querySelector("output");
function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  let count = 0;
  for (const item of document.querySelectorAll("[data-severity]")) {
    const text = item.textContent.toLowerCase();
    item.hidden = !(shown.has(item.dataset.severity) && words.every((word) => text.includes(word)));
    count += item.hidden ? 0 : 1;
  }
  left.textContent = `${count} shown`;
}
if (search) { search.addEventListener("input", filter); boxes.forEach((box) => box.addEventListener("change", filter)); filter(); }
