"use strict";
// Replies and forms as page elements. Every text goes in as text, never as markup.

const make = (tag, props = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && name !== "list" && name !== "form") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
};

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

const lines = (text) => {
  const parts = [];
  text.split("\n").forEach((line, index) => {
    if (index) parts.push(document.createElement("br"));
    parts.push(line);
  });
  return parts;
};

const renderCitation = (citation, level) =>
  make("article", { class: "clause" },
    make(`h${level}`, {}, `${capital(citation.label)}`, make("span", { class: "section" }, citation.section)),
    make("p", { class: "says" }, ...lines(citation.says)),
    citation.official
      ? make("details", {}, make("summary", {}, `Official text (${citation.version})`), make("blockquote", {}, ...lines(citation.official)))
      : null,
    citation.stale ? make("p", { class: "stale" }, citation.stale) : null,
    make("p", { class: "source" }, `${citation.binds}. ${citation.document}, ${citation.council}.`));

const renderPart = (part, act, level) => {
  switch (part.kind) {
    case "heading": return make(`h${level}`, {}, part.text);
    case "paragraph": return make("p", {}, ...lines(part.text));
    case "note": return make("p", { class: "quiet" }, ...lines(part.text));
    case "bullets": return make("ul", {}, ...part.items.map((item) => make("li", {}, item)));
    case "facts": return make("dl", {}, ...part.rows.flatMap((row) => [make("dt", {}, row.label), make("dd", {}, ...lines(row.value))]));
    case "citation": return renderCitation(part, level + 1 > 6 ? 6 : level + 1);
    case "buttons": return make("div", { class: "buttons" }, ...part.buttons.map((button) =>
      make("button", { type: "button", class: button.emphasis, onclick: (event) => act.press(button, event.currentTarget) }, button.label)));
    default: return make("p", {}, "");
  }
};

const renderReply = (reply, act, level = 2) =>
  make("div", { class: "reply" }, ...(reply.parts.length ? reply.parts.map((part) => renderPart(part, act, level)) : [make("p", {}, reply.summary)]));

// --- forms ---

const fieldControl = (field, id, describedBy, act, form) => {
  const common = { id, name: field.name, "aria-describedby": describedBy || undefined, "aria-invalid": form.problems[field.name] ? "true" : undefined };
  const changed = field.live ? { onchange: () => act.change(form) } : {};
  const chosen = new Set(field.value.split(";").map((value) => value.trim()));
  switch (field.kind) {
    case "text": return make("textarea", { ...common, rows: 4, maxLength: field.max_length, value: field.value, required: field.required });
    case "date": return make("input", { ...common, type: "date", value: field.value, required: field.required, ...changed });
    case "choice": return make("select", { ...common, required: field.required, ...changed },
      make("option", { value: "" }, "Choose one"),
      ...field.options.map((option) => make("option", { value: option.value, selected: option.value === field.value }, option.label)));
    case "choices": return make("div", { class: "ticks", id, role: "group", "aria-describedby": describedBy || undefined }, ...field.options.map((option, index) =>
      make("label", { class: "tick" }, make("input", { type: "checkbox", name: field.name, value: option.value, checked: chosen.has(option.value), id: `${id}-${index}`, ...changed }), ` ${option.label}`)));
    case "tick": return make("label", { class: "tick" }, make("input", { ...common, type: "checkbox", value: "yes", checked: field.value === "yes", ...changed }), ` ${field.label}`);
    case "person": {
      const list = make("datalist", { id: `${id}-list` });
      const known = new Map();
      let waiting = 0;
      const input = make("input", { ...common, type: "text", autocomplete: "off", value: field.value, maxLength: 300, required: field.required, list: `${id}-list`, ...changed });
      input.addEventListener("input", () => {
        clearTimeout(waiting);
        waiting = setTimeout(async () => {
          const options = await act.lookUp(field.name, input.value);
          list.replaceChildren(...options.map((option) => { known.set(option.label, option.value); return make("option", { value: option.label }); }));
          if (document.activeElement === input) input.dispatchEvent(new Event("keyup"));
        }, 150);
      });
      input.chosenValue = () => known.get(input.value) || (input.value === (input.startLabel || "") ? field.value : input.value);
      if (field.options.length) { const now = field.options.find((option) => option.value === field.value); if (now) { input.value = now.label; input.startLabel = now.label; known.set(now.label, now.value); } }
      return make("div", {}, input, list);
    }
    default: return make("input", { ...common, type: "text", value: field.value, maxLength: field.max_length, required: field.required });
  }
};

const renderForm = (form, act) => {
  const problems = form.fields.filter((field) => form.problems[field.name]);
  const general = form.problems[""];
  const rows = form.fields.map((field, index) => {
    const id = `field-${index}`;
    const problem = form.problems[field.name];
    const described = [field.hint ? `${id}-hint` : "", problem ? `${id}-problem` : ""].filter(Boolean).join(" ");
    const label = field.kind === "tick" ? null
      : make(field.kind === "choices" ? "span" : "label", { class: "label", for: field.kind === "choices" ? undefined : id, id: `${id}-label` }, field.label, field.required ? null : make("span", { class: "optional" }, " (optional)"));
    return make("div", { class: problem ? "field wrong" : "field" }, label,
      field.hint ? make("p", { class: "hint", id: `${id}-hint` }, field.hint) : null,
      problem ? make("p", { class: "wrong-text", id: `${id}-problem` }, problem) : null,
      fieldControl(field, id, described, act, form));
  });
  const element = make("form", { novalidate: true, onsubmit: (event) => { event.preventDefault(); act.submit(form, readForm(form, element)); } },
    make("h2", { id: "form-title" }, form.title),
    problems.length || general
      ? make("div", { class: "summary", role: "alert", tabindex: "-1" }, make("p", {}, "There is a problem"),
          make("ul", {}, ...(general ? [make("li", {}, general)] : []), ...problems.map((field) => make("li", {}, make("a", { href: `#field-${form.fields.indexOf(field)}` }, form.problems[field.name])))))
      : null,
    ...form.intro.map((part) => renderPart(part, act, 3)),
    ...rows,
    make("div", { class: "buttons" }, make("button", { type: "submit", class: "primary" }, form.submit), make("button", { type: "button", onclick: () => act.close() }, "Close")));
  return element;
};

const readForm = (form, element) => {
  const values = {};
  for (const field of form.fields) {
    const inputs = [...element.querySelectorAll("[name]")].filter((input) => input.name === field.name);
    if (field.kind === "choices" || field.kind === "tick") values[field.name] = inputs.filter((input) => input.checked).map((input) => input.value).join(";");
    else if (inputs[0]) values[field.name] = inputs[0].chosenValue ? inputs[0].chosenValue() : inputs[0].value;
  }
  return values;
};
