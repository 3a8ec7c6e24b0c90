// SPDX-License-Identifier: Apache-2.0
// The time, as the server has it: readers' clocks are wrong by minutes now and then. One timer for all that shows how
// long ago something was.
import { useEffect, useState } from './view.js';

let offset = 0; // server minus ours, ms
const waiting = new Map(); // step in ms -> {timer, fns}

// Told of the Date of each answer, which is whole seconds.
export function setServerTime(date) {
  const at = Date.parse(date ?? '');
  if (Number.isNaN(at)) return;
  const off = at + 500 - Date.now();
  offset = Math.abs(off) < 2500 ? 0 : off;
}

export function now() {
  return Date.now() + offset;
}

function join(step, fn) {
  let of = waiting.get(step);
  if (!of) {
    of = { fns: new Set() };
    of.timer = setInterval(() => document.hidden || of.fns.forEach((f) => f()), step);
    waiting.set(step, of);
  }
  of.fns.add(fn);
  return () => {
    of.fns.delete(fn);
    if (of.fns.size) return;
    clearInterval(of.timer);
    waiting.delete(step);
  };
}

// The time now; renders again every `step` ms. 0 = once.
export function useNow(step) {
  const [at, set] = useState(now);
  useEffect(() => {
    if (!step) return undefined;
    set(now());
    return join(step, () => set(now()));
  }, [step]);
  return step ? at : now();
}
