// SPDX-License-Identifier: Apache-2.0
// Where the jobs of a run lie: over time, by repository, as shares of the whole, 0…1; and in the graph, where the API
// has put them. Pure.
//   ganttOf(run, now) -> {from, to, ticks: [{x, ms}], groups: [{repository, rows: [row]}]}
//   row: {job, depth, bars: [bar], steps: [{step, bars: [bar]}]}      bar: {kind, x, w, from, to, state, attempt}
// kind: wait (it is ready, and others come first), hold (for its next try, people, a fix, a forge), run, attempt.

const at = (text) => (text ? Date.parse(text) : null);

const STEPS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 15000, 30000, 60000, 120000, 300000, 600000, 900000, 1800000,
  3600000, 7200000, 14400000, 28800000, 43200000, 86400000];

// Round times, at most `most` of them.
export function ticksOf(length, most = 6) {
  const step = STEPS_MS.find((s) => length / s <= most) ?? Math.ceil(length / most / 86400000) * 86400000;
  const ticks = [];
  for (let ms = 0; ms <= length; ms += step) ticks.push({ x: length ? ms / length : 0, ms });
  return ticks;
}

export function stateOf(x) {
  return x.state === 'done' ? x.conclusion ?? 'done' : x.state;
}

// An attempt says less than its step: how it ended is in its code.
export function stateOfAttempt(t) {
  if (t.state === 'intent') return 'running';
  if (t.state === 'lost') return 'error';
  if (t.state === 'revoked') return 'cancelled';
  return t.class === 'cancelled' ? 'cancelled' : t.class === 'timeout' ? 'timed_out' : t.class ? 'failure' : 'success';
}

function spanOf(run, now) {
  const from = at(run.created_at);
  let to = at(run.ended_at) ?? now;
  for (const j of run.jobs) to = Math.max(to, at(j.ended_at) ?? 0);
  return { from, to: Math.max(to, from + 1) };
}

function placer({ from, to }) {
  const share = (t) => Math.min(1, Math.max(0, (t - from) / (to - from)));
  return (kind, begin, end, more) => {
    const x = share(begin);
    return { kind, from: begin, to: end, x, w: Math.max(0, share(end) - x), ...more };
  };
}

const newest = (...times) => Math.max(...times.filter((t) => t !== null && t !== undefined));

// Before its first step a job waited for its turn; then, or in between, it may be on hold.
function barsOfJob(job, bar, now) {
  const ready = at(job.ready_at), began = at(job.started_at), over = job.state === 'done', bars = [];
  if (over && began === null) return bars;
  const first = job.steps.flatMap((s) => s.attempts).map((t) => at(t.created_at)).sort((a, b) => a - b)[0] ?? began;
  if (ready !== null && ready < (first ?? now)) bars.push(bar('wait', ready, first ?? now, { state: 'ready' }));
  if (first !== null) bars.push(bar('run', first, at(job.ended_at) ?? now, { state: stateOf(job) }));
  if (job.hold && !over) bars.push(bar('hold', at(job.hold_at) ?? first ?? now, now, { state: job.hold }));
  return bars;
}

function stepOf(step, bar, now) {
  const bars = step.attempts.map((t) =>
    bar('attempt', at(t.created_at), at(t.ended_at) ?? now, { state: stateOfAttempt(t), attempt: t }));
  return { step, bars };
}

// A matrix or a call stands over what is in it, and lasts as long.
function barsOfParent(job, inside, bar, now) {
  const began = inside.map((j) => at(j.started_at)).filter((t) => t !== null);
  if (!began.length) return barsOfJob({ ...job, steps: [] }, bar, now);
  const ended = job.state === 'done' ? newest(at(job.ended_at) ?? 0, ...inside.map((j) => at(j.ended_at))) : now;
  return [bar('run', Math.min(...began), ended || now, { state: stateOf(job) })];
}

// Jobs with those that are in them behind them.
export function inOrder(jobs) {
  const known = new Set(jobs.map((j) => j.id)), rows = [];
  const add = (parent, depth) => {
    for (const job of jobs)
      if ((known.has(job.parent) ? job.parent : null) === parent && depth < 20) {
        rows.push({ job, depth });
        add(job.id, depth + 1);
      }
  };
  add(null, 0);
  return rows;
}

export function ganttOf(run, now) {
  const span = spanOf(run, now), bar = placer(span), groups = new Map();
  for (const { job, depth } of inOrder(run.jobs)) {
    const inside = run.jobs.filter((j) => j.parent === job.id);
    const bars = inside.length ? barsOfParent(job, inside, bar, now) : barsOfJob(job, bar, now);
    const row = { job, depth, bars, steps: job.steps.filter((s) => s.attempts.length).map((s) => stepOf(s, bar, now)) };
    const name = job.repository ?? null;
    if (!groups.has(name)) groups.set(name, { repository: name, rows: [] });
    groups.get(name).rows.push(row);
  }
  return { ...span, ticks: ticksOf(span.to - span.from), groups: [...groups.values()] };
}

// How long a job waited for its turn, and how long it ran; null where it did not.
export function timesOf(job, now) {
  const ready = at(job.ready_at), began = at(job.started_at), ended = at(job.ended_at);
  return {
    waited: ready === null || (began !== null && ready > began) ? null : Math.max(0, (began ?? (job.state === 'done' ? ready : now)) - ready),
    ran: began === null ? null : Math.max(0, (ended ?? now) - began),
  };
}

// ---- graph ----

const TURN = 28;

// Curves lead to every second point, lines on from there.
export function pathOf(points) {
  let [x, y] = points, d = `M${x} ${y}`;
  for (let i = 2; i + 1 < points.length; i += 2) {
    const [to, toY] = [points[i], points[i + 1]];
    d += i % 4 === 2 ? `C${x + TURN} ${y} ${to - TURN} ${toY} ${to} ${toY}` : `H${to}`;
    [x, y] = [to, toY];
  }
  return d;
}

const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// The nearest box in the direction of an arrow key; null where there is none, or it is another key.
export function neighbour(boxes, from, key) {
  const way = DIRECTIONS[key];
  if (!way) return null;
  let best = null, least = Infinity;
  for (const b of boxes) {
    const dx = b.x - from.x, dy = b.y - from.y;
    const along = dx * way[0] + dy * way[1], beside = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
    if (b === from || along <= 0 || (way[1] && beside > 0)) continue;
    if (along + beside * 2 < least) [best, least] = [b, along + beside * 2];
  }
  return best;
}

// Whose turn it is for those who cannot see lines: "after build, lint".
export function needsOf(graph, box) {
  return graph.edges.filter((e) => e.to === box.key).map((e) => e.from);
}
