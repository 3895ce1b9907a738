"use strict";
// One's own document: choose it, see what was found beside the place it comes from, correct it, save it, ask it.

const desk = { token: "", found: null };

const importProblem = (text) => { at("import-problem").textContent = text; at("import-problem").hidden = !text; };

const readFile = async (file) => {
  importProblem("");
  at("review").hidden = true;
  at("import-progress").textContent = `Reading ${file.name}. This can take some seconds.`;
  try {
    const response = await fetch("/api/import", { method: "POST", headers: { "X-File-Name": encodeURIComponent(file.name) }, body: file });
    const answer = await response.json().catch(() => ({ error: "This file is too large. Import only the protocol’s own pages." }));
    at("import-progress").textContent = "";
    if (!response.ok) { importProblem(answer.error); return; }
    desk.token = answer.token;
    desk.found = answer;
    showReview(answer);
  } catch {
    at("import-progress").textContent = "";
    importProblem("The demo does not answer, or the file is too large for it.");
  }
};

const place = (clause) => (clause.line ? `line ${clause.line}` : clause.page ? `page ${clause.page}` : "");

const finding = (kind, index, words) =>
  make("li", {}, make("label", { class: "tick" }, make("input", { type: "checkbox", checked: true, name: kind, value: String(index) }), ` ${words}`));

const clauseRow = (clause) => {
  const name = clause.ref || "new paragraph";
  const row = make("tr", { class: "clause-row" },
    make("td", {}, make("input", { "aria-label": `Number of ${name}`, class: "ref", value: clause.ref, maxLength: 24 })),
    make("td", {}, make("textarea", { "aria-label": `Text of ${name}`, rows: 3, value: [clause.lead_in, clause.text].filter(Boolean).join(" "), maxLength: 20000 }),
      make("span", { class: "quiet" }, [clause.section, place(clause)].filter(Boolean).join(", "))),
    make("td", {}, make("button", { type: "button", onclick: () => row.remove(), "aria-label": `Leave out ${name}` }, "Leave out")));
  row.dataset.section = clause.section || "Protocol";
  return row;
};

const showReview = (found) => {
  at("import-council").value = found.council;
  at("import-title").textContent = `${found.title}: ${found.clauses.length} paragraphs`;
  at("import-warnings").replaceChildren(...found.warnings.map((text) => make("li", {}, text)));
  at("import-warnings-box").hidden = !found.warnings.length;
  at("import-clocks").replaceChildren(...(found.clocks.length ? found.clocks.map((clock, index) => finding("clock", index, `${clock.what}: ${clock.limit} (${clock.ref})`)) : [make("li", {}, "None were found.")]));
  at("import-routes").replaceChildren(...found.routes.map((route, index) => finding("route", index, `${capital(route.who)}: ${route.to}${route.ref ? ` (${route.ref})` : ""}`)));
  at("import-statutory").replaceChildren(...(found.statutory.length ? found.statutory.map((one) => make("li", {}, `${one.office}: ${one.title} (${one.ref})`)) : [make("li", {}, "None were found.")]));
  at("import-clauses").replaceChildren(...found.clauses.map(clauseRow));
  at("review").hidden = false;
  at("review-title").focus();
};

const unticked = (kind) => [...at("review").querySelectorAll(`input[name=${kind}]`)].filter((box) => !box.checked).map((box) => Number(box.value));

const saveReview = async () => {
  const clauses = [...at("import-clauses").querySelectorAll("tr")].map((row) => ({
    ref: row.querySelector("input").value.trim(), section: row.dataset.section, text: row.querySelector("textarea").value }));
  const answer = await fetch(`/api/import/${desk.token}/save`, { method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ council: at("import-council").value.trim(), clauses, wrong_clocks: unticked("clock"), wrong_routes: unticked("route") }) });
  const saved = await answer.json();
  importProblem(answer.ok ? "" : saved.error);
  if (!answer.ok) { at("import-problem").scrollIntoView({ block: "center" }); return; }
  const link = at("import-download");
  link.href = URL.createObjectURL(new Blob([saved.yaml], { type: "application/yaml" }));
  link.download = "pack.yaml";
  at("import-saved").hidden = false;
  const list = at("council");
  const old = [...list.options].find((option) => option.value === saved.id);
  if (old) old.remove();
  list.append(make("option", { value: saved.id }, saved.council));
  list.value = saved.id;
  await chooseCouncil(saved.id);
  at("import-ask").focus();
};

at("import-file").addEventListener("change", () => { if (at("import-file").files[0]) readFile(at("import-file").files[0]); });
at("drop").addEventListener("dragover", (event) => { event.preventDefault(); at("drop").classList.add("over"); });
at("drop").addEventListener("dragleave", () => at("drop").classList.remove("over"));
at("drop").addEventListener("drop", (event) => { event.preventDefault(); at("drop").classList.remove("over"); if (event.dataTransfer.files[0]) readFile(event.dataTransfer.files[0]); });
at("import-save").addEventListener("click", saveReview);
at("import-add").addEventListener("click", () => { const row = clauseRow({ ref: "", text: "", section: "Added" }); at("import-clauses").append(row); row.querySelector("input").focus(); });
at("import-ask").addEventListener("click", () => { select("ask"); at("question").focus(); });
