// SPDX-License-Identifier: Apache-2.0
// The API's client. Answers are JSON, or a Problem is thrown (RFC 9457, or what the network says). A 401 leads to the
// page for signing in, which knows the way back.
//   await get('runs?limit=20', {signal})      await post('runs/ID/cancel')      await getText('steps/ID/log?offset=0')
// Paths are below /api/v1/, or whole when they begin with /.
import { setServerTime } from './clock.js';
import { address, here, replace } from './nav.js';

export class Problem extends Error {
  constructor(status, title, detail) {
    super(title);
    this.status = status; // 0: there was no answer
    this.title = title;
    this.detail = detail ?? null;
  }
}

// ---- whether the server answers ----

const reachers = new Set();
let reached = true;

// fn(true | false) when that changes; returns what ends it.
export function onReach(fn) {
  reachers.add(fn);
  return () => reachers.delete(fn);
}

export function setReached(yes) {
  if (yes === reached) return;
  reached = yes;
  reachers.forEach((fn) => fn(yes));
}

// ---- calls ----

async function problemOf(res) {
  let told = {};
  try {
    told = JSON.parse(await res.text());
  } catch {
    // not from the API: a proxy, or a page
  }
  const problem = new Problem(res.status, told.title || `the server answered ${res.status}`, told.detail);
  problem.retry = Number(res.headers.get('retry-after')) || null; // seconds
  return problem;
}

function signIn() {
  const { path, query } = here();
  if (path !== '/login') replace(address('/login', { back: address(path, query) }));
}

// What the network does not do: an answer that does not come, or not to its end.
async function heard(promise) {
  try {
    return await promise;
  } catch (e) {
    if (e.name === 'AbortError') throw e;
    setReached(false);
    throw new Problem(0, 'the server cannot be reached', 'It may be restarting. This page comes back by itself.');
  }
}

async function call(method, path, { body, signal, headers } = {}) {
  const url = path.startsWith('/') ? path : `/api/v1/${path}`;
  const res = await heard(fetch(url, { method, body, signal, headers, credentials: 'same-origin', redirect: 'error' }));
  setReached(true);
  setServerTime(res.headers.get('date'));
  if (res.ok) return res;
  if (res.status === 401 && path !== 'session') signIn();
  throw await problemOf(res);
}

async function jsonOf(res) {
  if (res.status === 204) return null;
  const text = await heard(res.text());
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    throw new Problem(res.status, 'the answer is no JSON', text.slice(0, 200));
  }
}

export async function get(path, { signal } = {}) {
  return jsonOf(await call('GET', path, { signal }));
}

// {text, headers} or {bytes, headers}: of logs and bodies.
export async function getText(path, { signal } = {}) {
  const res = await call('GET', path, { signal });
  return { text: await heard(res.text()), headers: res.headers };
}

export async function getBytes(path, { signal } = {}) {
  const res = await call('GET', path, { signal });
  return { bytes: new Uint8Array(await heard(res.arrayBuffer())), headers: res.headers };
}

// The first `most` bytes of an answer as text, and whether that is all: {text, whole, headers}. The rest is not fetched.
export async function getHead(path, most, { signal } = {}) {
  const res = await call('GET', path, { signal });
  const reader = res.body.getReader(), words = new TextDecoder();
  let text = '', n = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { text: text + words.decode(), whole: true, headers: res.headers };
    text += words.decode(value.subarray(0, most - n), { stream: true });
    n += value.length;
    if (n <= most) continue;
    await reader.cancel();
    return { text, whole: false, headers: res.headers };
  }
}

// Another window may have signed in anew: then the word is another one, and a refusal is worth a second try.
async function change(method, path, body, { signal } = {}) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const send = async (csrf) => {
    const headers = { 'X-Fettle-CSRF': csrf ?? 'none' };
    if (text !== undefined) headers['Content-Type'] = 'application/json';
    return jsonOf(await call(method, path, { body: text, signal, headers }));
  };
  const { csrf } = await session();
  try {
    return await send(csrf);
  } catch (e) {
    if (e.status !== 403) throw e;
    forgetSession();
    const now = await session();
    if (now.csrf === csrf) throw e;
    return send(now.csrf);
  }
}

export function post(path, body, options) {
  return change('POST', path, body, options);
}

export function remove(path, options) {
  return change('DELETE', path, undefined, options);
}

// ---- who we are ----

let asked = null;

// {signed_in, by, scopes, csrf, local}; asked for once, and again after forgetSession(). A server without sessions
// lets everybody on its machine do everything.
export function session() {
  asked ??= get('session').catch((e) => {
    if (e.status === 404) return { signed_in: false, by: null, scopes: null, csrf: 'local', local: true };
    asked = null;
    if (e.status === 401) return { signed_in: false, by: null, scopes: [], csrf: null, local: false };
    throw e;
  });
  return asked;
}

export function forgetSession() {
  asked = null;
}

// Whether a session may do what needs a scope: what it may not is not offered.
export function may(who, scope) {
  return !who || who.scopes === null || who.scopes === undefined || who.scopes.includes(scope);
}
