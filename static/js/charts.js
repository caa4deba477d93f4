// Draws every [data-chart-kind] from its JSON script. Canvas renderer and DOM tooltips: no inline style attributes.
(() => {
  const probe = document.createElement("i");
  const colour = (name) => {
    probe.style.setProperty("color", `var(${name})`); // resolves light-dark(), which the variable itself does not
    return getComputedStyle(probe).color;
  };
  const palette = () => ({
    ink: colour("--ink"),
    ink2: colour("--ink-2"),
    ink3: colour("--ink-3"),
    line: colour("--line"),
    surface: colour("--raised"),
    ground: colour("--surface"),
    good: colour("--good"),
    bad: colour("--bad"),
    accent: colour("--accent"),
    series: [1, 2, 3, 4, 5, 6].map((n) => colour(`--series-${n}`)),
  });

  // ---- figures: shown in the unit of the chart, never changed in the data
  const UNITS = {
    million: { divisor: 1e6, digits: 0, name: "میلیون ریال" },
    rial: { divisor: 1, digits: 0, name: "ریال" },
    bp: { divisor: 100, digits: 2, name: "٪" },
    number: { divisor: 1, digits: 0, name: "" },
  };
  const format = (value, digits) =>
    (value < 0 ? "\u2212" : "") +
    Math.abs(value).toLocaleString("fa-IR", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const shown = (unit) => (value) => (value == null ? "—" : format(value / unit.divisor, unit.digits));
  const tip = (title, rows, unit) => {
    const box = document.createElement("div");
    box.className = "chart-tip";
    const head = box.appendChild(document.createElement("b"));
    head.textContent = title;
    const table = box.appendChild(document.createElement("table"));
    for (const [place, name, text] of rows) {
      const row = table.insertRow();
      const mark = row.insertCell().appendChild(document.createElement("span"));
      mark.className = `swatch swatch-${place || 1}`;
      if (place) mark.style.setProperty("display", "inline-block");
      row.insertCell().textContent = name;
      const cell = row.insertCell();
      const figure = cell.appendChild(document.createElement("span"));
      figure.className = "num";
      figure.textContent = text;
    }
    if (unit.name) {
      const foot = box.appendChild(document.createElement("small"));
      foot.textContent = unit.name;
    }
    return box;
  };

  const common = (c, still) => ({
    animation: !still,
    animationDuration: 350,
    textStyle: { fontFamily: "Vazirmatn", fontSize: 12, color: c.ink2 },
    tooltip: {
      confine: true,
      backgroundColor: c.surface,
      borderColor: c.line,
      borderWidth: 1,
      padding: [8, 12],
      textStyle: { fontFamily: "Vazirmatn", color: c.ink },
      extraCssText: "direction:rtl;border-radius:10px;box-shadow:0 8px 24px -8px #0004;z-index:5",
    },
    aria: { enabled: false }, // the box carries its own label and a table stands beside it
  });
  const label = (c) => ({ fontFamily: "Vazirmatn", fontSize: 12, color: c.ink2 });
  // The legend is HTML beside the canvas: it wraps, reads from the right and works from the keyboard.
  const HIDDEN_LEGEND = { show: false };
  const showLegend = (box, chart, names) => {
    if (box.nextElementSibling?.classList.contains("chart-legend")) return;
    const list = document.createElement("ul");
    list.className = "chart-legend";
    names.forEach((name, place) => {
      const button = list.appendChild(document.createElement("li")).appendChild(document.createElement("button"));
      button.type = "button";
      button.ariaPressed = "true";
      const mark = button.appendChild(document.createElement("span"));
      mark.className = `swatch swatch-${place + 1}`;
      button.append(name);
      button.addEventListener("click", () => {
        button.ariaPressed = String(button.ariaPressed === "false");
        chart.dispatchAction({ type: "legendToggleSelect", name });
      });
    });
    box.after(list);
  };
  const legend = (c, names) => ({
    data: [...names].reverse(), // the canvas is left to right: the last one drawn first puts the first at the right
    right: 0,
    bottom: 0,
    align: "right",
    icon: "roundRect",
    itemWidth: 9,
    itemHeight: 9,
    itemGap: 16,
    textStyle: label(c),
  });
  // Rows where every series is nothing stay in the table and leave the drawing.
  const drawn = (data) => {
    const kept = data.categories.map((_, place) => place).filter((place) => data.series.some((s) => s.values[place]));
    const take = (list) => kept.map((place) => list[place]);
    return {
      ...data,
      categories: take(data.categories),
      series: data.series.map((s) => ({ ...s, values: take(s.values) })),
      links: data.links && take(data.links),
    };
  };
  // Pixels a chart of rows needs; other kinds take the height of their size.
  const ROW = 26, AXIS = 34, STEP = 36, ITEM = 32;
  const heights = {
    "stacked-bar": (data) => Math.max(data.categories.length, 2) * ROW + AXIS,
    waterfall: (data) => (data.steps.length + 2) * STEP + 6,
    bullet: (data) => data.items.length * ITEM + 54,
  };
  const widest = (texts) => {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = "12px Vazirmatn";
    return Math.ceil(Math.max(0, ...texts.map((text) => pen.measureText(text).width)));
  };
  const sideOf = (texts, width) => Math.min(widest(texts) + 14, Math.floor(width * 0.38));
  // Cut here, not by ECharts: in its left-to-right canvas the ellipsis would land at the start of a Persian name.
  const fit = (width) => (text) => {
    if (widest([text]) <= width - 12) return text;
    let kept = text;
    while (kept && widest([`${kept}…`]) > width - 12) kept = kept.slice(0, -1);
    return `${kept.trim()}…\u200f`;
  };

  // ---- kinds: each gives an ECharts option, read from right to left
  const kinds = {
    "stacked-bar"(data, unit, c, width) {
      const side = sideOf(data.categories, width);
      return {
        color: c.series,
        grid: { left: 8, right: side, top: 4, bottom: AXIS - 4 },
        legend: HIDDEN_LEGEND,
        xAxis: {
          type: "value",
          inverse: true,
          splitNumber: width < 420 ? 1 : 4,
          axisLabel: { ...label(c), color: c.ink3, formatter: shown(unit), hideOverlap: true },
          splitLine: { lineStyle: { color: c.line } },
        },
        yAxis: {
          type: "category",
          data: data.categories,
          inverse: true,
          position: "right",
          axisLine: { lineStyle: { color: c.line } },
          axisTick: { show: false },
          axisLabel: { ...label(c), formatter: fit(side), interval: 0 },
          triggerEvent: true,
        },
        tooltip: {
          trigger: "axis",
          axisPointer: { type: "shadow", shadowStyle: { color: c.line, opacity: 0.35 } },
          formatter: (points) => {
            const total = points.reduce((sum, p) => sum + (p.value || 0), 0);
            const rows = points.map((p) => [p.seriesIndex + 1, p.seriesName, shown(unit)(p.value)]);
            return tip(points[0].axisValue, [...rows, [0, "جمع", shown(unit)(total)]], unit);
          },
        },
        series: data.series.map((s) => ({
          name: s.name,
          type: "bar",
          stack: "all",
          data: s.values,
          barMaxWidth: 16,
          itemStyle: { borderColor: c.ground, borderWidth: 0.75 },
          emphasis: { disabled: true },
        })),
      };
    },

    line(data, unit, c) {
      const room = widest(data.series.flatMap((s) => s.values).map(shown(unit))) + 16;
      return {
        color: c.series,
        grid: { left: 8, right: room, top: 12, bottom: 28 },
        legend: HIDDEN_LEGEND,
        xAxis: {
          type: "category",
          data: data.categories,
          inverse: true,
          boundaryGap: true,
          axisLine: { lineStyle: { color: c.line } },
          axisTick: { show: false },
          axisLabel: { ...label(c), color: c.ink3, hideOverlap: true },
        },
        yAxis: {
          type: "value",
          position: "right",
          scale: true,
          splitNumber: 4,
          axisLabel: { ...label(c), color: c.ink3, formatter: shown(unit) },
          splitLine: { lineStyle: { color: c.line } },
        },
        tooltip: {
          trigger: "axis",
          axisPointer: { lineStyle: { color: c.ink3 } },
          formatter: (points) =>
            tip(points[0].axisValue, points.map((p) => [p.seriesIndex + 1, p.seriesName, shown(unit)(p.value)]), unit),
        },
        series: data.series.map((s, place) => ({
          name: s.name,
          type: "line",
          data: s.values,
          symbol: "circle",
          symbolSize: 5,
          showSymbol: s.values.length <= 13,
          lineStyle: { width: 2, type: place ? "dashed" : "solid" },
          endLabel: { show: false },
          markLine:
            place === 0 && data.target != null
              ? {
                  silent: true,
                  symbol: "none",
                  lineStyle: { color: c.ink, width: 1, type: [3, 3] },
                  label: { ...label(c), position: "insideEndTop", formatter: `هدف ${shown(unit)(data.target)}` },
                  data: [{ yAxis: data.target }],
                }
              : undefined,
        })),
      };
    },

    // Horizontal on purpose: causes have long Persian names, and figures then stand in one column.
    waterfall(data, unit, c, width) {
      const bars = [{ ...data.start, whole: true }, ...data.steps, { ...data.end, whole: true }];
      let level = 0;
      const spans = bars.map((bar) => {
        const from = bar.whole ? 0 : level;
        level = bar.whole ? bar.value : level + bar.value;
        return { ...bar, from, to: level };
      });
      const edges = spans.filter((s) => !s.whole).flatMap((s) => [s.from, s.to]).concat(spans.map((s) => s.to));
      const low = Math.min(...edges), high = Math.max(...edges);
      const cut = low - (high - low || Math.abs(high) || 1) * 0.18;
      const floor = low < 0 ? cut : Math.max(0, cut); // wholes are cut, and look cut, so that steps can be seen
      const side = sideOf(bars.map((b) => b.label), width);
      const figures = spans.map((s) => (s.whole ? "" : s.value > 0 ? "+" : "") + shown(unit)(s.value));
      const room = widest(figures) + 14;
      const tone = (s) => (s.whole ? c.ink3 : s.value < 0 ? c.bad : c.series[0]);
      return {
        grid: { left: room, right: side, top: 2, bottom: 4 },
        xAxis: { type: "value", inverse: true, min: 0, max: high - floor, show: false },
        yAxis: [
          {
            type: "category",
            data: bars.map((b) => b.label),
            inverse: true,
            position: "right",
            axisLine: { show: false },
            axisTick: { show: false },
            axisLabel: { ...label(c), formatter: fit(side) },
          },
          {
            type: "category",
            data: figures,
            inverse: true,
            position: "left",
            axisLine: { show: false },
            axisTick: { show: false },
            axisLabel: {
              ...label(c),
              margin: 8,
              formatter: (text) => text,
              color: (text, place) => (spans[place].whole ? c.ink : spans[place].value < 0 ? c.bad : c.good),
            },
          },
        ],
        tooltip: {
          trigger: "item",
          formatter: (p) => tip(spans[p.dataIndex].label, [[0, "مبلغ", figures[p.dataIndex]]], unit),
        },
        series: [
          {
            type: "bar",
            stack: "w",
            silent: true,
            itemStyle: { color: "transparent" },
            data: spans.map((s) => (s.whole ? 0 : Math.min(s.from, s.to) - floor)),
          },
          {
            type: "bar",
            stack: "w",
            barMaxWidth: 18,
            markPoint: {
              silent: true,
              symbol: "rect",
              symbolSize: [4, 30],
              symbolRotate: 20,
              label: { show: false },
              itemStyle: { color: c.surface },
              data: spans.flatMap((s, place) => (s.whole && floor > 0 ? [{ coord: [(high - floor) * 0.07, place] }] : [])),
            },
            data: spans.map((s) => ({
              value: s.whole ? s.to - floor : Math.abs(s.to - s.from),
              itemStyle: { color: tone(s), borderRadius: 2 },
            })),
          },
        ],
      };
    },

    bullet(data, unit, c, width) {
      const side = sideOf(data.items.map((i) => i.label), width);
      const tick = (name, size, style) => ({
        name,
        type: "scatter",
        symbol: "rect",
        symbolSize: size,
        itemStyle: style,
        z: 4,
        data: data.items.map((i) => (name === "هدف" ? i.target : i.previous)),
      });
      return {
        grid: { left: 8, right: side, top: 4, bottom: 54 },
        legend: legend(c, ["مقدار", "هدف", "پیشین"]),
        xAxis: {
          type: "value",
          inverse: true,
          min: 0,
          axisLabel: { ...label(c), color: c.ink3, formatter: unit.divisor === 100 ? (v) => format(v / 100, 0) : shown(unit) },
          splitLine: { lineStyle: { color: c.line } },
        },
        yAxis: {
          type: "category",
          data: data.items.map((i) => i.label),
          inverse: true,
          position: "right",
          axisLine: { lineStyle: { color: c.line } },
          axisTick: { show: false },
          axisLabel: { ...label(c), formatter: fit(side) },
        },
        tooltip: {
          trigger: "axis",
          axisPointer: { type: "none" },
          formatter: (points) => {
            const item = data.items[points[0].dataIndex];
            const rows = [["مقدار", item.value], ["هدف", item.target], ["پیشین", item.previous]];
            return tip(item.label, rows.map(([name, v]) => [0, name, shown(unit)(v)]), unit);
          },
        },
        series: [
          {
            name: "مقدار",
            type: "bar",
            barMaxWidth: 12,
            color: c.series[0],
            data: data.items.map((i) => ({
              value: i.value,
              itemStyle: { color: i.target != null && i.value > i.target ? c.bad : c.series[0], borderRadius: 2 },
            })),
          },
          tick("هدف", [2.5, 20], { color: c.ink }),
          tick("پیشین", [7, 7], { color: c.ground, borderColor: c.ink3, borderWidth: 1.5 }),
        ],
      };
    },
  };

  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const draw = (box, first) => {
    const { chartKind: kind, chartSource: source, chartUnit } = box.dataset;
    const whole = JSON.parse(document.getElementById(source).textContent);
    const data = kind === "stacked-bar" ? drawn(whole) : whole;
    const unit = UNITS[chartUnit] || UNITS.number;
    if (heights[kind]) box.style.setProperty("block-size", `${heights[kind](data)}px`);
    const chart = echarts.getInstanceByDom(box) || echarts.init(box, null, { renderer: "canvas" });
    const c = palette();
    const base = common(c, still || !first);
    const { tooltip, ...option } = kinds[kind](data, unit, c, box.clientWidth);
    chart.setOption({ ...base, ...option, tooltip: { ...base.tooltip, ...tooltip } }, true);
    if (first && data.series?.length > 1) showLegend(box, chart, data.series.map((s) => s.name));
    if (first && data.links)
      chart.on("click", (p) => {
        const place = p.componentType === "yAxis" ? data.categories.indexOf(p.value) : p.dataIndex;
        if (data.links[place]) location.assign(data.links[place]);
      });
  };
  const start = (within = document) => {
    document.body.append(probe);
    probe.hidden = true;
    const boxes = [...within.querySelectorAll("[data-chart-kind]")].filter((box) => !echarts.getInstanceByDom(box));
    for (const box of boxes) {
      draw(box, true);
      let width = box.clientWidth;
      new ResizeObserver(() => {
        if (box.clientWidth === width || !box.clientWidth) return;
        width = box.clientWidth;
        echarts.getInstanceByDom(box)?.resize();
        draw(box, false);
      }).observe(box);
    }
  };
  const redraw = () => document.querySelectorAll("[data-chart-kind]").forEach((box) => draw(box, false));

  // Canvas text needs the font itself, and only for Persian letters.
  const font = Promise.all([document.fonts.load("12px Vazirmatn", "تراز"), document.fonts.load("600 12px Vazirmatn", "تراز")]);
  document.addEventListener("DOMContentLoaded", () => font.finally(() => start()));
  document.addEventListener("htmx:load", (event) => window.echarts && start(event.target.parentElement || document));
  document.addEventListener("taraz:theme", redraw);
  // Paper is light whatever the screen is.
  let theme;
  addEventListener("beforeprint", () => {
    theme = document.documentElement.dataset.theme;
    document.documentElement.dataset.theme = "light";
    redraw();
  });
  addEventListener("afterprint", () => {
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    redraw();
  });
})();
