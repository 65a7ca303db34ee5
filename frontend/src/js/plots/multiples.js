// Small multiples: bars of each series on one scale, a veil over the days that are still filling.
import { draw } from "./engine.js";
import { findPoints, make } from "./finder.js";
import { roundStep } from "./scales.js";
import { pale } from "./tokens.js";
import { amountText, dayText, monthText } from "./words.js";

// data: what reports/over-time/ answers. Each [data-series] box draws the series of that number; the words of a point
// come from the table that the element names by data-table: one row a slot, one column a series, in the same order.
export function drawMultiples(element, data) {
  const boxes = [...element.querySelectorAll("[data-series]")];
  const values = (series) => series.slots.map((slot) => Number(slot[data.measure]));
  const top = Math.max(0, ...boxes.flatMap((box) => values(data.series[box.dataset.series])));
  const step = roundStep(top, 2);
  const table = document.getElementById(element.dataset.table);
  for (const box of boxes) {
    const index = Number(box.dataset.series);
    const amounts = values(data.series[index]);
    const canvas = make("div", "plot-canvas");
    box.append(canvas);
    const choose = draw(canvas, (tokens) =>
      describe(tokens, { amounts, data, step, top: (top || 1) * 1.05, named: isFirstOfRow(box, boxes) }),
    );
    veil(box, data.slots);
    findPoints(box, {
      label: box.dataset.name,
      count: amounts.length,
      choose,
      words: (i) => readWords(table, i, index),
      follow: box.dataset.href ? (i) => open(box.dataset.href, data.slots[i]) : null,
    });
  }
}

function describe(tokens, { amounts, data, step, top, named }) {
  const last = amounts.length - 1;
  return {
    grid: { left: 0, right: 0, top: 4, bottom: 20 },
    xAxis: {
      type: "category",
      data: data.slots.map((slot) => slot.start),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: tokens.edge } },
      axisLabel: {
        color: tokens.faint,
        fontSize: 11.5,
        margin: 6,
        formatter: data.interval === "month" ? monthText : dayText,
        interval: (i) => i === 0 || (i === last && last > 0),
        alignMinLabel: "left",
        alignMaxLabel: "right",
      },
    },
    // Two axes of one scale: lines behind the bars, the label before them.
    yAxis: [
      { ...scale(step, top), splitLine: { showMaxLine: false, lineStyle: { color: tokens.grid } }, axisLabel: { show: false } },
      {
        ...scale(step, top),
        position: "left",
        z: 5,
        splitLine: { show: false },
        axisLabel: {
          show: named,
          inside: true,
          margin: 0,
          color: tokens.faint,
          fontSize: 11.5,
          verticalAlign: "bottom",
          padding: [0, 0, 2, 0],
          // Only the first line is named; it names the scale.
          formatter: (value) => (value === step ? amountText(value, data) : ""),
        },
      },
    ],
    series: [
      {
        type: "bar",
        barCategoryGap: amounts.length > 60 ? "0%" : "22%",
        data: amounts.map((amount, i) => ({
          value: Math.max(0, amount),
          itemStyle: data.slots[i].complete
            ? { color: tokens.channel }
            : { color: pale(tokens.channel, tokens.surface), borderColor: tokens.channel, borderWidth: 1 },
        })),
        itemStyle: { borderRadius: [1.5, 1.5, 0, 0] },
        emphasis: { itemStyle: { color: tokens.text } },
      },
    ],
  };
}

function scale(step, top) {
  return { type: "value", min: 0, max: top, interval: step, axisLine: { show: false }, axisTick: { show: false } };
}

function isFirstOfRow(box, boxes) {
  const left = (one) => one.getBoundingClientRect().left;
  return left(box) < Math.min(...boxes.map(left)) + 2;
}

function veil(box, slots) {
  const first = slots.findIndex((slot) => !slot.complete);
  if (first < 0) return;
  const shade = make("div", "plot-veil");
  shade.style.left = `${(100 * first) / slots.length}%`;
  box.prepend(shade);
}

function readWords(table, i, index) {
  const heads = [...table.tHead.rows[0].cells];
  const cells = [...table.tBodies[0].rows[i].cells];
  const cell = cells[index + 1];
  const lines = [[heads[index + 1].textContent.trim(), cell.textContent.trim()]];
  if (cell.dataset.before) lines.push([table.dataset.before, cell.dataset.before]);
  return { title: cells[0].textContent.trim(), lines };
}

function open(href, slot) {
  const address = new URL(href, location.href);
  address.searchParams.delete("period");
  address.searchParams.set("start", slot.start);
  address.searchParams.set("end", slot.end);
  location.assign(address);
}
