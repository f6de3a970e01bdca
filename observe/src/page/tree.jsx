// The supervision tree: each open level asks for one page of its children, so that the page stays small however large the node is.
import { useEffect, useRef, useState } from "preact/hooks";
import { encode, go, useFacts } from "./api.js";
import { count, short, span } from "./words.js";

const PAGE = 50;
const SMALL = 20;

export function Status({ status }) {
  return <span class={"status " + status} title={status}><i aria-hidden="true" /><span class="sr">{status}</span></span>;
}

export function Chips({ row }) {
  return (
    <span class="chips">
      {row.restarts > 0 && <b class="chip warn" title="restarts">↻ {short(row.restarts)}</b>}
      {row.queued > 0 && <b class={"chip" + (row.queued >= 1000 ? " bad" : "")} title="messages that wait">{short(row.queued)} queued</b>}
      {row.age >= 1 && <b class="chip warn" title="age of the oldest message, at least">{span(row.age)} old</b>}
      {row.rate >= 0.05 && <span class="rate" title="messages a second">{short(row.rate)}/s</span>}
    </span>
  );
}

const title = (row) => row.name || (row.label === row.behaviour ? row.behaviour + " " + row.id : row.label);

function Branch({ row, depth, open, toggle, selected, beat }) {
  const isOpen = open.has(row.at);
  const label = title(row);
  return (
    <li role="none">
      <div
        role="treeitem"
        class={"line" + (selected === row.at ? " selected" : "")}
        style={{ paddingLeft: `${0.4 + depth * 1.15}rem` }}
        tabIndex={-1}
        data-at={row.at}
        data-name={label}
        aria-expanded={row.children ? isOpen : undefined}
        aria-selected={selected === row.at}
        aria-level={depth + 1}
        onClick={() => go("tree", row.at)}
      >
        <button
          class="caret"
          tabIndex={-1}
          aria-label={isOpen ? "close" : "open"}
          hidden={!row.children}
          onClick={(event) => { event.stopPropagation(); toggle(row.at); }}
        >{isOpen ? "▾" : "▸"}</button>
        {!row.children && <span class="caret" />}
        <Status status={row.status} />
        <span class="name">{label}</span>
        {row.behaviour !== label && <span class="behaviour">{row.behaviour === "SupervisorServer" || row.behaviour === "DynamicServer" ? "supervisor" : row.behaviour}</span>}
        {row.children > 0 && !isOpen && <span class="many">{count(row.children)}</span>}
        <Chips row={row} />
      </div>
      {isOpen && row.children > 0 && <Level at={row.at} depth={depth + 1} open={open} toggle={toggle} selected={selected} beat={beat} />}
    </li>
  );
}

function Level({ at, depth, open, toggle, selected, beat }) {
  const [offset, setOffset] = useState(0);
  const { data } = useFacts(`/api/tree?at=${at}&offset=${offset}&limit=${PAGE}`, beat);
  const greeted = useRef(false);
  useEffect(() => {
    if (!data || greeted.current || depth > 2) return;
    greeted.current = true;
    data.rows.filter((row) => row.children > 0 && row.children <= SMALL).forEach((row) => toggle(row.at, true));
  }, [data]);
  // Those of a later page may have gone since: then the last page that there is.
  useEffect(() => {
    if (data && offset > 0 && offset >= data.total) setOffset(Math.max(0, Math.ceil(data.total / PAGE) - 1) * PAGE);
  }, [data]);
  if (!data) return null;
  const last = data.offset + data.rows.length;
  return (
    <ul role={depth ? "group" : "tree"} aria-label={depth ? undefined : "supervision tree"}>
      {data.rows.map((row) => (
        <Branch key={row.at} row={row} depth={depth} open={open} toggle={toggle} selected={selected} beat={beat} />
      ))}
      {data.total > PAGE && (
        <li role="none" class="pager" style={{ paddingLeft: `${1.8 + depth * 1.15}rem` }}>
          <button disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - PAGE))}>‹ earlier</button>
          <span>{count(data.offset + 1)}–{count(last)} of {count(data.total)}</span>
          <button disabled={last >= data.total} onClick={() => setOffset(offset + PAGE)}>later ›</button>
        </li>
      )}
    </ul>
  );
}

function Found({ query, selected, beat }) {
  const { data } = useFacts(`/api/search?q=${encode(query)}`, beat);
  if (!data) return <p class="hint">looking…</p>;
  return (
    <>
      <ul role="tree" aria-label="actors found">
        {data.rows.map((row) => (
          <li role="none" key={row.at}>
            <div role="treeitem" tabIndex={-1} data-at={row.at} data-name={title(row)} class={"line" + (selected === row.at ? " selected" : "")} aria-selected={selected === row.at} onClick={() => go("tree", row.at)}>
              <Status status={row.status} />
              <span class="name">{row.path}</span>
              <Chips row={row} />
            </div>
          </li>
        ))}
      </ul>
      {!data.rows.length && <p class="hint">No actor's path, label or behaviour contains “{query}”.</p>}
      {!data.whole && <p class="hint">Only the first are shown; say more of the name.</p>}
    </>
  );
}

// Arrows move and open, Enter shows, / searches: as in any tree.
function onKey(event, open, toggle) {
  const lines = [...event.currentTarget.querySelectorAll("[role=treeitem]")];
  const at = lines.indexOf(document.activeElement);
  const line = lines[at];
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: lines.length - 1 }[event.key];
  if (to !== undefined) {
    lines[Math.max(0, Math.min(lines.length - 1, to))]?.focus();
  } else if (line && event.key === "Enter") {
    go("tree", line.dataset.at);
  } else if (line && event.key === "ArrowRight" && line.getAttribute("aria-expanded") === "false") {
    toggle(line.dataset.at, true);
  } else if (line && event.key === "ArrowLeft" && open.has(line.dataset.at)) {
    toggle(line.dataset.at, false);
  } else {
    return;
  }
  event.preventDefault();
}

export function Tree({ selected, beat }) {
  const [open, setOpen] = useState(() => new Set());
  const [query, setQuery] = useState("");
  const search = useRef(null);
  const toggle = (at, to) => setOpen((was) => {
    const next = new Set(was);
    (to === undefined ? !next.has(at) : to) ? next.add(at) : next.delete(at);
    return next;
  });
  useEffect(() => {
    const slash = (event) => {
      if (event.key === "/" && !/INPUT|TEXTAREA/.test(document.activeElement.tagName)) {
        event.preventDefault();
        search.current?.focus();
      }
    };
    addEventListener("keydown", slash);
    return () => removeEventListener("keydown", slash);
  }, []);
  return (
    <section class="card tree" aria-label="actors">
      <div class="bar">
        <input ref={search} type="search" placeholder="Search names, paths, behaviours  ( / )" aria-label="search" value={query} onInput={(event) => setQuery(event.target.value)} />
        <button onClick={() => setOpen(new Set())}>Collapse</button>
      </div>
      <div class="lines" tabIndex={0} onKeyDown={(event) => onKey(event, open, toggle)}>
        {query.trim()
          ? <Found query={query.trim()} selected={selected} beat={beat} />
          : <Level at="" depth={0} open={open} toggle={toggle} selected={selected} beat={beat} />}
      </div>
    </section>
  );
}
