// SPDX-License-Identifier: Apache-2.0
// Whether all is well, out of what the server says of itself: the first line of the overview. Pure, no DOM: tested by
// tests/web.
import { count, duration, percent, plural } from './format.js';

const LONG_WAIT_S = 300, VERY_LONG_WAIT_S = 1800, MANY_UNDECIDED = 20, LITTLE_BUDGET = 0.1, TOKEN_S = 7 * 86400;
const ENOUGH_RUNS = 5, POOR = 0.5;

function ofServer(stats) {
  if (!stats) return [];
  const all = [];
  if (stats.draining) all.push(['warn', 'the server is stopping', '/settings']);
  else if (!stats.ready) all.push(['bad', `no work is taken: the store is ${stats.store}`, '/settings']);
  for (const t of stats.tokens ?? []) {
    if (t.expires_in_s < TOKEN_S) {
      all.push([t.expires_in_s <= 0 ? 'bad' : 'warn', t.expires_in_s <= 0 ? `the token of ${t.forge} has ended`
        : `the token of ${t.forge} ends in ${duration(t.expires_in_s * 1000)}`, '/settings']);
    }
  }
  return all;
}

function ofWork(now) {
  if (!now) return [];
  const all = [];
  if (now.effects_dead > 0) all.push(['bad', plural(now.effects_dead, 'dead effect'), '/effects?state=dead']);
  if (now.oldest_wait_s >= LONG_WAIT_S) {
    all.push([now.oldest_wait_s >= VERY_LONG_WAIT_S ? 'bad' : 'warn', `queue older than ${duration(Math.floor(now.oldest_wait_s / 60) * 60000).replace(' 00 s', '').replace(' 00 min', '')}`, '/queue']);
  }
  if (now.deliveries_undecided > MANY_UNDECIDED) {
    all.push(['warn', `${plural(now.deliveries_undecided, 'delivery', 'deliveries')} not decided about`, '/deliveries?state=received']);
  }
  if (now.approvals > 0) all.push(['warn', `${plural(now.approvals, 'question')} to people`, '/queue']);
  return all;
}

function ofForges(forges) {
  const all = [];
  for (const f of forges ?? []) {
    if (f.breaker === 'open') all.push(['bad', `${f.forge} does not answer`, '/#forges']);
    else if (f.breaker === 'probing') all.push(['warn', `${f.forge} is tried again`, '/#forges']);
    for (const b of f.budgets ?? []) {
      // A budget begins empty, and at most a quarter of it may go at once: that it is low is bad only for who waits.
      if (f.waiting > 0 && b.of > 0 && b.left / b.of < LITTLE_BUDGET) {
        all.push(['warn', `${f.forge}: ${percent(Math.max(0, b.left / b.of))} of "${b.limit}" left`, '/#forges']);
      }
    }
  }
  return all;
}

// What is wrong, the worst first: [{level: "bad" | "warn", text, href}]. Any argument may be missing yet.
export function complaints({ overview, stats, queue, hooks }) {
  const all = [...ofServer(stats)];
  if (queue?.paused) all.push(['warn', 'the queue is paused', '/queue']);
  all.push(...ofWork(overview?.now), ...ofForges(overview?.now?.forges ?? stats?.forges));
  const idle = hooks?.hooks?.length ?? 0;
  if (idle > 0) all.push(['warn', `${plural(idle, 'webhook')} that ${idle === 1 ? 'brings' : 'bring'} nothing`, '/repositories']);
  const span = overview?.span;
  if (span && span.runs >= ENOUGH_RUNS && span.success_rate !== null && span.success_rate < POOR) {
    all.push(['warn', `only ${percent(span.success_rate)} of the runs succeeded`, '/errors']);
  }
  const rows = all.map(([level, text, href]) => ({ level, text, href }));
  return [...rows.filter((r) => r.level === 'bad'), ...rows.filter((r) => r.level !== 'bad')];
}

// What goes on, for the line beneath.
export function goings(now) {
  if (!now) return '';
  const parts = [now.running ? `${plural(now.running, 'run')} under way` : 'nothing runs'];
  if (now.queue) parts.push(`${plural(now.queue, 'job')} ${now.queue === 1 ? 'waits' : 'wait'}`);
  parts.push(`${count(now.slots_busy)} of ${plural(now.slots, 'slot')} busy`);
  return parts.join(', ');
}
