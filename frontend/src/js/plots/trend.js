// One total, or up to five series, over time: bars with the period before as a mark across, or lines with their names.
import { draw } from "./engine.js";
import { findPoints, make } from "./finder.js";
import { roundStep, roundTop } from "./scales.js";
import { pale } from "./tokens.js";
import { amountText, dayText } from "./words.js";

const MOST_LINES = 5;

// data: {slots: [{start, complete}], measure, currency, series: [{name, values, before?, colour?}]}; `colour` is the name
// of a token. Bars draw the first series only. Words come from the table named by data-table, one row a slot.
export function drawTrend(element, data) {
  const lines = element.dataset.plot === "lines";
  const series = data.series.slice(0, lines ? MOST_LINES : 1);
  const all = series.flatMap((one) => [...one.values, ...(one.before ?? [])]).filter((value) => value !== null);
  const step = roundStep(Math.max(0, ...all));
  const canvas = make("div", "plot-canvas");
  const box = element.querySelector(".plot-box") ?? element;
  box.append(canvas);
  const choose = draw(canvas, (tokens) => ({
    ...axes(tokens, data, step, roundTop(Math.max(0, ...all), step), lines),
    series: lines ? series.map((one) => line(tokens, one)) : bars(tokens, series[0], data.slots),
  }));
  const table = document.getElementById(element.dataset.table);
  if (table) findPoints(box, { label: element.dataset.name, count: data.slots.length, choose, words: (i) => words(table, i) });
}

function axes(tokens, data, step, top, lines) {
  return {
    // Lines carry their names at the right.
    grid: { left: 0, right: lines ? 110 : 0, top: 12, bottom: 20 },
    xAxis: {
      type: "category",
      boundaryGap: true,
      data: data.slots.map((slot) => slot.start),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: tokens.edge } },
      axisLabel: { color: tokens.faint, fontSize: 11.5, formatter: dayText, hideOverlap: true },
    },
    yAxis: {
      type: "value",
      min: 0,
      max: top,
      interval: step,
      splitLine: { lineStyle: { color: tokens.grid } },
      axisLabel: {
        inside: true,
        margin: 0,
        verticalAlign: "bottom",
        padding: [0, 0, 2, 0],
        color: tokens.faint,
        fontSize: 11.5,
        formatter: (value) => (value === 0 ? "" : amountText(value, data)),
      },
      z: 5,
    },
  };
}

function bars(tokens, one, slots) {
  const drawn = {
    type: "bar",
    barCategoryGap: "34%",
    itemStyle: { borderRadius: [1.5, 1.5, 0, 0] },
    emphasis: { itemStyle: { color: tokens.text } },
    data: one.values.map((value, i) => ({
      value: value === null ? null : Math.max(0, value),
      itemStyle: slots[i].complete
        ? { color: tokens.series }
        : { color: pale(tokens.series, tokens.surface), borderColor: tokens.series, borderWidth: 1 },
    })),
  };
  if (!one.before) return [drawn];
  const across = { type: "line", data: one.before, symbol: "rect", symbolSize: [14, 2], lineStyle: { width: 0 }, silent: true };
  return [drawn, { ...across, itemStyle: { color: tokens.mark }, z: 4 }];
}

function line(tokens, one) {
  const colour = tokens[one.colour] ?? tokens.series;
  return {
    type: "line",
    data: one.values,
    symbol: "none",
    lineStyle: { color: colour, width: 2 },
    itemStyle: { color: colour },
    endLabel: { show: true, formatter: one.name, color: tokens.text, fontSize: 11.5, distance: 6 },
  };
}

function words(table, i) {
  const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
  const cells = [...table.tBodies[0].rows[i].cells].map((cell) => cell.textContent.trim());
  return { title: cells[0], lines: cells.slice(1).map((value, n) => [heads[n + 1], value]) };
}
