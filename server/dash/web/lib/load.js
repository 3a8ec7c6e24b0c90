// SPDX-License-Identifier: Apache-2.0
// What a page shows is loaded with this: const runs = useGet('runs?limit=50', {live: (row) => row.kind === 'run'});
//   runs.data     the newest answer; stays while it is loaded again, and when the server is away
//   runs.problem  why the last try failed, or null
//   runs.busy     a try is under way
//   runs.reload() try again
import { get } from './api.js';
import { onJournal, onReload } from './live.js';
import { useCallback, useEffect, useRef, useState } from './view.js';

const SETTLE_MS = 150, EVERY_MS = 1000, AGAIN_MS = 10000;
const nothing = { data: null, of: null, problem: null, busy: true, path: null }; // of: the path that data is the answer to

// Calls fn soon, but not more often than once in `every` ms however often it is asked to: ask(), and ask.end().
export function throttled(fn, every = EVERY_MS) {
  let timer = null, last = 0;
  const ask = () => {
    timer ??= setTimeout(() => {
      timer = null;
      last = Date.now();
      fn();
    }, Math.max(SETTLE_MS, every - (Date.now() - last)));
  };
  ask.end = () => clearTimeout(timer);
  return ask;
}

// path: below /api/v1/; null = nothing is wanted now. live: (row of the journal) => whether what is shown may have
// changed by it; true = by any; every: not more often than so, ms. keep: what was shown for another path stays until the
// new one is there. refresh: load again after so many ms in any case, for what changes by time alone.
export function useGet(path, { live, every, keep, refresh } = {}) {
  const [got, set] = useState(nothing);
  const concerns = useRef(live);
  const running = useRef(null);
  concerns.current = live;
  const load = useCallback(async () => {
    running.current?.abort();
    if (path === null) return;
    const mine = (running.current = new AbortController());
    set((g) => ({ ...g, data: g.of === path || keep ? g.data : null, problem: g.path === path ? g.problem : null, busy: true, path }));
    try {
      const data = await get(path, { signal: mine.signal });
      if (!mine.signal.aborted) set({ data, of: path, problem: null, busy: false, path });
    } catch (problem) {
      if (!mine.signal.aborted) set((g) => ({ ...g, data: g.of === path ? g.data : null, problem, busy: false }));
    }
  }, [path, keep]);
  useEffect(() => {
    const soon = throttled(load, every);
    const timer = refresh ? setInterval(() => document.hidden || soon(), refresh) : null;
    const ends = [
      onReload(soon),
      onJournal((row) => concerns.current && (concerns.current === true || concerns.current(row)) && soon()),
    ];
    load();
    return () => {
      ends.forEach((end) => end());
      clearInterval(timer);
      soon.end();
      running.current?.abort();
    };
  }, [load, every, refresh]);
  const trouble = got.problem && !got.busy && (got.problem.status >= 500 || !got.problem.status);
  useEffect(() => {
    if (!trouble) return undefined;
    const timer = setInterval(() => document.hidden || load(), AGAIN_MS); // what the server could not do it may soon
    return () => clearInterval(timer);
  }, [trouble, load]);
  return { data: got.of === path || keep ? got.data : null, problem: got.problem, busy: got.busy, reload: load };
}
