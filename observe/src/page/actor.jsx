// One actor: what it is and does, what it is tied to, and what can be done to it.
import { useEffect, useRef, useState } from "preact/hooks";
import { act, encode, go, setToken, token, useFacts, get } from "./api.js";
import { Status } from "./tree.jsx";
import { count, frames, share, short, span } from "./words.js";

const DEEDS = {
  suspend: ["Suspend", "It receives nothing until it is resumed; messages wait in its mailbox."],
  resume: ["Resume", "It goes on with what waits."],
  stop: ["Stop", "It ends after what is queued now. Its supervisor decides whether another follows."],
  restart: ["Restart", "Its supervisor stops it in order and starts a new one, with an empty mailbox. Counts against no intensity."],
  kill: ["Kill", "It ends at once, without terminate. What waits becomes dead letters; its supervisor decides whether another follows."],
};

function Confirm({ deed, path, done, cancel, submit }) {
  const ref = useRef(null);
  const [secret, setSecret] = useState("");
  useEffect(() => ref.current.showModal(), []);
  const needs = !token();
  useEffect(() => { if (done?.status === 401) setSecret(""); }, [done]);
  return (
    <dialog ref={ref} onClose={cancel} aria-labelledby="confirm-title">
      <form onSubmit={(event) => { event.preventDefault(); if (needs) setToken(secret.trim()); submit(); }}>
        <h3 id="confirm-title">{DEEDS[deed][0]} this actor?</h3>
        <p class="path">{path}</p>
        <p>{DEEDS[deed][1]}</p>
        {needs && (
          <label>Token <input autofocus value={secret} onInput={(event) => setSecret(event.target.value)} autocomplete="off" spellcheck={false} placeholder="is in the address that the observer logged" /></label>
        )}
        {done && <p class={done.ok ? "good" : "error"} role="status">{done.text}</p>}
        <menu>
          <button type="button" onClick={() => ref.current.close()}>{done?.ok ? "Close" : "Cancel"}</button>
          {!done?.ok && <button class="danger" type="submit" id="confirm">{DEEDS[deed][0]}</button>}
        </menu>
      </form>
    </dialog>
  );
}

function Inside({ at }) {
  const [inside, set] = useState(null);
  useEffect(() => set(null), [at]);
  const look = () => {
    set({ waiting: true });
    get(`/api/actor?at=${at}&inside=true`).then((data) => set(data.inside), (error) => set({ silent: error.message }));
  };
  return (
    <section>
      <h3>Inside</h3>
      {inside === null && <button id="look" onClick={look}>Ask for its state</button>}
      {inside?.waiting && <p class="hint">The question waits in its mailbox…</p>}
      {inside && !inside.waiting && (
        inside.silent ? <p class="error">{inside.silent}</p>
        : inside.state ? <pre class="state">{inside.state}</pre>
        : <p class="hint">It keeps its state to itself: a loop's state is its stack, a server shows it when it implements Stateful.</p>
      )}
    </section>
  );
}

const Link = ({ link }) => <li><a href={"#/tree/" + link.at}>{link.path}</a></li>;

const Links = ({ title, links }) => links.length > 0 && (
  <section>
    <h3>{title}</h3>
    <ul class="links">{links.map((link) => <Link key={link.at} link={link} />)}</ul>
  </section>
);

// Told from outside, so also of one that is stuck.
const Now = ({ view }) => (view.message || view.stack.length > 0) && (
  <section>
    <h3>At this moment{view.busy > 0 && <> · for {span(view.busy)} at least</>}</h3>
    {view.message && <pre class="state">{view.message}</pre>}
    {view.stack.length > 0 && (
      <details class="stack" open={view.busy >= 1}>
        <summary>Stack of the thread that runs it</summary>
        <pre class="state">{frames(view.stack)}</pre>
      </details>
    )}
  </section>
);

export function Actor({ at, beat, readOnly }) {
  const { data, error } = useFacts(`/api/actor?at=${at}`, beat);
  const [deed, setDeed] = useState(null);
  const [done, setDone] = useState(null);
  const last = useRef(null);
  useEffect(() => { last.current = null; setDeed(null); setDone(null); }, [at]);
  if (data) last.current = data;
  const view = data || last.current;
  if (error?.status === 404 && !view) {
    return <aside class="card actor"><Head title="Gone" /><p>No actor is at {at} any more.</p></aside>;
  }
  if (!view) return <aside class="card actor"><p class="hint">looking…</p></aside>;
  const { row } = view;
  const isGone = error?.status === 404;
  const submit = () => act(`/api/actor?at=${at}&do=${deed}`).then((result) => {
    if (result.status === 401) setToken("");
    setDone(result);
  });
  return (
    <aside class="card actor" aria-label="actor">
      <Head title={row.name || row.label} />
      {isGone && <p class="error" id="gone">It has exited. {row.name && <a href="#/tree" onClick={(event) => { event.preventDefault(); follow(row.name); }}>Show who has its name now</a>}</p>}
      <p class="path">{row.path}</p>
      <dl>
        <dt>Status</dt><dd><Status status={isGone ? "dead" : row.status} /> {isGone ? "dead" : row.status}{row.doing && !isGone && <> · {row.doing}</>}</dd>
        <dt>Behaviour</dt><dd>{row.behaviour}</dd>
        <dt>Queued</dt><dd>{count(row.queued)}{row.age > 0 && <>, the oldest for {span(row.age)} at least</>}</dd>
        <dt>Received</dt><dd>{count(row.received)} · {short(row.rate)}/s</dd>
        <dt title="its share of one processor in the last minute, from samples">Processor</dt><dd>{share(row.processor)}</dd>
        <dt>Restarts</dt><dd>{count(row.restarts)}</dd>
        <dt>Children</dt><dd>{count(row.children)}</dd>
        <dt>Number</dt><dd>{row.id}</dd>
        {row.waitsFor && <><dt>Waits for</dt><dd>{row.waitsFor}</dd></>}
      </dl>
      {!readOnly && !isGone && (
        <p class="deeds">
          {Object.keys(DEEDS)
            .filter((name) => name !== (row.status === "suspended" ? "suspend" : "resume") && (name !== "restart" || view.restartable))
            .map((name) => (
              <button key={name} id={"do-" + name} class={name === "kill" ? "danger" : ""} onClick={() => { setDone(null); setDeed(name); }}>{DEEDS[name][0]}</button>
            ))}
          <a class="button" href={"#/trace/" + encode(row.path)}>Trace</a>
        </p>
      )}
      {!isGone && <Now view={view} />}
      {!isGone && <Inside at={at} />}
      <section>
        <h3>Linked with</h3>
        <ul class="links">
          {view.parent && <li><a href={"#/tree/" + view.parent.at}>{view.parent.path}</a> <small>started it</small></li>}
          {view.links.filter((link) => link.at !== view.parent?.at).map((link) => <Link key={link.at} link={link} />)}
          {!view.parent && view.linked === 0 && <li class="hint">nobody</li>}
        </ul>
        {view.linked > view.links.length && <p class="hint">and {count(view.linked - view.links.length)} more</p>}
      </section>
      <Links title="Monitors" links={view.monitors} />
      <Links title="Monitored by" links={view.monitoredBy} />
      {view.timers.length > 0 && (
        <section>
          <h3>Timers</h3>
          <ul class="links">
            {view.timers.map((timer, i) => <li key={i}>{timer.message} <small>{timer.due > 0 ? "in " + span(timer.due) : "due"}{timer.period > 0 && ", every " + span(timer.period)}</small></li>)}
          </ul>
        </section>
      )}
      {deed && <Confirm deed={deed} path={row.path} done={done} submit={submit} cancel={() => setDeed(null)} />}
    </aside>
  );
}

const Head = ({ title }) => (
  <header><h2>{title}</h2><button aria-label="close" onClick={() => go("tree")}>✕</button></header>
);

async function follow(name) {
  const found = await get(`/api/search?q=${encode(name)}`);
  const now = found.rows.find((row) => row.name === name);
  if (now) go("tree", now.at);
}
