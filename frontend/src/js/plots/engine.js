// ECharts with no more than is drawn, on canvas: its SVG would carry style attributes, which our policy forbids.
import { BarChart } from "echarts/charts";
import { GridComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { onThemeChange, readTokens } from "./tokens.js";

echarts.use([BarChart, GridComponent, CanvasRenderer]);

const drawn = new Map();
const calm = matchMedia("(prefers-reduced-motion: reduce)");

// Draw `describe(tokens, box)`, an ECharts option, into a box of fixed height; again when size or theme changes.
export function draw(box, describe) {
  const chart = echarts.init(box, null, { renderer: "canvas" });
  const redraw = (first) => {
    const tokens = readTokens(box);
    chart.setOption(
      {
        animation: first && !calm.matches,
        animationDuration: 240,
        animationDurationUpdate: 0,
        textStyle: { fontFamily: tokens.font, fontSize: 11.5 },
        ...describe(tokens, box),
      },
      { notMerge: true },
    );
  };
  const observer = new ResizeObserver(() => {
    chart.resize();
    redraw(false);
  });
  redraw(true);
  observer.observe(box);
  drawn.set(box, { redraw, end: () => (observer.disconnect(), chart.dispose()) });
  return (i) => chart.dispatchAction(i < 0 ? { type: "downplay" } : { type: "highlight", dataIndex: i, seriesIndex: 0 });
}

// Charts whose box has left the page are let go.
export function forgetGone() {
  for (const [box, plot] of drawn) {
    if (box.isConnected) continue;
    plot.end();
    drawn.delete(box);
  }
}

onThemeChange(() => drawn.forEach((plot) => plot.redraw(false)));
