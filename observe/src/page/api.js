// Everything that the page asks of its node. Nothing else is ever asked of anybody.
import { useEffect, useRef, useState } from "preact/hooks";

const KEY = "coppice-token";
const AGAIN = 5000;

// A name may hold half a character, which has no place in an address; and an address may be none.
export const encode = (text) => encodeURIComponent(text.toWellFormed());
export function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// The token stands behind the #, which the browser keeps to itself; it is taken out of sight at once.
const given = /token=([^&]+)/.exec(location.hash);
if (given) {
  sessionStorage.setItem(KEY, decode(given[1]));
  history.replaceState(null, "", location.pathname + "#/overview");
}

export const token = () => sessionStorage.getItem(KEY) || "";
export const setToken = (value) => sessionStorage.setItem(KEY, value);

export async function get(path) {
  const answer = await fetch(path);
  const body = await answer.json();
  if (!answer.ok && answer.status !== 503) throw Object.assign(new Error(body.error || answer.statusText), { status: answer.status });
  return body;
}

export async function act(path) {
  const answer = await fetch(path, { method: "POST", headers: { "X-Coppice-Token": token() } });
  const body = await answer.json();
  return { ok: answer.ok, status: answer.status, text: body.what || body.error || "", body };
}

// The node's state, newest first heard; and whether the line is open.
export function useNode() {
  const [state, set] = useState({ node: null, beat: 0, open: false });
  useEffect(() => {
    let source, again;
    const open = () => {
      source = new EventSource("/api/stream");
      source.addEventListener("node", (event) => {
        const node = JSON.parse(event.data);
        set((was) => ({ node, beat: was.beat + 1, open: true }));
      });
      source.onerror = () => {
        set((was) => ({ ...was, open: false }));
        // Refused, since too many pages look, it would not try again by itself.
        if (source.readyState === EventSource.CLOSED) again = setTimeout(open, AGAIN);
      };
    };
    open();
    return () => { clearTimeout(again); source.close(); };
  }, []);
  return state;
}

// What is at a path, asked again with each beat; one question at a time, and none while nobody looks.
export function useFacts(path, beat) {
  const [state, set] = useState({ path, data: null, error: null });
  const asking = useRef(null);
  useEffect(() => {
    if (!path || asking.current === path || document.hidden) return;
    asking.current = path;
    get(path)
      .then((data) => set({ path, data, error: null }))
      .catch((error) => set((was) => ({ path, data: was.path === path && error.status !== 404 ? was.data : null, error })))
      .finally(() => { if (asking.current === path) asking.current = null; });
  }, [path, beat]);
  return state.path === path ? state : { data: null, error: null };
}

export function useRoute() {
  const read = () => location.hash.replace(/^#\/?/, "").split("/");
  const [route, set] = useState(read);
  useEffect(() => {
    const changed = () => set(read());
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return route;
}

export const go = (...parts) => { location.hash = "/" + parts.join("/"); };
