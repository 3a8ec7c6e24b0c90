// SPDX-License-Identifier: Apache-2.0
// The live client against a browser that is made up: it resumes where it was, loads again what may have been missed,
// asks every five seconds where there is no stream, and says when the server is away.
import assert from 'node:assert/strict';
import { test } from 'node:test';

const world = { status: 200, sources: [], timers: [], now: 0 };
const listeners = {};

class Source {
  static CLOSED = 2;
  constructor(url) {
    Object.assign(this, { url, readyState: 0, on: {} });
    world.sources.push(this);
  }
  addEventListener(name, fn) {
    this.on[name] = fn;
  }
  tell(name, data, lastEventId) {
    this.on[name]({ data: JSON.stringify(data), lastEventId: String(lastEventId) });
  }
  fail(readyState) {
    this.readyState = readyState;
    this.onerror();
  }
  close() {
    this.closed = true;
  }
}

globalThis.EventSource = Source;
globalThis.document = { hidden: false, addEventListener: (n, fn) => (listeners[n] = fn), removeEventListener() {} };
globalThis.window = { addEventListener() {}, location: { pathname: '/', search: '', hash: '' }, history: {} };
globalThis.fetch = async () => {
  if (world.status === 0) throw new TypeError('no');
  return { status: world.status };
};
globalThis.setTimeout = (fn, ms) => world.timers.push({ fn, at: world.now + ms });
globalThis.clearTimeout = (id) => id && (world.timers[id - 1].fn = null);
globalThis.setInterval = (fn, ms) => world.timers.push({ fn, at: world.now + ms, every: ms });
globalThis.clearInterval = globalThis.clearTimeout;

const live = await import('../../server/dash/web/lib/live.js');
const settle = async () => {
  for (let i = 0; i < 5; i++) await null;
};
async function pass(ms) {
  const end = world.now + ms;
  for (;;) {
    const due = world.timers.filter((t) => t.fn && t.at <= end).sort((a, b) => a.at - b.at)[0];
    if (!due) break;
    const { fn } = due;
    world.now = due.at;
    if (due.every) due.at += due.every;
    else due.fn = null;
    fn();
    await settle();
  }
  world.now = end;
}
const seen = { rows: [], reloads: 0, states: [] };
live.onJournal((row) => seen.rows.push(row.seq));
live.onReload(() => seen.reloads++);
live.onState((s) => seen.states.push(s));
const newest = () => world.sources.at(-1);

test('what happened before the first greeting is loaded again', () => {
  live.startLive();
  assert.equal(newest().url, '/api/v1/stream');
  newest().tell('hello', { seq: 7 }, 7);
  assert.equal(seen.reloads, 1);
  newest().tell('journal', { seq: 8, kind: 'run' }, 8);
  assert.deepEqual(seen.rows, [8]);
  assert.deepEqual(seen.states, ['waiting', 'live']);
});

test('a hidden page holds no connection, and goes on where it was', () => {
  document.hidden = true;
  listeners.visibilitychange();
  assert.ok(newest().closed);
  document.hidden = false;
  listeners.visibilitychange();
  assert.equal(newest().url, '/api/v1/stream?after=8');
  newest().tell('hello', { seq: 8 }, 8);
  assert.equal(seen.reloads, 1);
});

test('what is no longer kept is loaded again', () => {
  newest().tell('reset', { seq: 99 }, 99);
  assert.equal(seen.reloads, 2);
});

test('a stream that is soon taken up again is no trouble', async () => {
  newest().fail(0);
  await pass(1000);
  assert.equal(seen.states.at(-1), 'waiting');
  newest().tell('hello', { seq: 99 }, 99);
  assert.equal(seen.states.at(-1), 'live');
  assert.equal(seen.reloads, 2);
});

test('a server that is away is said to be, asked again, and all is loaded again when it is back', async () => {
  world.status = 0;
  newest().fail(0);
  await pass(6000);
  assert.equal(seen.states.at(-1), 'lost');
  const tries = world.sources.length;
  await pass(1000);
  assert.equal(world.sources.length, tries + 1);
  assert.equal(newest().url, '/api/v1/stream?after=99');
  world.status = 200;
  newest().tell('hello', { seq: 99 }, 99);
  assert.equal(seen.states.at(-1), 'live');
  assert.equal(seen.reloads, 3);
});

test('without a stream all is loaded again every five seconds', async () => {
  world.status = 404;
  newest().fail(2);
  await settle();
  assert.equal(seen.states.at(-1), 'polling');
  await pass(15000);
  assert.equal(seen.reloads, 6);
  live.stopLive();
  await pass(60000);
  assert.equal(seen.reloads, 6);
});
