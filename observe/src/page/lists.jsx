// The lists: who leads, what went wrong, what stands, who waits.
import { useState } from "preact/hooks";
import { act, get, setToken, token, useFacts } from "./api.js";
import { Chips, Status } from "./tree.jsx";
import { bytes, count, frames, plain, share, short, span, time } from "./words.js";

const Empty = ({ children }) => <p class="empty">{children}</p>;

const MEASURES = {
  queue: ["Queue", (row) => count(row.queued)],
  rate: ["Rate", (row) => short(row.rate) + "/s"],
  cpu: ["Processor", (row) => share(row.processor)],
  age: ["Oldest message", (row) => span(row.age)],
  received: ["Received", (row) => count(row.received)],
  children: ["Children", (row) => count(row.children)],
  memory: ["Memory", () => ""],
};

const TOLD = {
  cpu: "Shares of one processor in the last minute, from some twenty looks a second at who is inside its code: a share of 10 % is right to 1 %. “Foreign” is the time inside its code that waits for something else than actors: a socket, a lock.",
};

// Arrows move between the tabs, as anywhere.
function onTab(event, by, setBy) {
  const keys = Object.keys(MEASURES);
  const step = { ArrowRight: 1, ArrowLeft: keys.length - 1 }[event.key];
  if (!step) return;
  const next = keys[(keys.indexOf(by) + step) % keys.length];
  setBy(next);
  event.currentTarget.querySelector(`[data-by=${next}]`)?.focus();
  event.preventDefault();
}

function Leaders({ by, beat }) {
  const sampled = by === "cpu";
  const { data } = useFacts(sampled ? "/api/busy?n=30" : `/api/top?by=${by}&n=30`, beat);
  const rows = (data || []).map((one) => (sampled ? { ...one.row, processor: one.processor, blocked: one.blocked } : one));
  const [label, said] = MEASURES[by];
  return (
    <>
      {data?.length === 0 && <Empty>{sampled ? "Nobody was seen inside its code in the last minute." : "Nobody has any of it."}</Empty>}
      {rows.length > 0 && (
        <table>
          <thead><tr><th>Actor</th><th class="wide">Behaviour</th><th class="num">{label}</th>{sampled && <th class="num">Foreign</th>}{by !== "queue" && <th class="num wide">Queue</th>}{by !== "rate" && <th class="num wide">Rate</th>}</tr></thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.at}>
                <td class="grow"><Status status={row.status} /> <a href={"#/tree/" + row.at}>{row.path}</a></td>
                <td class="wide">{row.behaviour}</td>
                <td class="num"><b>{said(row)}</b></td>
                {sampled && <td class="num">{row.blocked > 0 ? share(row.blocked) : "–"}</td>}
                {by !== "queue" && <td class="num wide">{count(row.queued)}</td>}
                {by !== "rate" && <td class="num wide">{short(row.rate)}/s</td>}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

// The JVM does not know whose an object is: the page says so, and shows what it does know.
function Memory({ node }) {
  const [heap, set] = useState(null);
  const [secret, setSecret] = useState("");
  const look = async (event) => {
    event.preventDefault();
    if (!token()) setToken(secret.trim());
    set({ waiting: true });
    const answer = await act("/api/heap");
    if (answer.status === 401) setToken("");
    set(answer.ok ? answer.body : { error: answer.text });
  };
  return (
    <>
      <p class="hint">A JVM does not tell whose an object is, so no actor has a figure. What piles up is seen by its class, and messages that pile up under <i>Queue</i>.{node && <> In use: {bytes(node.heapUsed)} of {bytes(node.heapMax)}.</>}</p>
      {!node?.readOnly && (
        <form class="bar" onSubmit={look}>
          {!token() && <input placeholder="token" aria-label="token" value={secret} onInput={(event) => setSecret(event.target.value)} />}
          <button id="count-heap" disabled={heap?.waiting}>Count the heap by class</button>
          <span class="hint">collects the garbage and stops all actors for that long</span>
        </form>
      )}
      {heap?.error && <p class="error">{heap.error}</p>}
      {heap?.classes && (
        <>
          <table>
            <thead><tr><th>Class</th><th class="num">Instances</th><th class="num">Bytes</th><th class="num wide">Share</th></tr></thead>
            <tbody>
              {heap.classes.map((one) => (
                <tr key={one.name}><td class="grow message">{one.name}</td><td class="num">{count(one.instances)}</td><td class="num">{count(one.bytes)}</td><td class="num wide">{share(one.bytes / heap.bytes)}</td></tr>
              ))}
            </tbody>
          </table>
          <p class="hint">{bytes(heap.bytes)} live, counted in {count(heap.millis)} ms; bytes of the objects themselves, not of what they refer to.</p>
        </>
      )}
    </>
  );
}

export function Top({ beat, node }) {
  const [by, setBy] = useState("queue");
  return (
    <section class="card">
      <div class="bar tabs" role="tablist" aria-label="measure" onKeyDown={(event) => onTab(event, by, setBy)}>
        {Object.entries(MEASURES).map(([key, [label]]) => (
          <button key={key} role="tab" data-by={key} tabIndex={by === key ? 0 : -1} aria-selected={by === key} class={by === key ? "on" : ""} onClick={() => setBy(key)}>{label}</button>
        ))}
      </div>
      {TOLD[by] && <p class="hint">{TOLD[by]}</p>}
      {by === "memory" ? <Memory node={node} /> : <Leaders key={by} by={by} beat={beat} />}
    </section>
  );
}

export function Kinds({ beat }) {
  const { data } = useFacts("/api/kinds", beat);
  const sum = (map) => Object.values(map).reduce((all, one) => all + one, 0);
  const timed = (data || []).some((one) => one.times);
  const fine = (seconds) => (seconds < 0.001 ? Math.round(seconds * 1e6) + " µs" : span(seconds));
  const both = (middle, most) => (most > 0 ? fine(middle) + " / " + fine(most) : "–");
  const why = (map) => Object.entries(map).map(([reason, n]) => `${count(n)} ${reason}`).join(", ");
  return (
    <section class="card kinds">
      <table>
        <thead><tr><th>Started by</th><th>Behaviour</th><th class="num">Alive</th><th class="num">Queued</th><th class="num wide">Oldest</th><th class="num">Received</th><th class="num wide">Requests</th><th class="num wide">Time-outs</th><th class="num">Restarts</th><th class="num">Exits</th>{timed && <><th class="num wide" title="of the messages measured">Waited p50 / p99</th><th class="num wide">Handled p50 / p99</th></>}</tr></thead>
        <tbody>
          {(data || []).map(({ kind, living, ...all }) => (
            <tr key={kind.supervisor + " " + kind.behaviour}>
              <td>{kind.supervisor}</td>
              <td>{kind.behaviour}</td>
              <td class="num">{count(living.actors)}</td>
              <td class="num">{count(living.queued)}</td>
              <td class="num wide">{living.oldest > 0 ? span(living.oldest) : "–"}</td>
              <td class="num">{count(all.received)}</td>
              <td class="num wide">{count(all.requests)}</td>
              <td class="num wide">{count(all.timeOuts)}</td>
              <td class="num">{count(all.restarts)}</td>
              <td class="num" title={why(all.exits)}>{count(sum(all.exits))}</td>
              {timed && (all.times
                ? <><td class="num wide">{both(all.times.queuedP50, all.times.queuedP99)}</td><td class="num wide">{both(all.times.handledP50, all.times.handledP99)}</td></>
                : <><td class="wide" /><td class="wide" /></>)}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function Letters({ beat }) {
  const { data } = useFacts("/api/letters", beat);
  return (
    <section class="card">
      {data?.length === 0 && <Empty>Every message has found its receiver.</Empty>}
      {data?.length > 0 && (
        <table class="wordy">
          <thead><tr><th>When</th><th>To</th><th>Why</th><th>Message</th><th class="wide">From</th></tr></thead>
          <tbody>
            {data.map((letter) => (
              <tr key={letter.number}>
                <td>{time(letter.at)}</td><td>{letter.to}</td><td>{plain(letter.reason)}</td>
                <td class="grow message">{letter.message}</td><td class="wide">{letter.from || "outside"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

export function Crashes({ beat }) {
  const { data } = useFacts("/api/crashes", beat);
  return (
    <section class="card">
      {data?.length === 0 && <Empty>Nothing has crashed.</Empty>}
      {(data || []).map((crash, i) => (
        <details key={crash.at + crash.path + i} class="crash" open={i === 0}>
          <summary><time>{time(crash.at)}</time> <b>{crash.path}</b> <span class="reason">{plain(crash.reason)}</span></summary>
          <dl>
            <dt>Was handling</dt><dd class="message">{crash.lastMessage || "nothing"}</dd>
            <dt>Waiting</dt><dd>{count(crash.queued)} messages</dd>
            <dt>Below</dt><dd>{crash.ancestors.join(" › ") || "the node"}</dd>
            {crash.neighbours.length > 0 && <><dt>Linked with</dt><dd>{crash.neighbours.join(", ")}</dd></>}
          </dl>
          {crash.stack.length > 0 && <pre class="state">{crash.stack.map(plain).join("\n")}</pre>}
        </details>
      ))}
    </section>
  );
}

const WHAT = { LONG_QUEUE: "Long queue", UNKILLABLE: "Unkillable", RESTART_STORM: "Restart storm", GAVE_UP: "Gave up", HOG: "Slow handler", MEMORY: "Memory" };

function AlarmRow({ alarm }) {
  return (
    <tr>
      <td><b class={"chip " + (alarm.cleared ? "" : "bad")}>{WHAT[alarm.kind] || alarm.kind}</b></td>
      <td class="grow">{alarm.at ? <a href={"#/tree/" + alarm.at}>{alarm.subject}</a> : alarm.subject}</td>
      <td class="message">{alarm.detail}</td>
      <td>{time(alarm.raised)}{alarm.cleared && <> – {time(alarm.cleared)}</>}</td>
      <td class="num">{alarm.times > 1 ? "× " + count(alarm.times) : ""}</td>
    </tr>
  );
}

export function Alarms({ beat }) {
  const { data } = useFacts("/api/alarms", beat);
  if (!data) return null;
  return (
    <>
      <section class="card">
        <h2>Standing</h2>
        {data.standing.length === 0 && <Empty>All is calm.</Empty>}
        <table class="wordy"><tbody>{data.standing.map((alarm) => <AlarmRow key={alarm.kind + alarm.subject} alarm={alarm} />)}</tbody></table>
      </section>
      {data.past.length > 0 && (
        <section class="card">
          <h2>Over</h2>
          <table class="wordy"><tbody>{data.past.map((alarm, i) => <AlarmRow key={i} alarm={alarm} />)}</tbody></table>
        </section>
      )}
    </>
  );
}

// Asked once for each press: it looks at the whole tree and at stacks.
function Slow() {
  const [slow, set] = useState(null);
  return (
    <section class="card">
      <h2>Who is slow</h2>
      <div class="bar">
        <button id="look-slow" onClick={() => get("/api/slow").then(set)}>Look who is inside its code now</button>
        <span class="hint">as the node says it when its close takes too long</span>
      </div>
      {slow?.length === 0 && <Empty>Nobody was.</Empty>}
      {slow?.map((one) => (
        <details key={one.at} class="crash" open={slow.length === 1}>
          <summary> <a href={"#/tree/" + one.at}>{one.path}</a> <span class="reason">{one.since > 0 ? "for " + span(one.since) + " at least" : ""}</span> {one.doing && <>in {one.doing}</>}{one.waitsFor && <>, waits for {one.waitsFor}</>}{one.queued > 0 && <>, {count(one.queued)} wait</>}</summary>
          {one.stack.length > 0 ? <pre class="state">{frames(one.stack)}</pre> : <p class="hint">Its thread has gone on.</p>}
        </details>
      ))}
    </section>
  );
}

export function Waits({ beat }) {
  const { data } = useFacts("/api/waits", beat);
  const machine = useFacts("/api/scheduler", beat).data;
  return (
    <>
      {machine && (
        <section class="card">
          <h2>Scheduler</h2>
          <dl class="wide-dl">
            <dt>Places</dt><dd>{machine.places} handlers may run at once</dd>
            <dt>Carriers</dt><dd>{machine.carriers.mounted} of {machine.carriers.parallelism} busy, {machine.carriers.queued} virtual threads wait for one</dd>
            <dt>Platform threads</dt><dd>{machine.platformThreads}</dd>
            <dt>Machine</dt><dd>{machine.java}, {count(machine.processors)} processors</dd>
            <dt>Actors</dt><dd>{Object.entries(machine.byStatus).map(([status, n]) => `${count(n)} ${status}`).join(", ")}</dd>
          </dl>
        </section>
      )}
      <section class="card">
        <h2>Who waits for whom</h2>
        {data?.length === 0 && <Empty>Nobody waits in a call.</Empty>}
        {data?.length > 0 && (
          <table>
            <thead><tr><th>Waits</th><th>in</th><th>for</th></tr></thead>
            <tbody>{data.map((wait, i) => <tr key={i}><td>{wait.from}</td><td>{wait.doing || "its body"}</td><td>{wait.to}</td></tr>)}</tbody>
          </table>
        )}
      </section>
      <Slow />
    </>
  );
}
