// Follow messages: some that are picked, and everything that their handlers send.
import { useState } from "preact/hooks";
import { act, setToken, token, useFacts } from "./api.js";
import { count, time } from "./words.js";

const took = (seconds) => (seconds < 0 ? "…" : seconds < 0.001 ? Math.round(seconds * 1e6) + " µs" : (seconds * 1000).toFixed(1) + " ms");

// Each leg below the one in whose handler it was sent, in the order of sending.
function nested(legs) {
  const below = Map.groupBy(legs, (leg) => leg.parent);
  const lines = [];
  const put = (leg, depth) => {
    lines.push({ ...leg, depth });
    (below.get(leg.number) || []).forEach((next) => put(next, depth + 1));
  };
  (below.get(0) || []).forEach((leg) => put(leg, 0));
  return lines.slice(0, 500);
}

// Breaks at its slashes, not in its words.
const Path = ({ of }) => of.split("/").map((part, i) => <>{i > 0 && <>/<wbr /></>}{part}</>);

export function Trace({ beat, readOnly, name: given }) {
  const { data } = useFacts("/api/trace", beat);
  const [name, setName] = useState(given || "");
  const [type, setType] = useState("");
  const [every, setEvery] = useState("1");
  const [secret, setSecret] = useState("");
  const [error, setError] = useState("");
  const tell = async (query) => {
    if (!token()) setToken(secret.trim());
    const answer = await act("/api/trace?" + new URLSearchParams(query));
    if (answer.status === 401) setToken("");
    setError(answer.ok ? "" : answer.text);
  };
  const start = (event) => { event.preventDefault(); tell({ do: "start", name, type, every }); };
  return (
    <>
      {!readOnly && (
        <form class="card bar" onSubmit={start} aria-label="follow messages">
          <input id="trace-name" placeholder="from or to: a part of a path" aria-label="name" value={name} onInput={(event) => setName(event.target.value)} />
          <input id="trace-type" placeholder="type: a part of the message's class" aria-label="type" value={type} onInput={(event) => setType(event.target.value)} />
          <label class="every">one in <input type="number" min="1" value={every} onInput={(event) => setEvery(event.target.value)} /></label>
          {!token() && <input placeholder="token" aria-label="token" value={secret} onInput={(event) => setSecret(event.target.value)} />}
          {data?.running
            ? <button type="button" id="trace-end" onClick={() => tell({ do: "end" })}>End</button>
            : <button id="trace-start">Follow for a minute</button>}
          {error && <p class="error">{error}</p>}
        </form>
      )}
      <section class="card">
        {(!data || data.legs.length === 0) && <p class="empty">{data?.running ? "Waiting for a message that fits…" : "Nothing is followed. A session ends after a minute or 500 messages, and costs nothing afterwards."}</p>}
        {data?.legs.length > 0 && (
          <table class="wordy trace">
            <thead><tr><th>Sent</th><th>Message</th><th class="wide">From</th><th>To</th><th class="num">Waited</th><th class="num">Took</th></tr></thead>
            <tbody>
              {nested(data.legs).map((leg) => (
                <tr key={leg.number} class={leg.depth === 0 ? "first" : ""}>
                  <td>{time(leg.when)}</td>
                  <td class="grow" style={{ paddingLeft: `${0.6 + Math.min(leg.depth, 12) * 1.3}rem` }}>
                    <b>{leg.depth > 0 && "↳ "}{leg.type}</b> {leg.request && <span class="chip">request</span>} <span class="message">{leg.message}</span>
                    {leg.outcome && <div class="error">{leg.outcome}</div>}
                  </td>
                  <td class="wide path"><Path of={leg.from} /></td>
                  <td class="path">{leg.at ? <a href={"#/tree/" + leg.at}><Path of={leg.to} /></a> : <Path of={leg.to} />}</td>
                  <td class="num">{took(leg.queued)}</td>
                  <td class="num">{took(leg.took)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {data?.legs.length > 0 && <p class="hint">{count(data.legs.length)} messages, {data.running ? "following" : "the session is over"}</p>}
      </section>
    </>
  );
}
