// Names for the filters of Datasette's tables, which have none, and headings in their order. Nothing is shown or changed for those who see.
const named = [["select[name^='_filter_column']", "Column to filter by"], ["select[name^='_filter_op']", "How to compare"], ["input[name^='_filter_value']", "Value to compare with"], ["select[name='_sort']", "Sort by"]];
for (const [found, name] of named) for (const field of document.querySelectorAll(found)) field.setAttribute("aria-label", name);
for (const heading of document.querySelectorAll("main h3")) heading.setAttribute("aria-level", "2");
for (const wide of document.querySelectorAll(".table-wrapper, pre.wrapped-sql")) { wide.tabIndex = 0; wide.setAttribute("role", "region"); wide.setAttribute("aria-label", wide.tagName === "PRE" ? "Definition" : "Rows"); }
