// The last ten minutes: one small chart for each question.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { useFacts } from "./api.js";
import { bytes, short, span, time } from "./words.js";

const CHARTS = [
  ["Messages a second", short, [["received", "received", "--green"], ["accepted", "sent", "--blue"]]],
  ["Waiting messages", short, [["queued", "queued", "--amber"]]],
  ["Oldest message", span, [["oldest", "age, at least", "--amber"]]],
  ["Actors", short, [["actors", "alive", "--green"]]],
  ["Starts and exits a second", short, [["spawned", "started", "--green"], ["exited", "exited", "--grey"]]],
  ["Trouble a second", short, [["restarts", "restarts", "--red"], ["deadLetters", "dead letters", "--amber"], ["timeOuts", "time-outs", "--blue"]]],
  ["Heap", bytes, [["heap", "in use", "--blue"]]],
  ["Processors", (n) => n.toFixed(1), [["cpu", "busy", "--grey"]]],
];

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// An empty chart has no times.
const clock = (self, values) => (self.data[0].length ? values.map((at) => time(at * 1000)) : []);

function Chart({ title, say, lines, points }) {
  const box = useRef(null);
  const plot = useRef(null);
  useEffect(() => {
    const ink = colour("--dim");
    const grid = { stroke: colour("--rule"), width: 1 };
    const width = () => Math.max(200, box.current.clientWidth);
    const height = 140;
    plot.current = new uPlot({
      width: width(),
      height,
      cursor: { sync: { key: "coppice" }, y: false },
      legend: { show: lines.length > 1, live: true },
      scales: { x: { time: true }, y: { range: (_, low, high) => [0, high > 0 ? high * 1.15 : 1] } },
      axes: [
        { stroke: ink, grid: { show: false }, ticks: { show: false }, font: "11px system-ui", values: clock, incrs: [1, 2, 5, 10, 15, 30, 60, 120, 300], space: 78, gap: 9, size: 32 },
        { stroke: ink, grid, ticks: { show: false }, font: "11px system-ui", size: 56, values: (_, values) => values.map(say), space: 34 },
      ],
      series: [
        { value: "{HH}:{mm}:{ss}", label: "at" },
        ...lines.map(([, label, name]) => ({
          label,
          stroke: colour(name),
          fill: lines.length === 1 ? colour(name) + "22" : undefined,
          width: 1.6,
          points: { show: false },
          // Without a cursor, the newest.
          value: (self, value, series) => say(value ?? self.data[series].at(-1) ?? 0),
        })),
      ],
    }, [[], ...lines.map(() => [])], box.current);
    const resized = new ResizeObserver(() => plot.current?.setSize({ width: width(), height }));
    resized.observe(box.current);
    return () => { resized.disconnect(); plot.current.destroy(); plot.current = null; };
  }, []);
  useEffect(() => {
    plot.current?.setData([points.map((point) => point.at), ...lines.map(([key]) => points.map((point) => point[key]))]);
  }, [points]);
  const last = points.at(-1);
  return (
    <section class="card chart">
      <h3>{title} <b>{last ? say(last[lines[0][0]]) : ""}</b></h3>
      <div ref={box} />
    </section>
  );
}

export function Charts({ beat, theme }) {
  const { data } = useFacts("/api/history", beat);
  if (!data) return null;
  return (
    <div class="charts" key={theme}>
      {CHARTS.map(([title, say, lines]) => <Chart key={title + theme} title={title} say={say} lines={lines} points={data} />)}
    </div>
  );
}
