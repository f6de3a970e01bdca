// Numbers and times as people read them.
export const count = (n) => Math.round(n).toLocaleString("en");

export function short(n) {
  if (n >= 1e6) return (n / 1e6).toFixed(n >= 1e7 ? 0 : 1) + " M";
  if (n >= 1e4) return (n / 1e3).toFixed(n >= 1e5 ? 0 : 1) + " k";
  return n >= 100 || Number.isInteger(n) ? count(n) : n.toFixed(1);
}

export const bytes = (n) => (n >= 2 ** 30 ? (n / 2 ** 30).toFixed(1) + " GiB" : count(n / 2 ** 20) + " MiB");

export function span(seconds) {
  if (seconds < 1) return Math.round(seconds * 1000) + " ms";
  if (seconds < 60) return seconds.toFixed(seconds < 10 ? 1 : 0) + " s";
  if (seconds < 3600) return Math.floor(seconds / 60) + " min " + Math.floor(seconds % 60) + " s";
  return Math.floor(seconds / 3600) + " h " + Math.floor((seconds % 3600) / 60) + " min";
}

// A reason as people say it: Crashed[x] is x, NoProcess[] is NoProcess.
export const plain = (reason) => reason.replace(/^Crashed\[([^]*)\]$/, "$1").replace(/\[\]$/, "");

// Without the module that all have.
export const frames = (stack) => stack.map((frame) => frame.replace(/^java\.base\//, "")).join("\n");

// Of one processor.
export const share = (part) => (part === 0 ? "0 %" : part > 0 && part < 0.001 ? "< 0.1 %" : (100 * part).toFixed(part < 0.1 ? 1 : 0) + " %");

export const time = (iso) => new Date(iso).toLocaleTimeString("en-GB");
