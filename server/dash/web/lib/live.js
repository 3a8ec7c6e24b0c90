// SPDX-License-Identifier: Apache-2.0
// What happens on the server, as it happens: one stream of events for the page while it is visible (a hidden page holds
// no connection: browsers have six for a host). A server without the stream is asked again every five seconds.
//   onJournal(fn)  fn(row) for each change of state: {seq, kind, id, run, from, to, cause}
//   onReload(fn)   fn() when all that is shown is to be loaded again: something was missed, or there is no stream
//   onState(fn)    fn("waiting" | "live" | "polling" | "lost"), at once and after each change
// All three return what ends them.
import { onReach, setReached } from './api.js';

const POLL_MS = 5000, AGAIN_MS = [1000, 2000, 5000], WITHOUT_STREAM_MS = 60000, PATIENCE_MS = 6000;
const journal = new Set(), reload = new Set(), states = new Set();
let source = null, state = 'waiting', seq = null, failures = 0, again = null, poll = null, late = null, started = false, endReach = null;

const join = (set, fn) => {
  set.add(fn);
  return () => set.delete(fn);
};
export const onJournal = (fn) => join(journal, fn);
export const onReload = (fn) => join(reload, fn);
export function onState(fn) {
  fn(state);
  return join(states, fn);
}

function setState(to) {
  if (to === state) return;
  const back = state === 'lost';
  state = to;
  states.forEach((fn) => fn(to));
  if (back) reload.forEach((fn) => fn());
}

function tellReload() {
  reload.forEach((fn) => fn());
}

function close() {
  clearTimeout(again);
  clearTimeout(late);
  clearInterval(poll);
  again = poll = late = null;
  source?.close();
  source = null;
}

function openIn(ms) {
  clearTimeout(again);
  again = setTimeout(open, ms);
}

// An EventSource does not say why it was refused. 0: there was no answer.
async function statusOfStream() {
  const enough = new AbortController();
  try {
    return (await fetch('/api/v1/stream', { signal: enough.signal })).status;
  } catch {
    return 0;
  } finally {
    enough.abort();
  }
}

async function ended() {
  close();
  const status = await statusOfStream();
  setReached(status !== 0);
  if (document.hidden || !started) return;
  const wait = AGAIN_MS[Math.min(failures, AGAIN_MS.length - 1)];
  failures++;
  if (status === 0) {
    setState('lost');
    openIn(wait);
  } else if (status !== 404 && failures < 3) {
    openIn(wait);
  } else {
    setState('polling');
    poll = setInterval(tellReload, POLL_MS);
    openIn(WITHOUT_STREAM_MS);
  }
}

function take(e) {
  let row;
  try {
    row = JSON.parse(e.data);
  } catch {
    return;
  }
  if (e.lastEventId) seq = e.lastEventId;
  journal.forEach((fn) => fn(row));
}

// What was loaded before the first greeting may have changed in between.
function greet(e) {
  const first = seq === null;
  seq = e.lastEventId || seq;
  failures = 0;
  clearInterval(poll);
  clearTimeout(late);
  poll = late = null;
  setReached(true);
  setState('live');
  if (first) tellReload();
}

// A stream ends now and then and is taken up again by the browser; only when that takes long something is wrong.
function broken() {
  if (source.readyState === EventSource.CLOSED) {
    ended();
    return;
  }
  setState(state === 'lost' ? 'lost' : 'waiting');
  late ??= setTimeout(ended, PATIENCE_MS);
}

function open() {
  if (document.hidden) return;
  source?.close();
  source = new EventSource(seq === null ? '/api/v1/stream' : `/api/v1/stream?after=${encodeURIComponent(seq)}`);
  source.addEventListener('hello', greet);
  source.addEventListener('journal', take);
  source.addEventListener('reset', (e) => {
    seq = e.lastEventId || null;
    tellReload();
  });
  source.onerror = broken;
}

function look() {
  if (document.hidden) {
    close();
    return;
  }
  const polled = state === 'polling';
  open();
  if (!polled) return;
  poll = setInterval(tellReload, POLL_MS);
  tellReload();
}

export function startLive() {
  if (started) return;
  started = true;
  document.addEventListener('visibilitychange', look);
  endReach = onReach((yes) => {
    if (!yes) setState('lost');
    else if (state === 'lost' && !source) setState(poll ? 'polling' : 'waiting');
  });
  open();
}

export function stopLive() {
  if (!started) return;
  document.removeEventListener('visibilitychange', look);
  endReach();
  started = false;
  close();
}
