// SPDX-License-Identifier: Apache-2.0
// Where the reader is: the address is the state of a page (its filters, its range, its page of a list), so that it can
// be sent to others and comes back with the browser's buttons.
import { address } from './query.js';

export { address } from './query.js';
const listeners = new Set();

// {path: "/runs", query: {state: "failure"}, hash: "#L12"}
export function here() {
  const { pathname, search, hash } = window.location;
  return { path: pathname, query: Object.fromEntries(new URLSearchParams(search)), hash };
}

function tell(why) {
  listeners.forEach((fn) => fn(here(), why));
}

// fn(here, "push" | "replace" | "pop") after each change; returns what ends that.
export function onNavigate(fn) {
  listeners.add(fn);
  return () => listeners.delete(fn);
}

// go("/runs?state=failure"); only addresses of ours.
export function go(to) {
  window.history.pushState(null, '', to);
  tell('push');
}

export function replace(to) {
  window.history.replaceState(null, '', to);
  tell('replace');
}

// Changes members of the query, the others stay; "" or null removes one. `how`: go or replace.
export function setQuery(changes, how = replace) {
  const { path, query } = here();
  how(address(path, { ...query, ...changes }));
}

window.addEventListener('popstate', () => tell('pop'));
