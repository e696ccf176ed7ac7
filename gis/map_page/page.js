"use strict";
(() => {
  const { figure, plane, home, places: known, routes, texts } = JSON.parse(document.getElementById("map-data").textContent);
  const graph = document.getElementById("map");
  const info = document.getElementById("info");
  const CHOSEN = { mode: "lines", line: { color: "#1b1f24", width: 4 }, hoverinfo: "skip", meta: { kind: "chosen" } };
  figure.data.push({ x: [], y: [], ...CHOSEN });
  const chosenAt = figure.data.length - 1;
  const traces = figure.data.map((trace, at) => ({ at, ...trace.meta }));
  const placeAt = traces.findIndex((trace) => trace.kind === "place");
  const names = placeAt < 0 ? [] : Array.from(figure.data[placeAt].text);
  const LABEL_PX = 12;
  const plain = (name) => name.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `${LABEL_PX}px ${getComputedStyle(document.body).fontFamily}`;
  const widths = names.map((name) => pen.measureText(plain(name)).width + 8);
  let places = null;

  const number = (value, decimals) =>
    value.toFixed(decimals).replace(/[0-9.]/g, (c) => (c === "." ? texts.decimal_mark : [...texts.digits][Number(c)]));
  const view = () => {
    const { xaxis, yaxis } = graph._fullLayout;
    return { x: xaxis.range.map(Number), y: yaxis.range.map(Number), width: graph.clientWidth, height: graph.clientHeight };
  };
  const niceBelow = (value) => {
    const power = 10 ** Math.floor(Math.log10(value));
    return [5, 2, 1].find((digit) => digit * power <= value * 1.000001) * power;
  };

  function graticule({ x, y }) {
    const lon = x.map((km) => plane.lon + km / plane.km_per_degree_lon);
    const lat = y.map((km) => plane.lat + km / plane.km_per_degree_lat);
    const step = niceBelow(Math.max(lon[1] - lon[0], lat[1] - lat[0]) / 4);
    const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    const lines = ([from, to]) => {
      const all = [];
      for (let i = Math.ceil(from / step); i * step <= to; i += 1) all.push(i * step);
      return all;
    };
    const wrap = (degrees) => ((((degrees + 180) % 360) + 360) % 360) - 180;
    const side = (degrees, plus, minus) => `${number(Math.abs(degrees), decimals)}°${degrees < 0 ? minus : plus}`;
    const lons = lines(lon);
    const lats = lines(lat);
    return {
      "xaxis.tickvals": lons.map((value) => (value - plane.lon) * plane.km_per_degree_lon),
      "xaxis.ticktext": lons.map((value) => side(wrap(value), "", "-")),
      "yaxis.tickvals": lats.map((value) => (value - plane.lat) * plane.km_per_degree_lat),
      "yaxis.ticktext": lats.map((value) => side(value, "", "-")),
    };
  }

  function drawScale({ x, width }) {
    const pixelsPerKm = width / (x[1] - x[0]);
    const km = niceBelow(110 / pixelsPerKm);
    document.getElementById("scale-bar").style.width = `${Math.max(12, km * pixelsPerKm)}px`;
    const metres = km < 1;
    const amount = metres ? km * 1000 : km;
    document.getElementById("scale-text").textContent =
      `${number(amount, amount < 1 ? 1 : 0)} ${metres ? texts.metre : texts.kilometre}`;
  }

  // Names come in order of rank; each is written only where it touches no name before it.
  function chooseNames({ x, y, width, height }) {
    const taken = [];
    return names.map((name, i) => {
      const px = ((places.x[i] - x[0]) / (x[1] - x[0])) * width;
      const py = ((y[1] - places.y[i]) / (y[1] - y[0])) * height;
      const box = [px - widths[i] / 2, py - LABEL_PX * 2, px + widths[i] / 2, py + 2];
      const outside = box[0] < 34 || box[2] > width - 34 || box[1] < 4 || box[3] > height - 16;
      const covered = taken.some((b) => box[0] < b[2] && b[0] < box[2] && box[1] < b[3] && b[1] < box[3]);
      if (outside || covered) return "";
      taken.push(box);
      return name;
    });
  }

  let drawn = "";
  function redraw() {
    const now = view();
    const key = JSON.stringify(now);
    if (key === drawn) return;
    drawn = key;
    drawScale(now);
    const layout = graticule(now);
    if (placeAt < 0) Plotly.relayout(graph, layout);
    else Plotly.update(graph, { text: [chooseNames(now)] }, layout, [placeAt]);
  }

  // The whole network, beside the buttons and not under them: below a row of them, next to a column.
  function homeView() {
    const frame = graph.getBoundingClientRect();
    const box = document.querySelector(".buttons").getBoundingClientRect();
    const gap = 8;
    const pad = { left: 0, right: 0, top: 0 };
    if (box.width > box.height) pad.top = box.bottom - frame.top + gap;
    else if (box.left - frame.left < frame.right - box.right) pad.left = box.right - frame.left + gap;
    else pad.right = frame.right - box.left + gap;
    const width = Math.max(1, frame.width - pad.left - pad.right);
    const height = Math.max(1, frame.height - pad.top);
    const [x, y] = [home.x, home.y];
    const kmPerPixel = Math.max((x[1] - x[0]) / width, (y[1] - y[0]) / height);
    const west = (x[0] + x[1]) / 2 - kmPerPixel * (pad.left + width / 2);
    const south = (y[0] + y[1]) / 2 - (kmPerPixel * height) / 2;
    return { x: [west, west + kmPerPixel * frame.width], y: [south, south + kmPerPixel * frame.height] };
  }

  function zoom(factor) {
    const { x, y } = view();
    const around = ([from, to]) => {
      const middle = (from + to) / 2;
      const half = ((to - from) / 2) * factor;
      return [middle - half, middle + half];
    };
    Plotly.relayout(graph, { "xaxis.range": around(x), "yaxis.range": around(y) });
  }

  function chooseDay(day) {
    const moving = traces.filter((trace) => trace.kind === "route" || trace.kind === "arrow");
    if (!moving.length) return;
    const one = day >= 0;
    Plotly.restyle(
      graph,
      {
        visible: moving.map((trace) => (one ? trace.day === day : day === -1 && trace.kind === "route")),
        "line.width": moving.map(() => (one ? 2.2 : 1)),
        opacity: moving.map((trace) => (trace.kind === "arrow" || one ? 1 : 0.35)),
      },
      moving.map((trace) => trace.at),
    );
  }

  const truck = document.getElementById("truck");
  const stops = document.getElementById("stops");

  // The trips of a day to choose from; the first choice is none of them.
  function listTrucks(day) {
    if (!truck) return;
    const ofDay = routes.map((route, index) => ({ ...route, index })).filter((route) => route.day === day);
    const options = [{ title: texts.all_trucks, index: -1 }, ...ofDay].map(({ title, index }) => {
      const option = document.createElement("option");
      option.value = index;
      option.textContent = title;
      return option;
    });
    truck.replaceChildren(...options);
    document.getElementById("truck-label").hidden = !ofDay.length;
    chooseRoute(-1);
  }

  function chooseRoute(index) {
    const route = routes[index];
    stops.hidden = !route;
    if (truck) truck.value = String(index);
    Plotly.restyle(graph, { x: [route ? route.x : []], y: [route ? route.y : []] }, [chosenAt]);
    if (!route) return;
    document.getElementById("stops-title").textContent = route.title;
    document.getElementById("stops-list").replaceChildren(
      ...route.stops.map(([arrival, place]) => {
        const row = document.createElement("li");
        const button = document.createElement("button");
        const time = document.createElement("b");
        time.textContent = arrival;
        const name = document.createElement("span");
        name.textContent = known[place][0];
        button.type = "button";
        button.append(time, name);
        button.addEventListener("click", () => goTo(place));
        row.append(button);
        return row;
      }),
    );
    showWhole(route);
  }

  function showWhole({ x, y }) {
    const frame = graph.getBoundingClientRect();
    const range = (values) => [Math.min(...values), Math.max(...values)];
    const [[west, east], [south, north]] = [range(x), range(y)];
    const kmPerPixel = 1.3 * Math.max(0.5 / frame.width, (east - west) / frame.width, (north - south) / frame.height);
    const around = (middle, pixels) => [middle - (kmPerPixel * pixels) / 2, middle + (kmPerPixel * pixels) / 2];
    Plotly.relayout(graph, {
      "xaxis.range": around((west + east) / 2, frame.width),
      "yaxis.range": around((south + north) / 2, frame.height),
    });
  }

  // A link may end in #day-2-3: the third trip of the second day; or in #day-2: the second day.
  function openLinkedDay() {
    const linked = /^#day-([0-9]+)(?:-([0-9]+))?$/.exec(location.hash);
    const select = document.getElementById("day");
    if (!linked || !select) return;
    const value = String(Number(linked[1]) - 1);
    if (![...select.options].some((option) => option.value === value)) return;
    select.value = value;
    chooseDay(Number(value));
    listTrucks(Number(value));
    if (linked[2] && truck.options[linked[2]]) chooseRoute(Number(truck.options[linked[2]].value));
  }

  function showText(text, event, pinned) {
    const box = document.getElementById("info-text");
    box.replaceChildren(
      ...text.split("\n").map((line) => {
        const row = document.createElement("p");
        row.textContent = line;
        return row;
      }),
    );
    info.hidden = false;
    info.classList.toggle("pinned", pinned);
    const frame = graph.getBoundingClientRect();
    const left = event.clientX - frame.left;
    const top = event.clientY - frame.top;
    info.style.left = `${left + info.offsetWidth + 24 > frame.width ? Math.max(4, left - info.offsetWidth - 14) : left + 14}px`;
    info.style.top = `${Math.max(4, Math.min(top + 14, frame.height - info.offsetHeight - 4))}px`;
  }

  // As people type it: Arabic and Persian letters and digits alike, no vowel signs, joiners or spaces.
  const searchKey = (text) =>
    text
      .normalize("NFKC")
      .toLowerCase()
      .replace(/[\u064b-\u065f\u0670\u0640\u200b-\u200f\u2066-\u2069\s]/g, "")
      .replace(/[\u064a\u0649]/g, "\u06cc")
      .replace(/\u0643/g, "\u06a9")
      .replace(/[\u0629\u06c0]/g, "\u0647")
      .replace(/[\u0622\u0623\u0625\u0671]/g, "\u0627")
      .replace(/[\u06f0-\u06f9]/g, (c) => c.charCodeAt(0) - 0x6f0)
      .replace(/[\u0660-\u0669]/g, (c) => c.charCodeAt(0) - 0x660);
  const keys = known.map(([name, code]) => searchKey(`${name} ${code}`));
  const find = document.getElementById("find");
  const found = document.getElementById("found");
  const MOST_FOUND = 8;
  const NEAR_KM = 4;

  function search(text) {
    const words = text.split(/\s+/).map(searchKey).filter(Boolean);
    if (!words.length) return [];
    const hits = [];
    for (let i = 0; i < keys.length && hits.length < MOST_FOUND; i += 1) {
      if (words.every((word) => keys[i].includes(word))) hits.push(i);
    }
    return hits;
  }

  function textOf(index) {
    const [name, , x, y] = known[index];
    for (const trace of traces.filter(({ kind }) => kind === "outlet" || kind === "warehouse")) {
      const full = graph._fullData[trace.at];
      for (let i = 0; i < full.x.length; i += 1) {
        const same = Math.abs(full.x[i] - x) < 1e-3 && Math.abs(full.y[i] - y) < 1e-3;
        if (same && full.customdata[i].startsWith(name)) return full.customdata[i];
      }
    }
    return name;
  }

  function goTo(index) {
    const [, , x, y] = known[index];
    const frame = graph.getBoundingClientRect();
    const half = { x: NEAR_KM, y: (NEAR_KM * frame.height) / Math.max(1, frame.width) };
    const ranges = { "xaxis.range": [x - half.x, x + half.x], "yaxis.range": [y - half.y, y + half.y] };
    found.hidden = true;
    Plotly.relayout(graph, ranges).then(() => {
      showText(textOf(index), { clientX: frame.left + frame.width / 2, clientY: frame.top + frame.height / 2 }, true);
    });
  }

  function listFound() {
    const hits = search(find.value);
    const rows = hits.map((index) => {
      const [name, code] = known[index];
      const row = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = name;
      const small = document.createElement("small");
      small.textContent = code;
      button.append(small);
      button.addEventListener("click", () => goTo(index));
      row.append(button);
      return row;
    });
    if (!hits.length) {
      const none = document.createElement("p");
      none.textContent = texts.nothing_found;
      rows.push(none);
    }
    found.replaceChildren(...rows);
    found.hidden = !find.value.trim();
    return hits;
  }

  // A link may end in #find-KR-0916-260: the outlet of that code or name.
  function openLinkedPlace() {
    if (!location.hash.startsWith("#find-")) return;
    find.value = decodeURIComponent(location.hash.slice(6));
    const hits = listFound();
    if (hits.length) goTo(hits[0]);
  }

  function hide() {
    info.hidden = true;
    info.classList.remove("pinned");
  }

  const config = { displayModeBar: false, responsive: true, scrollZoom: true, doubleClick: "reset" };
  const first = homeView();
  figure.layout.xaxis.range = first.x;
  figure.layout.yaxis.range = first.y;
  Plotly.newPlot(graph, figure.data, figure.layout, config).then(() => {
    if (placeAt >= 0) places = { x: Array.from(graph._fullData[placeAt].x), y: Array.from(graph._fullData[placeAt].y) };
    redraw();
    graph.on("plotly_relayout", redraw);
    graph.on("plotly_afterplot", redraw);
    graph.on("plotly_hover", ({ points, event }) => {
      if (!info.classList.contains("pinned") && points[0].customdata) showText(points[0].customdata, event, false);
    });
    graph.on("plotly_unhover", () => {
      if (!info.classList.contains("pinned")) hide();
    });
    graph.on("plotly_click", ({ points, event }) => {
      if (points[0].customdata) showText(points[0].customdata, event, true);
    });
    // The box also changes when the words above it wrap anew, of which the window does not tell.
    new ResizeObserver(() => Plotly.Plots.resize(graph)).observe(graph);
    openLinkedDay();
    openLinkedPlace();
    document.body.dataset.ready = "yes";
  });
  document.getElementById("close").addEventListener("click", hide);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    hide();
    found.hidden = true;
  });
  find.addEventListener("input", listFound);
  find.addEventListener("focus", () => find.value && listFound());
  find.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const hits = search(find.value);
    if (hits.length) goTo(hits[0]);
  });
  document.getElementById("zoom-in").addEventListener("click", () => zoom(0.6));
  document.getElementById("zoom-out").addEventListener("click", () => zoom(1 / 0.6));
  document.getElementById("whole").addEventListener("click", () => {
    const whole = homeView();
    Plotly.relayout(graph, { "xaxis.range": whole.x, "yaxis.range": whole.y });
  });
  const day = document.getElementById("day");
  if (day) {
    day.addEventListener("change", () => {
      hide();
      chooseDay(Number(day.value));
      listTrucks(Number(day.value));
    });
    truck.addEventListener("change", () => {
      hide();
      chooseRoute(Number(truck.value));
    });
  }
  document.getElementById("close-stops").addEventListener("click", () => chooseRoute(-1));
})();
