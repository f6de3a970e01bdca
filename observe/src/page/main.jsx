// The page: a head with what matters at a glance, and one view below it.
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { decode, useNode, useRoute } from "./api.js";
import { Actor } from "./actor.jsx";
import { Charts } from "./charts.jsx";
import { Alarms, Crashes, Kinds, Letters, Top, Waits } from "./lists.jsx";
import { Trace } from "./trace.jsx";
import { Tree } from "./tree.jsx";
import { bytes, count, short, span } from "./words.js";
import "./app.css";

const VIEWS = { overview: "Overview", tree: "Tree", top: "Top", kinds: "Kinds", alarms: "Alarms", crashes: "Crashes", letters: "Dead letters", trace: "Trace", waits: "Scheduler" };

// Set at once, not after the page is drawn: the charts take their colours from it.
function paint(theme) {
  theme ? (document.documentElement.dataset.theme = theme) : delete document.documentElement.dataset.theme;
  return theme;
}

function useTheme() {
  const [theme, set] = useState(() => paint(localStorage.getItem("coppice-theme") || ""));
  const dark = theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const flip = () => {
    const next = dark ? "light" : "dark";
    localStorage.setItem("coppice-theme", next);
    set(paint(next));
  };
  return [dark ? "dark" : "light", flip];
}

function Fact({ label, value, bad }) {
  return <div class={"fact" + (bad ? " bad" : "")}><span>{label}</span><b>{value}</b></div>;
}

function Facts({ node }) {
  return (
    <div class="facts">
      <Fact label="actors" value={(node.whole ? "" : "> ") + count(node.actors)} />
      <Fact label="messages/s" value={short(node.received)} />
      <Fact label="waiting" value={count(node.queued)} bad={node.queued > 10000} />
      <Fact label="alarms" value={count(node.alarms)} bad={node.alarms > 0} />
      <Fact label="crashed" value={count(node.crashed)} />
      <Fact label="dead letters" value={count(node.deadLetters)} />
      <Fact label="heap" value={bytes(node.heapUsed)} />
      <Fact label="watched for" value={span((new Date(node.now) - new Date(node.started)) / 1000)} />
    </div>
  );
}

function Page() {
  const { node, beat, open } = useNode();
  const [view, ...rest] = useRoute();
  const [theme, flip] = useTheme();
  const shown = VIEWS[view] ? view : "overview";
  const at = shown === "tree" ? rest[0] : "";
  useEffect(() => { if (node) document.title = `${node.alarms ? "(" + node.alarms + ") " : ""}${node.name} · Coppice`; }, [node]);
  return (
    <>
      <header class="top">
        <h1><img src="/icon.svg" alt="" width="22" height="22" /> {node ? node.name : "…"}</h1>
        <span class={"live " + (open && node?.live ? "on" : "off")} role="status">{open ? (node?.live ? "live" : "root exited") : "not connected"}</span>
        {node?.readOnly && <span class="chip">read-only</span>}
        <button class="theme" onClick={flip} aria-label={theme === "dark" ? "light colours" : "dark colours"}>{theme === "dark" ? "☀" : "☾"}</button>
        <nav aria-label="views">
          {Object.entries(VIEWS).map(([key, label]) => (
            <a key={key} href={"#/" + key} aria-current={shown === key ? "page" : undefined}>
              {label}{key === "alarms" && node?.alarms > 0 && <b class="badge">{count(node.alarms)}</b>}
            </a>
          ))}
        </nav>
      </header>
      <main class={shown + (at ? " with-actor" : "")}>
        {shown === "overview" && node && <><Facts node={node} /><Charts beat={beat} theme={theme} /></>}
        {shown === "tree" && <><Tree selected={at} beat={beat} />{at && <Actor at={at} beat={beat} readOnly={node?.readOnly} />}</>}
        {shown === "top" && <Top beat={beat} node={node} />}
        {shown === "kinds" && <Kinds beat={beat} />}
        {shown === "alarms" && <Alarms beat={beat} />}
        {shown === "crashes" && <Crashes beat={beat} />}
        {shown === "letters" && <Letters beat={beat} />}
        {shown === "trace" && <Trace beat={beat} readOnly={node?.readOnly} name={rest.map(decode).join("/")} />}
        {shown === "waits" && <Waits beat={beat} />}
      </main>
    </>
  );
}

const root = document.getElementById("app");
root.textContent = "";
render(<Page />, root);
