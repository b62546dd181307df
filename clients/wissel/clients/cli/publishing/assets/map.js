"use strict";

/*
 * The map: points on a plane of kilometres, an equirectangular projection around the middle of
 * the country. What would lie on top of each other is one group; a group is a button.
 */
function createMap(svg, tip, controls, told) {
  const CELL = 62; // pixels across which what lies together is one group
  const APART = 44; // pixels between the middles of two groups, at least
  const NEAREST = 420; // pixels for a kilometre
  const STEP = 90; // pixels
  const KM = 111.32; // for a degree of latitude
  const MIDDLE = [52.2, 5.3];
  const NARROWED = Math.cos((MIDDLE[0] * Math.PI) / 180);

  // Coast and borders, drawn by hand for orientation alone: latitude and longitude in turns.
  const LAND = [
    [51.37,3.37,51.46,3.52,51.52,3.44,51.6,3.67,51.73,3.68,51.83,3.87,51.9,4.02,51.98,4.09,52.12,4.25,52.3,4.47,52.47,4.56,52.75,4.64,52.96,4.74,52.93,4.85,52.93,5.04,53.07,5.33,53.17,5.41,53.26,5.49,53.37,5.85,53.4,6.19,53.41,6.5,53.46,6.83,53.32,6.97,53.29,7.08,53.24,7.21,53,7.21,52.87,7.09,52.82,7.06,52.65,7.06,52.63,6.73,52.55,6.69,52.46,6.74,52.43,6.99,52.24,7.06,52.12,6.87,52.03,6.83,51.95,6.79,51.9,6.55,51.84,6.38,51.87,6.15,51.84,5.96,51.75,5.96,51.65,6.1,51.49,6.22,51.36,6.22,51.24,6.07,51.17,6.1,51.12,5.9,51.05,5.87,51.03,6.09,50.92,6.08,50.86,6.02,50.76,6.03,50.74,5.9,50.76,5.69,50.87,5.64,50.96,5.74,51.05,5.76,51.16,5.85,51.19,5.57,51.27,5.43,51.28,5.24,51.31,5.07,51.42,5.1,51.48,5.03,51.42,4.83,51.47,4.64,51.43,4.54,51.36,4.42,51.36,4.27,51.29,4.22,51.21,4.1,51.24,3.94,51.22,3.78,51.27,3.58,51.24,3.42],
    [53.0,4.71,53.04,4.71,53.13,4.79,53.18,4.87,53.11,4.91,53.03,4.84],
    [53.22,4.88,53.3,4.98,53.31,5.1,53.27,5.06],
    [53.35,5.17,53.4,5.19,53.45,5.53,53.42,5.53,53.37,5.31],
    [53.43,5.61,53.46,5.63,53.46,5.95,53.44,5.93],
    [53.47,6.12,53.5,6.13,53.5,6.33,53.48,6.3],
  ];
  const WATER = [
    [52.93,5.06,53.05,5.34,53.05,5.39,52.95,5.38,52.88,5.36,52.85,5.5,52.84,5.69,52.77,5.74,52.68,5.62,52.62,5.54,52.53,5.43,52.4,5.21,52.34,5.16,52.33,5.0,52.38,5.0,52.46,5.07,52.51,5.06,52.62,5.03,52.63,5.12,52.7,5.3,52.75,5.21,52.77,5.1],
    [51.43,3.62,51.44,3.72,51.41,3.86,51.43,3.95,51.4,4.05,51.41,4.22,51.37,4.22,51.35,4.0,51.37,3.86,51.34,3.7,51.4,3.55],
    [51.62,3.72,51.61,3.9,51.55,4.03,51.48,4.17,51.52,4.2,51.62,4.1,51.66,3.95,51.67,3.75],
  ];

  const view = { x: 0, y: 0, scale: 1 };
  const size = { width: 1, height: 1 };
  let points = [];
  let every = []; // the groups of these points at one scale
  let scaleOfGroups = 0;
  let waiting = false;

  const world = make("g", { "aria-hidden": "true" }, svg);
  for (const [kind, shapes] of [["land", LAND], ["land water", WATER]]) {
    make("path", { class: kind, d: shapes.map(outline).join("") }, world);
  }
  const dots = make("path", { class: "dots" }, world);
  const groups = make("g", {}, svg);

  function make(name, attributes, parent) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const key in attributes) node.setAttribute(key, attributes[key]);
    if (parent) parent.append(node);
    return node;
  }

  function project(latitude, longitude) {
    return [(longitude - MIDDLE[1]) * KM * NARROWED, (MIDDLE[0] - latitude) * KM];
  }

  function outline(degrees) {
    let path = "";
    for (let at = 0; at < degrees.length; at += 2) {
      const [x, y] = project(degrees[at], degrees[at + 1]);
      path += `${at ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    }
    return path + "Z";
  }

  function show(rows) {
    points = rows.map((row) => {
      const [x, y] = project(row.latitude, row.longitude);
      return { x, y, row };
    });
    dots.setAttribute("d", points.map(({ x, y }) => `M${x.toFixed(2)} ${y.toFixed(2)}h0`).join(""));
    scaleOfGroups = 0;
    redraw();
  }

  function home() {
    const corners = [project(50.7, 3.3), project(53.55, 7.25)];
    fit(corners[0][0], corners[1][0], corners[1][1], corners[0][1]);
  }

  function fit(left, right, top, bottom) {
    const across = (size.width * 0.94) / Math.max(right - left, 0.001);
    const down = (size.height * 0.94) / Math.max(bottom - top, 0.001);
    view.scale = Math.min(NEAREST, across, down);
    view.x = (left + right) / 2;
    view.y = (top + bottom) / 2;
    redraw();
  }

  function zoom(factor, atX = size.width / 2, atY = size.height / 2) {
    const least = Math.min(size.width / 300, size.height / 360);
    const scale = Math.max(least, Math.min(NEAREST, view.scale * factor));
    view.x += (atX - size.width / 2) * (1 / view.scale - 1 / scale);
    view.y += (atY - size.height / 2) * (1 / view.scale - 1 / scale);
    view.scale = scale;
    redraw();
  }

  function pan(dx, dy) {
    view.x = Math.max(-150, Math.min(150, view.x + dx / view.scale));
    view.y = Math.max(-170, Math.min(180, view.y + dy / view.scale));
    redraw();
  }

  function redraw() {
    hideTip();
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      draw();
    });
  }

  function draw() {
    const { scale } = view;
    const dx = size.width / 2 - view.x * scale;
    const dy = size.height / 2 - view.y * scale;
    world.setAttribute("transform", `translate(${dx} ${dy}) scale(${scale})`);
    const focused = svg.contains(document.activeElement) && document.activeElement.group;
    if (scale !== scaleOfGroups) {
      every = grouped(scale);
      scaleOfGroups = scale;
      groups.replaceChildren();
    }
    for (const group of every) {
      const left = group.x + dx;
      const top = group.y + dy;
      const inside = left > 0 && top > 0 && left < size.width && top < size.height;
      if (!inside) {
        if (group.node) group.node.remove();
        continue;
      }
      group.node ||= button(group);
      group.node.setAttribute("transform", `translate(${left.toFixed(1)} ${top.toFixed(1)})`);
      if (!group.node.parentNode) groups.append(group.node);
    }
    if (focused && !svg.contains(document.activeElement)) refocus(focused.members[0].row);
  }

  // Points of one cell of a grid are a group; one that comes too close to a larger one joins it.
  function grouped(scale) {
    const cells = new Map();
    const key = (column, line) => column * 1e6 + line;
    for (const point of points) {
      const x = point.x * scale;
      const y = point.y * scale;
      const column = Math.floor(x / CELL);
      const line = Math.floor(y / CELL);
      let group = cells.get(key(column, line));
      if (!group) {
        group = { members: [], x: 0, y: 0, column, line, gone: false };
        cells.set(key(column, line), group);
      }
      group.members.push(point);
      group.x += x;
      group.y += y;
    }
    const largest = [...cells.values()].sort((one, other) => other.members.length - one.members.length);
    for (const group of largest) {
      group.x /= group.members.length;
      group.y /= group.members.length;
    }
    for (const group of largest) {
      if (group.gone) continue;
      for (let column = group.column - 1; column <= group.column + 1; column += 1) {
        for (let line = group.line - 1; line <= group.line + 1; line += 1) {
          const near = cells.get(key(column, line));
          if (!near || near === group || near.gone) continue;
          if (Math.hypot(near.x - group.x, near.y - group.y) >= APART) continue;
          group.members.push(...near.members);
          near.gone = true;
        }
      }
    }
    return largest.filter((group) => !group.gone);
  }

  function button(group) {
    const many = group.members.length;
    const connected = group.members.some(({ row }) => row.services.length);
    const node = make("g", {
      class: connected ? "group" : "group idle",
      role: "button",
      tabindex: "0",
      "aria-label": told.label(group.members.map(({ row }) => row)),
    });
    const radius = many === 1 ? 7 : Math.min(23, 11 + 1.4 * Math.log2(many));
    make("circle", { class: "reach", r: Math.max(13, radius) }, node);
    make("circle", { r: radius.toFixed(1) }, node);
    if (many > 1) make("text", {}, node).textContent = many.toLocaleString("nl");
    node.group = group;
    return node;
  }

  function refocus(row) {
    for (const node of groups.children) {
      if (node.group.members.some((point) => point.row === row)) {
        node.focus({ preventScroll: true });
        return;
      }
    }
    svg.focus({ preventScroll: true });
  }

  function open(group) {
    const xs = group.members.map(({ x }) => x);
    const ys = group.members.map(({ y }) => y);
    const [left, right] = [Math.min(...xs), Math.max(...xs)];
    const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
    const together = (Math.max(right - left, bottom - top) || 0) * NEAREST < CELL;
    if (together || view.scale >= NEAREST) told.pick(group.members.map(({ row }) => row));
    else fit(left, right, top, bottom);
  }

  function showTip(node) {
    const rows = node.group.members.map(({ row }) => row);
    tip.replaceChildren(...told.tip(rows));
    tip.hidden = false;
    const at = node.getBoundingClientRect();
    const frame = svg.getBoundingClientRect();
    const left = at.left - frame.left + at.width / 2 - tip.offsetWidth / 2;
    const above = at.top - frame.top - tip.offsetHeight;
    tip.style.left = `${Math.max(4, Math.min(frame.width - tip.offsetWidth - 4, left))}px`;
    tip.style.top = `${above > 4 ? above : at.bottom - frame.top}px`;
  }

  function hideTip() {
    tip.hidden = true;
  }

  const ACTIONS = {
    in: () => zoom(1.6),
    out: () => zoom(1 / 1.6),
    home,
    up: () => pan(0, -STEP),
    down: () => pan(0, STEP),
    left: () => pan(-STEP, 0),
    right: () => pan(STEP, 0),
  };
  const KEYS = {
    "+": "in", "=": "in", "-": "out", _: "out", 0: "home", Home: "home",
    ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right",
  };

  controls.addEventListener("click", (event) => {
    const asked = event.target.closest("[data-do]");
    if (asked) ACTIONS[asked.dataset.do]();
  });
  svg.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const group = event.target.group;
    if (group && (event.key === "Enter" || event.key === " ")) open(group);
    else if (event.key === "Escape") hideTip();
    else if (KEYS[event.key]) ACTIONS[KEYS[event.key]]();
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hideTip();
  });

  const held = new Map(); // pointers that are down, by id
  let moved = 0;
  const nodeAt = (event) => event.target.closest && event.target.closest(".group");
  svg.addEventListener("pointerdown", (event) => {
    if (!held.size) moved = 0;
    held.set(event.pointerId, [event.clientX, event.clientY]);
  });
  svg.addEventListener("pointermove", (event) => {
    const before = held.get(event.pointerId);
    if (!before) return;
    const now = [event.clientX, event.clientY];
    moved += Math.hypot(now[0] - before[0], now[1] - before[1]);
    if (moved < 5) return; // a click that trembles
    svg.setPointerCapture(event.pointerId);
    svg.classList.add("held");
    const others = [...held].filter(([id]) => id !== event.pointerId);
    held.set(event.pointerId, now);
    if (!others.length) {
      pan(before[0] - now[0], before[1] - now[1]);
      return;
    }
    const [other] = others[0].slice(1);
    const apart = (from) => Math.hypot(from[0] - other[0], from[1] - other[1]);
    const frame = svg.getBoundingClientRect();
    const middle = [(now[0] + other[0]) / 2 - frame.left, (now[1] + other[1]) / 2 - frame.top];
    pan((before[0] - now[0]) / 2, (before[1] - now[1]) / 2);
    zoom(apart(now) / Math.max(apart(before), 1), ...middle);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    svg.addEventListener(name, (event) => {
      held.delete(event.pointerId);
      if (!held.size) svg.classList.remove("held");
    });
  }
  svg.addEventListener("click", (event) => {
    const node = nodeAt(event);
    if (node && moved < 5) open(node.group);
  });
  svg.addEventListener("dblclick", (event) => {
    if (!nodeAt(event)) zoom(2, event.offsetX, event.offsetY);
  });
  svg.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey && !svg.contains(document.activeElement)) return;
    event.preventDefault();
    const frame = svg.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY / 300), event.clientX - frame.left, event.clientY - frame.top);
  }, { passive: false });

  svg.addEventListener("pointerover", (event) => {
    const node = nodeAt(event);
    if (node && !held.size) showTip(node);
  });
  svg.addEventListener("pointerout", (event) => {
    const over = event.relatedTarget;
    if (nodeAt(event) && !(over && tip.contains(over))) hideTip();
  });
  tip.addEventListener("pointerleave", hideTip);
  svg.addEventListener("focusin", (event) => {
    if (event.target.group) showTip(event.target);
  });
  svg.addEventListener("focusout", hideTip);

  new ResizeObserver(() => {
    const first = size.width === 1;
    size.width = svg.clientWidth || 1;
    size.height = svg.clientHeight || 1;
    svg.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
    if (first) home();
    else redraw();
  }).observe(svg);

  return { show };
}
