// The lists: who leads, what went wrong, what stands, who waits.
import { useState } from "preact/hooks";
import { useFacts } from "./api.js";
import { Chips, Status } from "./tree.jsx";
import { count, short, span, time } from "./words.js";

const Empty = ({ children }) => <p class="empty">{children}</p>;

export function Top({ beat }) {
  const [by, setBy] = useState("queue");
  const { data } = useFacts(`/api/top?by=${by}&n=30`, beat);
  const measures = { queue: "Queue", rate: "Rate", age: "Oldest message", received: "Received", children: "Children" };
  const said = { queue: (r) => count(r.queued), rate: (r) => short(r.rate) + "/s", age: (r) => span(r.age), received: (r) => count(r.received), children: (r) => count(r.children) };
  return (
    <section class="card">
      <div class="bar tabs" role="tablist">
        {Object.entries(measures).map(([key, label]) => (
          <button key={key} role="tab" aria-selected={by === key} class={by === key ? "on" : ""} onClick={() => setBy(key)}>{label}</button>
        ))}
      </div>
      {data?.length === 0 && <Empty>Nobody has any of it.</Empty>}
      {data?.length > 0 && (
        <table>
          <thead><tr><th>Actor</th><th>Behaviour</th><th class="num">{measures[by]}</th><th class="num wide">Queue</th><th class="num wide">Rate</th></tr></thead>
          <tbody>
            {data.map((row) => (
              <tr key={row.at}>
                <td class="grow"><Status status={row.status} /> <a href={"#/tree/" + row.at}>{row.path}</a></td>
                <td>{row.behaviour}</td>
                <td class="num"><b>{said[by](row)}</b></td>
                <td class="num wide">{count(row.queued)}</td>
                <td class="num wide">{short(row.rate)}/s</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

export function Kinds({ beat }) {
  const { data } = useFacts("/api/kinds", beat);
  const sum = (map) => Object.values(map).reduce((all, one) => all + one, 0);
  const timed = (data || []).some((one) => one.times);
  const fine = (seconds) => (seconds < 0.001 ? Math.round(seconds * 1e6) + " µs" : span(seconds));
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
                ? <><td class="num wide">{fine(all.times.queuedP50)} / {fine(all.times.queuedP99)}</td><td class="num wide">{fine(all.times.handledP50)} / {fine(all.times.handledP99)}</td></>
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
                <td>{time(letter.at)}</td><td>{letter.to}</td><td>{letter.reason}</td>
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
          <summary><time>{time(crash.at)}</time> <b>{crash.path}</b> <span class="reason">{crash.reason}</span></summary>
          <dl>
            <dt>Was handling</dt><dd class="message">{crash.lastMessage || "nothing"}</dd>
            <dt>Waiting</dt><dd>{count(crash.queued)} messages</dd>
            <dt>Below</dt><dd>{crash.ancestors.join(" › ") || "the node"}</dd>
            {crash.neighbours.length > 0 && <><dt>Linked with</dt><dd>{crash.neighbours.join(", ")}</dd></>}
          </dl>
          {crash.stack.length > 0 && <pre class="state">{crash.stack.join("\n")}</pre>}
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
    </>
  );
}
