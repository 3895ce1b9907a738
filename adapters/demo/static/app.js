"use strict";
// The page: choose a council and a person, talk, read messages, read the protocol, move the clock.

const at = (id) => document.getElementById(id);
const state = { council: "", person: "", people: [], clauses: [], read: {}, };
const key = () => (crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random()}`).slice(0, 60);

const problem = (text) => { at("problem").textContent = text; at("problem").hidden = !text; };

const call = async (path, body) => {
  try {
    const response = await fetch(path, body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    const answer = await response.json();
    if (!response.ok) { problem(answer.error || "That did not work. Try again."); return null; }
    problem("");
    return answer;
  } catch {
    problem("The demo does not answer. Is it still running?");
    return null;
  }
};

const showClock = (answer) => { at("now").textContent = answer.now; at("to").min = answer.now_iso; };
const person = () => state.people.find((one) => one.id === state.person) || { name: "" };

const send = async (message) => {
  const answer = await call(`/api/${state.council}/send`, { key: key(), person: state.person, name: person().name, ...message });
  if (!answer) return null;
  showClock(answer);
  refreshMessages();
  return answer.reply;
};

const act = {
  press: async (button, element) => {
    if (button.confirm && !confirm(button.confirm)) return;
    const reply = await send({ type: "press", action: button.action, value: button.value });
    if (reply) take(reply, element);
  },
  change: async (form) => {
    const values = readForm(form, at("form-dialog").querySelector("form"));
    const reply = await send({ type: "change", form: form.id, token: form.token, values });
    if (!reply || !reply.form || !at("form-dialog").open) return;
    // The person may have gone on filling in while the answer was on its way: what they did since stays.
    const since = readForm(form, at("form-dialog").querySelector("form"));
    const fields = reply.form.fields.map((field) => ({ ...field, value: field.name in since ? since[field.name] : field.value }));
    openForm({ ...reply.form, fields }, document.activeElement && document.activeElement.id);
  },
  submit: async (form, values) => {
    const button = at("form-dialog").querySelector("[type=submit]");
    if (button) button.disabled = true;
    const reply = await send({ type: "submit", form: form.id, token: form.token, values });
    if (button) button.disabled = false;
    if (!reply) return;
    if (reply.form) openForm(reply.form);
    else { act.close(); say(null, reply); }
  },
  lookUp: async (field, typed) => {
    const reply = await send({ type: "look_up", field, typed });
    return reply ? reply.options : [];
  },
  close: () => at("form-dialog").close(),
};

const openForm = (form, focusOn) => {
  const dialog = at("form-dialog");
  dialog.replaceChildren(renderForm(form, act));
  if (!dialog.open) dialog.showModal();
  const target = (focusOn && dialog.querySelector(`#${CSS.escape(focusOn)}`)) || dialog.querySelector(".summary") || dialog.querySelector("input, select, textarea");
  if (target) target.focus();
};

const say = (mine, reply) => {
  select("ask");
  const talk = at("talk");
  if (mine) talk.append(make("div", { class: "mine" }, make("p", { class: "by" }, person().name), make("p", {}, ...lines(mine))));
  if (reply) {
    const element = make("div", { class: "theirs" }, make("p", { class: "by" }, "protocol-bot"), renderReply(reply, act));
    talk.append(element);
    element.scrollIntoView({ block: "nearest" });
  }
};

const take = (reply, element) => {
  if (reply.form) { openForm(reply.form); return; }
  if (reply.replaces && element) {
    const old = element.closest(".reply");
    if (old) { const fresh = renderReply(reply, act); fresh.tabIndex = -1; old.replaceWith(fresh); fresh.focus(); return; }
  }
  say(null, reply);
};

const ask = async (text) => {
  if (!text.trim()) return;
  at("question").value = "";
  say(text, null);
  const reply = await send({ type: "say", text });
  if (reply) take(reply);
};

// --- tabs ---

const tabs = [...document.querySelectorAll("[role=tab]")];
const select = (name, focus = false) => {
  for (const tab of tabs) {
    const on = tab.getAttribute("aria-controls") === name;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
    at(tab.getAttribute("aria-controls")).hidden = !on;
    if (on && focus) tab.focus();
  }
  if (name === "messages") { state.read[who()] = state.newest; refreshMessages(); }
  if (name === "protocol") showClauses();
  if (name === "figures") showFigures();
};
tabs.forEach((tab, index) => {
  tab.addEventListener("click", () => select(tab.getAttribute("aria-controls")));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) { const next = tabs[(index + step + tabs.length) % tabs.length]; select(next.getAttribute("aria-controls"), true); }
  });
});

// --- messages ---

const who = () => `${state.council}/${state.person}`;
const refreshMessages = async () => {
  if (!state.person) return;
  const mine = who();
  const answer = await call(`/api/${state.council}/messages/${encodeURIComponent(state.person)}`);
  if (!answer || mine !== who()) return;
  showClock(answer);
  state.newest = answer.messages.length ? answer.messages[0].number : 0;
  const seen = state.read[mine] || 0;
  const unread = answer.messages.filter((message) => message.number > seen).length;
  const open = !at("messages").hidden;
  if (open) state.read[mine] = state.newest;
  at("unread").hidden = open || !unread;
  at("unread").textContent = unread ? `${unread} new` : "";
  const shown = at("received").dataset.shown;
  const now = `${mine}:${state.newest}`;
  if (shown !== now) {
    at("received").dataset.shown = now;
    at("received").replaceChildren(...(answer.messages.length
      ? answer.messages.map((message) => make("div", { class: "theirs" }, make("p", { class: "by" }, message.at), renderReply(message.reply, act)))
      : [make("p", { class: "quiet" }, "Nothing yet.")]));
  }
};

// --- the protocol ---

const showClauses = async () => {
  if (!state.clauses.length) {
    state.clauses = (await call(`/api/${state.council}/clauses`)) || [];
    const sections = [...new Set(state.clauses.map((clause) => clause.section))];
    at("section").replaceChildren(make("option", { value: "" }, "All sections"), ...sections.map((name) => make("option", { value: name }, name)));
  }
  const wanted = at("find").value.trim().toLowerCase();
  const section = at("section").value;
  const found = state.clauses.filter((clause) => (!section || clause.section === section) &&
    (!wanted || clause.ref.toLowerCase() === wanted || `${clause.says} ${clause.topics.join(" ")} ${clause.official || ""}`.toLowerCase().includes(wanted)));
  at("found").textContent = `${found.length} of ${state.clauses.length} paragraphs`;
  const items = [];
  let heading = "";
  for (const clause of found) {
    if (clause.section !== heading) { heading = clause.section; items.push(make("h2", {}, heading)); }
    const article = renderCitation(clause, 3);
    article.append(make("details", {}, make("summary", {}, `What the bot knows: ${clause.force}; ${clause.topics.join(", ") || "no topics"}`),
      make("p", {}, `People ask it in ${clause.asked_as.length} ways:`), make("ul", {}, ...clause.asked_as.map((text) => make("li", {}, text)))));
    items.push(article);
  }
  at("clauses").replaceChildren(...items);
};
at("find").addEventListener("input", showClauses);
at("section").addEventListener("change", showClauses);

// --- figures ---

const SVG = "http://www.w3.org/2000/svg";
const draw = (tag, props, text) => {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(props)) element.setAttribute(name, value);
  if (text) element.textContent = text;
  return element;
};
const SERIES = [["in_time", "answered in time"], ["late", "answered late"], ["open", "open, in time"], ["overdue", "open, overdue"]];

const showFigures = async () => {
  const rows = await call(`/api/${state.council}/figures`);
  if (!rows) return;
  at("figure-table").replaceChildren();
  at("chart").replaceChildren();
  if (!rows.length) { at("chart").replaceChildren(make("p", { class: "quiet" }, "No enquiry has been raised yet.")); return; }
  const parts = rows.map((row) => ({ ...row, open: row.open - row.overdue }));
  const most = Math.max(1, ...parts.map((row) => SERIES.reduce((sum, [key]) => sum + row[key], 0)));
  const picture = draw("svg", { viewBox: `0 0 800 ${parts.length * 44 + 8}`, role: "img", "aria-label": "Bars of the numbers in the table below" });
  parts.forEach((row, index) => {
    const y = index * 44 + 8;
    picture.append(draw("text", { x: 0, y: y + 20, class: "label" }, row.service));
    let x = 190;
    for (const [key, name] of SERIES) {
      const width = (row[key] / most) * 600;
      if (!width) continue;
      const bar = draw("rect", { x, y, width: Math.max(width - 2, 1), height: 30, class: `bar ${key}` });
      bar.append(draw("title", {}, `${row.service}: ${row[key]} ${name}`));
      picture.append(bar);
      if (width > 22) picture.append(draw("text", { x: x + 8, y: y + 20, class: `on ${key}` }, String(row[key])));
      x += width;
    }
  });
  at("chart").append(picture, make("ul", { class: "legend" }, ...SERIES.map(([key, name]) => make("li", {}, make("span", { class: `key ${key}`, "aria-hidden": "true" }), ` ${name}`))));
  const columns = [["service", "Service"], ["raised", "Raised"], ["answered", "Answered"], ["in_time", "In time"], ["late", "Late"], ["open", "Open"], ["overdue", "Overdue"], ["median_working_days", "Median working days"], ["holding_replies", "Holding replies"]];
  at("figure-table").append(make("div", { class: "wide" }, make("table", {}, make("caption", {}, "The same in numbers"),
    make("thead", {}, make("tr", {}, ...columns.map(([, name]) => make("th", { scope: "col" }, name)))),
    make("tbody", {}, ...rows.map((row) => make("tr", {}, ...columns.map(([key], index) => make(index ? "td" : "th", index ? {} : { scope: "row" }, row[key] === null ? "none yet" : String(row[key])))))))));
};

// --- council, person, clock ---

const chooseCouncil = async (name) => {
  state.council = name;
  state.clauses = [];
  at("talk").replaceChildren();
  at("section").value = "";
  const council = await call(`/api/${name}`);
  if (!council) return;
  state.people = council.people;
  const option = (one) => make("option", { value: one.id, selected: one.id === state.person }, `${one.name} (${one.position})`);
  const group = (label, role) => make("optgroup", { label }, ...council.people.filter((one) => one.role === role).map(option));
  at("person").replaceChildren(group("Councillors", "member"), group("Officers", "officer"));
  state.person = at("person").value;
  at("protocol-title").textContent = `${council.title} (${council.version})`;
  at("protocol-note").textContent = council.note || "";
  showClock(council);
  refreshMessages();
  if (!at("protocol").hidden) showClauses();
  if (!at("figures").hidden) showFigures();
};

at("council").addEventListener("change", () => chooseCouncil(at("council").value));
at("person").addEventListener("change", () => { state.person = at("person").value; at("talk").replaceChildren(); refreshMessages(); });
at("ask-form").addEventListener("submit", (event) => { event.preventDefault(); ask(at("question").value); });
at("question").addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); ask(at("question").value); } });
document.querySelectorAll("[data-open]").forEach((button) => button.addEventListener("click", async () => {
  const reply = await send({ type: "open", form: button.dataset.open });
  if (reply) take(reply);
}));
at("home-open").addEventListener("click", async () => { const reply = await send({ type: "home" }); if (reply) say(null, reply); });
at("check-open").addEventListener("click", () => { at("check-form").hidden = !at("check-form").hidden; if (!at("check-form").hidden) at("draft").focus(); });
at("check-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const reply = await send({ type: "check", text: at("draft").value, audience: at("audience").value });
  if (reply) say(at("draft").value, reply);
});

const move = async (to) => {
  const answer = await call(`/api/${state.council}/clock`, { to });
  if (!answer) return;
  showClock(answer);
  at("moved").textContent = `It is now ${answer.now}.`;
  refreshMessages();
};
at("clock-form").addEventListener("submit", (event) => { event.preventDefault(); move(at("to").value); });
document.querySelectorAll("[data-forward]").forEach((button) => button.addEventListener("click", () => {
  const day = new Date(`${at("to").min.slice(0, 10)}T12:00:00Z`);
  day.setUTCDate(day.getUTCDate() + Number(button.dataset.forward));
  move(`${day.toISOString().slice(0, 10)}T09:30`);
}));

(async () => {
  const protocols = (await call("/api/protocols")) || [];
  at("council").replaceChildren(...protocols.map((one) => make("option", { value: one.id }, one.council)));
  if (protocols.length) await chooseCouncil(protocols[0].id);
  at("question").focus();
  setInterval(refreshMessages, 5000);
})();
