
/* The page of schools: reads its data, filters, and shows what is left as a list and on the map. */
(() => {
  const PART = 50; // schools that are listed at a time
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const number = (value) => value.toLocaleString("nl");
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const rows = data.rows.map((row) => {
    const [vestiging, name, postcode, town, sector, served, within, latitude, longitude, closed] = row;
    const where = data.towns[town];
    return {
      vestiging, name, postcode, town: where, sector, latitude, longitude, closed,
      services: data.served[served],
      swvs: data.within[within],
      text: plain(`${name} ${where} ${postcode} ${vestiging}`),
    };
  });
  const inputs = Object.fromEntries(
    ["query", "state", "service", "sector", "town", "swv"].map((id) => [id, byId(id)]),
  );
  let picked = null; // rows that were chosen on the map
  let matching = [];
  let listed = 0;

  function element(name, text, kind) {
    const node = document.createElement(name);
    if (text) node.textContent = text;
    if (kind) node.className = kind;
    return node;
  }

  function fill(select, pairs) {
    pairs.forEach(([code, name], at) => {
      const option = element("option", name === code ? code : `${name} (${code})`);
      option.value = at;
      select.append(option);
    });
  }

  function condition() {
    const words = plain(inputs.query.value).split(/\s+/).filter(Boolean);
    const town = plain(inputs.town.value.trim());
    const chosen = (input) => (input.value === "" ? null : Number(input.value));
    const [service, sector, swv] = [inputs.service, inputs.sector, inputs.swv].map(chosen);
    return (row, state) =>
      words.every((word) => row.text.includes(word)) &&
      (!town || plain(row.town) === town || (town.length > 2 && plain(row.town).startsWith(town))) &&
      (sector === null || row.sector === sector) &&
      (swv === null || row.swvs.includes(swv)) &&
      isIn(row, state, service);
  }

  function isIn(row, state, service) {
    const connected = service === null ? row.services.length > 0 : row.services.includes(service);
    if (state === "connected") return connected;
    if (state === "open") return !row.closed && !connected;
    if (state === "closed") return Boolean(row.closed);
    return service === null || connected;
  }

  function update() {
    const fits = condition();
    const state = inputs.state.value;
    const every = rows.filter((row) => fits(row, state));
    map.show(every.filter((row) => row.latitude && !row.closed));
    matching = picked ? every.filter((row) => picked.has(row)) : every;
    byId("unpick").hidden = !picked;
    const hidden = picked || !state ? 0 : rows.filter((row) => fits(row, "")).length - every.length;
    byId("also").hidden = !hidden || Boolean(inputs.service.value);
    byId("also").textContent = `Toon ook ${number(hidden)} andere`;
    byId("count").textContent =
      matching.length === 1 ? "1 locatie" : `${number(matching.length)} locaties`;
    byId("list").replaceChildren();
    listed = 0;
    more();
  }

  function more() {
    const next = matching.slice(listed, listed + PART);
    byId("list").append(...next.map(item));
    listed += next.length;
    const left = matching.length - listed;
    byId("more").hidden = !left;
    byId("more").textContent = `Toon meer (nog ${number(left)})`;
  }

  function item(row) {
    const node = element("li");
    const head = element("p");
    const sector = data.sectors[row.sector][0];
    const where = [row.postcode, row.town, sector, row.vestiging].filter(Boolean).join(" · ");
    head.append(element("b", row.name), element("span", where, "where"));
    node.append(head);
    if (!row.services.length) {
      node.append(element("p", status(row), "state"));
      return node;
    }
    const chips = element("ul", "", "chips");
    chips.append(...row.services.map((at) => element("li", data.services[at][1])));
    node.append(chips);
    return node;
  }

  function status(row) {
    if (row.closed) return `Gesloten na ${row.closed.split("-").reverse().join("-")}`;
    if (!row.services.length) return "Niet aangesloten";
    return row.services.map((at) => data.services[at][1]).join(", ");
  }

  function towns(found) {
    const names = [...new Set(found.map((row) => row.town))];
    const told = names.slice(0, 2).join(", ");
    const rest = names.length - 2;
    if (rest <= 0) return told;
    return `${told} en ${number(rest)} andere ${rest === 1 ? "plaats" : "plaatsen"}`;
  }

  const told = {
    label(found) {
      if (found.length > 1) return `${number(found.length)} locaties: ${towns(found)}`;
      return `${found[0].name}, ${found[0].town}: ${status(found[0])}`;
    },
    tip(found) {
      if (found.length > 1) {
        return [element("b", `${number(found.length)} locaties`), element("span", towns(found))];
      }
      const [row] = found;
      return [element("b", row.name), element("span", `${row.town}. ${status(row)}`)];
    },
    pick(found) {
      picked = new Set(found);
      update();
    },
  };

  byId("app").hidden = false;
  fill(inputs.service, data.services);
  fill(inputs.sector, data.sectors.map(([code, name]) => [code || "onbekend", name || "Onbekend"]));
  fill(inputs.swv, data.swvs);
  inputs.swv.parentNode.hidden = !data.swvs.length;
  byId("towns").append(...[...data.towns].filter(Boolean).sort().map((town) => {
    const option = element("option");
    option.value = town;
    return option;
  }));
  const map = createMap(byId("map"), byId("tip"), document.querySelector(".controls"), told);
  const form = byId("filters");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    picked = null;
    update();
  });
  form.addEventListener("reset", () => {
    picked = null;
    setTimeout(update);
  });
  byId("unpick").addEventListener("click", () => {
    picked = null;
    update();
    byId("list-title").focus({ preventScroll: true });
  });
  byId("also").addEventListener("click", () => {
    inputs.state.value = "";
    update();
    inputs.state.focus();
  });
  byId("more").addEventListener("click", () => {
    const first = listed;
    more();
    const item = byId("list").children[first];
    item.tabIndex = -1;
    item.focus({ preventScroll: true });
  });
  update();
})();
