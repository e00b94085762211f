"use strict";
// Hover, focus and search in a picture. Text goes in as textContent only; nothing is ever parsed as HTML.
(() => {
  const get = id => document.getElementById(id);
  const [groups, tables, links, grid] = JSON.parse(get("data").textContent);
  const [bar, field, clear, said, tip] = ["bar", "find", "clear", "said", "tip"].map(get);
  const svg = document.querySelector("svg"), paper = svg.parentNode;
  const owner = new Map();
  const item = (kind, [id, name, note], parts) => {
    const made = { kind, name, note, parts: parts.filter(Boolean), on: new Set(), group: null, out: [], in: [], at: 0 };
    for (const part of made.parts) {
      owner.set(part, made);
      part.classList.add("part", kind);
    }
    return made;
  };
  const boxes = groups.map(it => item("box", it, [get(it[0]), get(it[0] + ":name")]));
  const items = tables.map((it, at) => Object.assign(item("table", it, [get(it[0])]), { group: boxes[it[3]], at }));
  const cells = new Map();
  const lines = links.map(([from, to, kind, text]) => {
    const id = `edge:${kind}:${tables[from][0].slice(6)}:${tables[to][0].slice(6)}`;
    const line = Object.assign(item("line", ["", text || `${tables[from][1]} \u2192 ${tables[to][1]}, ${kind}`, ""], [get(id)]), { from: items[from], to: items[to] });
    for (const part of line.parts) {
      const reach = part.querySelector("path").cloneNode();
      reach.classList.add("reach");
      part.append(reach);
    }
    line.from.out.push(line);
    if (from !== to) line.to.in.push(line);
    cells.set(`${from},${to}`, line);
    return line;
  });

  // What stands out with each: the lines that touch it, their other ends, and the boxes of all of these.
  const take = (into, ...found) => found.forEach(it => it.parts.forEach(part => into.add(part)));
  const takeLine = (into, line) => take(into, line, line.from, line.to, line.from.group, line.to.group);
  for (const it of items) {
    it.group.out.push(it);
    take(it.on, it, it.group);
    take(it.group.on, it, it.group);
  }
  for (const line of lines)
    for (const it of [line, line.from, line.to, line.from.group, line.to.group]) takeLine(it.on, line);

  const telling = (it, joint = "; ") => {
    if (it.kind === "line") return it.name;
    if (it.kind === "box") return it.note;
    const told = [...it.out, ...it.in].map(line => line.name);
    const shown = told.length > 6 ? [...told.slice(0, 5), `and ${told.length - 5} more`] : told;
    const counted = told.length ? `refers to ${it.out.length}, referred to by ${it.in.length}` : "no key from or to it";
    return [`${it.name} (${it.group.name})${it.note && ", " + it.note}: ${counted}`, ...shown].join(joint);
  };

  // The matrix has no shape per table: rows and columns are marked by bands.
  const SVG = "http://www.w3.org/2000/svg";
  const bands = svg.appendChild(document.createElementNS(SVG, "g"));
  // Read from the paths, as a frame that is not in sight has no layout yet.
  const extent = it => {
    const numbers = (it.parts[0].querySelector("path")?.getAttribute("d").match(/-?[\d.]+/g) || [0, 0]).map(Number);
    const [x, y] = [0, 1].map(axis => numbers.filter((_, at) => at % 2 === axis));
    return { x: Math.min(...x), y: Math.min(...y), right: Math.max(...x) };
  };
  let frame = null;
  const filled = boxes.filter(it => it.parts.length && it.out.length).map(extent);
  if (grid && filled.length) {
    const [x, y] = ["x", "y"].map(axis => Math.min(...filled.map(side => side[axis])));
    frame = { x, y, side: Math.max(...filled.map(side => side.right)) - x };
    bands.classList.add("bands");
  }
  const band = (start, count, column) => {
    const step = frame.side / items.length, wide = Math.max(count * step, 1.5), made = document.createElementNS(SVG, "rect");
    const at = (column ? frame.x : frame.y) + (start + count / 2) * step - wide / 2;
    const [x, y, width, height] = column ? [at, frame.y, wide, frame.side] : [frame.x, at, frame.side, wide];
    for (const [name, value] of Object.entries({ x, y, width, height })) made.setAttribute(name, value);
    made.classList.add("band");
    bands.append(made);
  };
  const mark = subjects => {
    bands.replaceChildren();
    for (const it of subjects.slice(0, 300)) {
      const [start, count] = it.kind === "box" ? [it.out.length ? it.out[0].at : 0, it.out.length] : [it.at, 1];
      if (it.kind !== "line" && count) [false, true].forEach(column => band(start, count, column));
      if (it.kind === "line") [band(it.from.at, 1, false), band(it.to.at, 1, true)];
    }
  };

  let pinned = null, hovered = null, hits = null, turn = -1;
  const show = () => {
    const subject = pinned || hovered;
    const on = subject ? subject.on : hits ? new Set(hits.flatMap(it => [...it.parts, ...it.group.parts])) : null;
    svg.classList.toggle("dim", Boolean(on) && !grid);
    for (const [part, it] of owner) {
      part.classList.toggle("on", Boolean(on && on.has(part)));
      part.classList.toggle("is", it === subject);
      if (part.hasAttribute("role")) part.setAttribute("aria-pressed", it === pinned);
    }
    if (frame) mark(subject ? [subject] : hits || []);
    clear.hidden = !pinned && !field.value;
  };
  const say = text => { said.textContent = text; };
  const rest = `${tables.length} tables in ${groups.length} groups. Point at one to see its keys, click to keep it. ` +
    "Keyboard: arrows move in the picture, Enter keeps, Escape shows all.";
  const found = () => `${hits.length} of ${tables.length} tables`;
  const told = () => (pinned ? telling(pinned) : hits ? found() : rest);
  const pin = it => {
    pinned = it;
    hovered = null;
    tip.hidden = true;
    show();
    say(told());
  };
  const reset = () => {
    field.value = "";
    hits = null;
    pin(null);
  };
  const see = it => {
    const part = it.parts[0] || it.group.parts[0], seen = paper.getBoundingClientRect(), at = part?.getBoundingClientRect();
    const out = part && (at.top < seen.top || at.bottom > seen.bottom || at.left < seen.left || at.right > seen.right);
    if (out) part.scrollIntoView({ block: "center", inline: "center" });
  };

  field.addEventListener("input", () => {
    const asked = field.value.trim().toLowerCase();
    hits = asked ? searched.filter(it => it.name.toLowerCase().includes(asked)) : null;
    turn = -1;
    pin(null);
    if (hits?.length) see(hits[0]);
  });
  field.addEventListener("keydown", event => {
    if (event.key !== "Enter" || !hits?.length) return;
    turn = (turn + (event.shiftKey ? -1 : 1) + hits.length + (turn < 0 && event.shiftKey)) % hits.length;
    pin(hits[turn]);
    say(`${turn + 1} of ${hits.length} found. ${telling(pinned)}`);
    see(pinned);
  });
  clear.addEventListener("click", () => {
    reset();
    field.focus();
  });
  document.addEventListener("keydown", event => {
    if (event.key === "Escape") reset();
  });

  // The pointer.
  const under = event => {
    for (let part = event.target; part && part !== svg; part = part.parentNode) if (owner.has(part)) return owner.get(part);
    return null;
  };
  const cell = event => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const [row, column] = [point.y - frame.y, point.x - frame.x].map(far => Math.floor((far / frame.side) * items.length));
    const [from, to] = [items[row], items[column]];
    if (!from || !to) return null;
    // A mark is larger than its cell: what is meant is the nearest key within two pixels.
    const far = Math.min(6, Math.ceil((2 * items.length) / frame.side));
    let near = null, least = far * far + 1;
    for (let down = -far; down <= far; down++)
      for (let right = -far; right <= far; right++) {
        const line = cells.get(`${row + down},${column + right}`), away = down * down + right * right;
        if (line && away < least) [near, least] = [line, away];
      }
    const text = `Row ${from.name} (${from.group.name}), column ${to.name} (${to.group.name})`;
    return near || { kind: "line", name: text, from, to, on: new Set() };
  };
  const place = (text, x, y) => {
    tip.textContent = text;
    tip.hidden = false;
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(8, Math.min(x + 14, innerWidth - width - 8))}px`;
    tip.style.top = `${y + 18 + height > innerHeight ? Math.max(0, y - height - 10) : y + 18}px`;
  };
  const point = it => {
    if (it === hovered) return;
    hovered = it;
    show();
  };
  svg.addEventListener("pointermove", event => {
    if (event.buttons) return;
    const it = (frame && cell(event)) || under(event);
    point(it);
    if (it) place(telling(it, "\n"), event.clientX, event.clientY);
    else tip.hidden = true;
  });
  svg.addEventListener("pointerleave", () => {
    point(null);
    tip.hidden = true;
  });
  svg.addEventListener("click", event => {
    if (getSelection().toString()) return;
    const it = under(event) || (frame && cell(event));
    if (it || pinned) pin(it === pinned ? null : it);
  });

  // (On the svg itself, a listener for focus would make Chromium take it for one more stop of the Tab key.)
  // The keyboard: one stop for the picture, arrows within. Down goes through everything, right from group to group.
  const stop = it => it.parts[it.parts.length - 1];
  const read = boxes.filter(it => it.parts.length).map(it => [it, extent(it)]);
  read.sort(([, a], [, b]) => a.y - b.y || a.x - b.x);
  const order = read.flatMap(([it]) => [it, ...it.out.filter(table => table.parts.length)]);
  for (const it of order) {
    const part = stop(it);
    part.setAttribute("role", "button");
    part.setAttribute("aria-label", telling(it));
    part.tabIndex = it === order[0] ? 0 : -1;
  }
  const searched = grid ? items : order.filter(it => it.kind === "table");
  const go = it => {
    if (!it) return;
    for (const other of order) stop(other).tabIndex = other === it ? 0 : -1;
    stop(it).focus();
  };
  const step = (from, by, wanted) => {
    let at = order.indexOf(from) + by;
    while (order[at] && !wanted(order[at])) at += by;
    return order[at];
  };
  const any = () => true, group = it => it.kind === "box";
  paper.addEventListener("focusin", event => {
    const it = owner.get(event.target);
    if (!it || !event.target.matches(":focus-visible")) return;
    point(it);
    const { left, bottom } = event.target.getBoundingClientRect();
    place(telling(it, "\n"), left, Math.min(bottom, innerHeight - 60) - 12);
  });
  paper.addEventListener("focusout", () => {
    point(null);
    tip.hidden = true;
  });
  paper.addEventListener("keydown", event => {
    const it = owner.get(event.target);
    const act = {
      ArrowDown: () => go(step(it, 1, any)),
      ArrowUp: () => go(step(it, -1, any)),
      ArrowRight: () => go(step(it, 1, group)),
      ArrowLeft: () => go(step(it, -1, group)),
      Home: () => go(order[0]),
      End: () => go(order.filter(group).pop()),
      Enter: () => pin(pinned === it ? null : it),
      " ": () => pin(pinned === it ? null : it),
    }[event.key];
    if (!it || !act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });

  svg.setAttribute("role", "group");
  bar.hidden = false;
  say(rest);
})();
