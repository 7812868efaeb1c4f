// What a page does without asking the server: keys, the theme, moving the diagram, and lists and ranges taken apart.
// Every page works without it.
"use strict";

const root = document.documentElement;
const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

// ---------------------------------------------------------------- theme and help

const isDark = () =>
  root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

function changeTheme() {
  root.dataset.theme = isDark() ? "light" : "dark";
  try { localStorage.setItem("theme", root.dataset.theme); } catch { /* it holds for this page only */ }
}

const help = document.getElementById("help");
const current = document.querySelector(".top [aria-current]");
if (current) current.closest("nav").scrollLeft = current.offsetLeft - current.closest("nav").offsetLeft - 40;
document.getElementById("theme").addEventListener("click", changeTheme);
document.getElementById("help-button").addEventListener("click", () => help.showModal());

// ---------------------------------------------------------------- keys

const PLACES = { s: "/schema", e: "/diagram", d: "/data", q: "/queries", m: "/migrations", f: "/findings" };
let going = 0;

function move(step) {
  const entries = [...document.querySelectorAll("main [data-entry]")].filter((one) => one.offsetParent !== null);
  if (!entries.length) return;
  const at = entries.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : entries.length - 1) : Math.min(Math.max(at + step, 0), entries.length - 1);
  entries[next].focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) {
    event.preventDefault();
    event.target.form.requestSubmit();
    return;
  }
  if (event.key === "Escape" && typing(event.target)) { event.target.blur(); return; }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || help.open) return;
  if (Date.now() - going < 1500 && PLACES[event.key]) { location.href = PLACES[event.key]; return; }
  const focus = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  const page = { n: "next", p: "previous" }[event.key];
  if (focus) { event.preventDefault(); focus.focus(); focus.select?.(); }
  else if (event.key === "g") going = Date.now();
  else if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "t") changeTheme();
  else if (event.key === "?") help.showModal();
  else if (page) document.querySelector(`[data-page="${page}"]`)?.click();
});

// ---------------------------------------------------------------- waiting

const loading = document.getElementById("loading");

function waiting(text) {
  loading.className = "on";
  loading.innerHTML = "";
  loading.append(Object.assign(document.createElement("span"), { textContent: text }));
}

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const button = event.submitter;
  waiting(`${event.target.dataset.busy ?? "Loading"} …`);
  if (button && event.target.method === "post") {
    // Behind the browser's reading of the form, which needs the button's name and value.
    setTimeout(() => { button.setAttribute("aria-busy", "true"); button.disabled = true; });
  }
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (link && !link.hasAttribute("download") && !event.ctrlKey && !event.metaKey && !event.shiftKey && !link.hash)
    waiting("Loading …");
});
addEventListener("pageshow", () => {
  loading.className = "";
  loading.innerHTML = "";
  for (const one of document.querySelectorAll("[aria-busy]")) { one.removeAttribute("aria-busy"); one.disabled = false; }
});
// Who comes for a column wants to see who uses it.
if (location.hash.startsWith("#column-"))
  document.getElementById(decodeURIComponent(location.hash.slice(1)))?.querySelector("details")?.setAttribute("open", "");
document.getElementById("result")?.focus({ preventScroll: false });

// ---------------------------------------------------------------- fields

const make = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

// An array's text → its elements (null for NULL); undefined for what has more dimensions or bounds of its own.
function readList(text, delimiter) {
  const trimmed = text.trim();
  if (!trimmed.startsWith("{") || !trimmed.endsWith("}")) return undefined;
  const found = [];
  let at = 1;
  const end = trimmed.length - 1;
  const blank = () => { while (at < end && /\s/.test(trimmed[at])) at++; };
  blank();
  if (at >= end) return found;
  for (;;) {
    blank();
    let value = "";
    if (trimmed[at] === "{") return undefined;
    if (trimmed[at] === '"') {
      for (at++; at < end && trimmed[at] !== '"'; at++) { if (trimmed[at] === "\\") at++; value += trimmed[at]; }
      if (trimmed[at] !== '"') return undefined;
      at++;
    } else {
      for (; at < end && trimmed[at] !== delimiter; at++) {
        if ('"{}'.includes(trimmed[at])) return undefined;
        if (trimmed[at] === "\\") at++;
        value += trimmed[at];
      }
      value = value.trimEnd();
      if (value === "") return undefined;
      if (value.toUpperCase() === "NULL") value = null;
    }
    found.push(value);
    blank();
    if (at >= end) return found;
    if (trimmed[at] !== delimiter) return undefined;
    at++;
  }
}

const writeElement = (value) =>
  value === null ? "NULL" : /^[\w.+:\-]+$/.test(value) && value.toUpperCase() !== "NULL"
    ? value : `"${value.replace(/["\\]/g, "\\$&")}"`;
const writeList = (values, delimiter) => `{${values.map(writeElement).join(delimiter)}}`;

function listEditor(field, area) {
  const delimiter = field.dataset.delimiter || ",";
  const values = area.value.trim() === "" ? [] : readList(area.value, delimiter);
  if (values === undefined) return;
  const name = field.querySelector("label").textContent;
  const parts = make("div", { className: "parts", role: "group" });
  parts.setAttribute("aria-label", `${name}: elements`);
  const inputs = () => [...parts.querySelectorAll(".part")];
  const write = () => {
    area.value = writeList(inputs().map((one) => one.querySelector("[type=checkbox]").checked ? null : one.querySelector("[type=text]").value), delimiter);
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const add = make("button", { type: "button", textContent: "Add an element" });
  const append = (value) => {
    const input = make("input", { type: "text", value: value ?? "", disabled: value === null, autocomplete: "off", dir: "auto" });
    input.setAttribute("aria-label", `${name}, element`);
    const isNull = make("input", { type: "checkbox", checked: value === null });
    const remove = make("button", { type: "button", textContent: "×" });
    remove.setAttribute("aria-label", "Remove this element");
    const part = make("div", { className: "part" }, input, make("label", { className: "check" }, isNull, "NULL"), remove);
    input.addEventListener("input", (event) => { event.stopPropagation(); write(); });
    isNull.addEventListener("change", () => { input.disabled = isNull.checked; write(); });
    remove.addEventListener("click", () => { part.remove(); write(); add.focus(); });
    parts.insertBefore(part, add);
    return input;
  };
  parts.append(add);
  values.forEach(append);
  add.addEventListener("click", () => { append("").focus(); write(); });
  area.hidden = true;
  area.after(parts);
  field.querySelector("label").htmlFor = "";
}

// A range's text → its parts; undefined for multiranges and whatever else.
function readRange(text) {
  const trimmed = text.trim();
  if (trimmed.toLowerCase() === "empty") return { empty: true, open: "[", from: "", to: "", close: ")" };
  const match = /^([[(])\s*(?:"((?:[^"\\]|\\.|"")*)"|([^",]*)),\s*(?:"((?:[^"\\]|\\.|"")*)"|([^",]*))([\])])$/.exec(trimmed);
  if (!match) return undefined;
  const plain = (quoted, bare) => (quoted !== undefined ? quoted.replace(/\\(.)|""/g, (all, one) => one ?? '"') : bare);
  return { empty: false, open: match[1], from: plain(match[2], match[3]), to: plain(match[4], match[5]), close: match[6] };
}

const writeBound = (value) => (value === "" || /^[\w.+\-]+$/.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`);

function rangeEditor(field, area) {
  const range = area.value.trim() === "" ? { empty: false, open: "[", from: "", to: "", close: ")" } : readRange(area.value);
  if (!range) return;
  const name = field.querySelector("label").textContent;
  const choice = (options, value, label) => {
    const made = make("select", {}, ...options.map(([one, text]) => make("option", { value: one, textContent: text })));
    made.value = value;
    made.setAttribute("aria-label", `${name}: ${label}`);
    return made;
  };
  const bound = (value, label) => {
    const made = make("input", { type: "text", value, placeholder: "no bound", autocomplete: "off" });
    made.setAttribute("aria-label", `${name}: ${label}`);
    return made;
  };
  const open = choice([["[", "[ from"], ["(", "( after"]], range.open, "lower bound belongs to it");
  const from = bound(range.from, "lower bound");
  const to = bound(range.to, "upper bound");
  const close = choice([["]", "to ]"], [")", "before )"]], range.close, "upper bound belongs to it");
  const empty = make("input", { type: "checkbox", checked: range.empty });
  const parts = make("div", { className: "parts bounds" }, open, from, to, close, make("label", { className: "check" }, empty, "empty"));
  const write = (event) => {
    event.stopPropagation();
    for (const one of [open, from, to, close]) one.disabled = empty.checked;
    area.value = empty.checked ? "empty" : `${open.value}${writeBound(from.value)},${writeBound(to.value)}${close.value}`;
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  for (const one of [open, from, to, close, empty]) one.addEventListener("input", write);
  for (const one of [open, from, to, close]) one.disabled = range.empty;
  if (area.value.trim() === "") area.value = "[,)";
  area.hidden = true;
  area.after(parts);
}

function bytesEditor(field, area) {
  const file = make("input", { type: "file" });
  file.setAttribute("aria-label", `${field.querySelector("label").textContent}: take a file's bytes`);
  file.addEventListener("change", async () => {
    if (!file.files[0]) return;
    const bytes = new Uint8Array(await file.files[0].arrayBuffer());
    area.value = "\\x" + Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
  area.after(make("p", { className: "note parts" }, "hexadecimal digits behind \\x, or ", file));
}

// What a field that has no value says beside the way to one.
const STATES = { null: "It is NULL.", default: "It takes its default.", unset: "It is left out.", empty: "It is the empty text." };

for (const field of document.querySelectorAll("[data-field]")) {
  const value = field.querySelector("[data-value]");
  const mode = field.querySelector("[data-mode]");
  if (!value) continue;
  const before = value.value;
  const beforeMode = mode?.value;
  const editor = { list: listEditor, range: rangeEditor, bytes: bytesEditor }[field.dataset.editor];
  if (editor) editor(field, value);
  if (mode) {
    const give = make("button", { type: "button", className: "give" });
    give.addEventListener("click", () => {
      mode.value = "value";
      mode.dispatchEvent(new Event("change"));
    });
    value.before(give);
  }
  const show = () => {
    const give = field.querySelector(".give");
    if (give) {
      give.replaceChildren(`${STATES[mode.value] ?? ""} `, make("u", { textContent: "Give a value" }));
    }
    if (field.dataset.required !== undefined) value.required = (mode?.value ?? "value") === "value" && !value.hidden;
    give?.setAttribute("aria-label", `Give a value for ${field.querySelector("label").textContent}`);
    field.classList.toggle("off", mode !== null && mode.value !== "value");
    field.classList.toggle("changed", (mode?.value ?? "value") !== (beforeMode ?? "value") || (value.value !== before && (mode?.value ?? "value") === "value"));
  };
  mode?.addEventListener("change", () => {
    show();
    if (mode.value === "value") (field.querySelector(".parts input, .parts button") ?? value).focus();
  });
  value.addEventListener("input", show);
  show();
}

// ---------------------------------------------------------------- the diagram

const canvas = document.getElementById("canvas");
if (canvas) {
  const svg = canvas.querySelector("svg");
  const whole = svg.viewBox.baseVal;
  const all = { x: whole.x, y: whole.y, w: whole.width, h: whole.height };
  let view = { ...all };
  const apply = () => svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`);
  const scale = () => Math.max(view.w / canvas.clientWidth, view.h / canvas.clientHeight);
  const zoom = (factor, x = 0.5, y = 0.5) => {
    const w = Math.min(Math.max(view.w * factor, 120), all.w * 4);
    const h = view.h * (w / view.w);
    view = { x: view.x + (view.w - w) * x, y: view.y + (view.h - h) * y, w, h };
    apply();
  };
  const pan = (dx, dy) => { view.x += dx; view.y += dy; apply(); };
  const fit = () => { view = { ...all }; apply(); };
  const begin = () => {
    // A large schema begins at a size at which names can be read, in its upper left corner.
    const ratio = canvas.clientWidth / canvas.clientHeight;
    if (scale() > 1.5) view = { x: 0, y: 0, w: canvas.clientWidth * 1.4, h: (canvas.clientWidth / ratio) * 1.4 };
    else if (scale() < 0.8) {
      const w = canvas.clientWidth * 0.8, h = canvas.clientHeight * 0.8;
      view = { x: (all.w - w) / 2, y: (all.h - h) / 2, w, h };
    }
    apply();
  };
  begin();
  let from = null, moved = false;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.target.closest(".zoom")) return;
    from = { x: event.clientX, y: event.clientY };
    moved = false;
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!from) return;
    const dx = event.clientX - from.x, dy = event.clientY - from.y;
    if (!moved && Math.hypot(dx, dy) < 4) return;
    if (!moved) { moved = true; canvas.setPointerCapture(event.pointerId); canvas.classList.add("dragging"); }
    pan(-dx * scale(), -dy * scale());
    from = { x: event.clientX, y: event.clientY };
  });
  const drop = () => { from = null; canvas.classList.remove("dragging"); };
  canvas.addEventListener("pointerup", drop);
  canvas.addEventListener("pointercancel", drop);
  canvas.addEventListener("dragstart", (event) => event.preventDefault());
  canvas.addEventListener("click", (event) => { if (moved) { event.preventDefault(); event.stopPropagation(); moved = false; } }, true);
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const box = canvas.getBoundingClientRect();
    if (event.ctrlKey || event.metaKey)
      zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, (event.clientX - box.x) / box.width, (event.clientY - box.y) / box.height);
    else pan(event.deltaX * scale(), event.deltaY * scale());
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    const step = 60 * scale();
    const action = {
      ArrowLeft: () => pan(-step, 0), ArrowRight: () => pan(step, 0), ArrowUp: () => pan(0, -step), ArrowDown: () => pan(0, step),
      "+": () => zoom(1 / 1.25), "=": () => zoom(1 / 1.25), "-": () => zoom(1.25), 0: fit,
    }[event.key];
    if (action) { event.preventDefault(); action(); }
  });
  canvas.addEventListener("focusin", (event) => {
    const box = event.target.closest?.("a[data-table]")?.getBBox?.();
    if (!box || !event.target.matches(":focus-visible")) return;
    const place = event.target.querySelector("g").transform.baseVal.consolidate().matrix;
    if (place.e < view.x || place.f < view.y || place.e > view.x + view.w * 0.8 || place.f > view.y + view.h * 0.8) {
      view.x = place.e - view.w / 3;
      view.y = place.f - view.h / 3;
      apply();
    }
    canvas.scrollTo(0, 0);
  });
  for (const button of canvas.querySelectorAll("[data-zoom]"))
    button.addEventListener("click", () => ({ in: () => zoom(1 / 1.25), out: () => zoom(1.25), fit })[button.dataset.zoom]());
}
for (const table of document.querySelectorAll(".er a[data-table]")) {
  const near = (on) => {
    for (const link of document.querySelectorAll(`.er-link[data-source="${table.dataset.table}"], .er-link[data-target="${table.dataset.table}"]`))
      link.classList.toggle("near", on);
  };
  for (const name of ["mouseenter", "focus"]) table.addEventListener(name, () => near(true));
  for (const name of ["mouseleave", "blur"]) table.addEventListener(name, () => near(false));
}
