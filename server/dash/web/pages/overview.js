// SPDX-License-Identifier: Apache-2.0
// The first glance: is all well, and if not, why not; then how it went, and what the newest runs are.
import { compact, count, duration, percent, plural } from '../lib/format.js';
import { useGet } from '../lib/load.js';
import { Duration, Empty, Failed, Icon, Loaded, Loading, Page, Plot, Section, State, Table, Tabs, Text, When } from '../lib/parts.js';
import { complaints, goings } from '../lib/verdict.js';
import { html } from '../lib/view.js';

const ranges = [['1h', '1 h'], ['6h', '6 h'], ['24h', '24 h'], ['7d', '7 d'], ['30d', '30 d']];
const spoken = { '1h': 'the last hour', '6h': 'the last 6 hours', '24h': 'the last 24 hours', '7d': 'the last 7 days', '30d': 'the last 30 days' };
// Many may have this page open all day: what changes seldom is asked for seldom.
const OFTEN = { live: true, every: 5000, refresh: 30000, keep: true };
const NOW_AND_THEN = { live: (row) => row.kind === 'api', every: 2000, refresh: 60000, keep: true };

function Verdict({ overview, stats, queue, hooks }) {
  if (!overview.data && !stats.data) {
    const away = stats.problem;
    return away ? html`<${Failed} problem=${away} retry=${stats.reload} />` : html`<div class="verdict"><${Loading} rows=${1} /></div>`;
  }
  const all = complaints({ overview: overview.data, stats: stats.data, queue: queue.data, hooks: hooks.data });
  const level = all[0]?.level ?? 'good';
  return html`<section class="verdict tone-${level}" aria-label="Verdict" aria-live="polite">
    <${Icon} name=${level === 'good' ? 'ok' : level === 'bad' ? 'error' : 'warn'} />
    <div><p class="verdict-line">${all.length === 0 ? 'All is well' : all.map((c, i) => html`<span key=${c.text}>
      <a href=${c.href}><bdi>${i ? c.text : c.text[0].toUpperCase() + c.text.slice(1)}</bdi></a>${i < all.length - 1 ? ', ' : ''}</span>`)}</p>
      <p class="verdict-sub">${goings(overview.data?.now)}</p></div>
  </section>`;
}

function Tile({ name, value, more, href, tone }) {
  const inside = html`<span class="tile-name">${name}</span><span class="tile-value ${tone ? `tone-${tone}` : ''}">${value}</span>
    <span class="tile-more">${more}</span>`;
  return href ? html`<a class="tile" href=${href}>${inside}</a>` : html`<div class="tile">${inside}</div>`;
}

function Now({ now }) {
  return html`<div class="tiles">
    <${Tile} name="Runs under way" value=${count(now.running)} href="/runs?state=running" more=${now.approvals ? plural(now.approvals, 'question') : ' '} />
    <${Tile} name="Jobs that wait" value=${count(now.queue)} href="/queue" more=${now.queue ? `the oldest ${duration(now.oldest_wait_s * 1000)}` : 'nothing waits'} />
    <${Tile} name="Slots" value=${html`${count(now.slots_busy)}<small> of ${count(now.slots)}</small>`} href="/queue" more=${html`<${Meter} of=${now.slots_busy} all=${now.slots} />`} />
    <${Tile} name="Effects under way" value=${count(now.effects_waiting)} href="/effects" tone=${now.effects_dead ? 'bad' : ''} more=${now.effects_dead ? `${count(now.effects_dead)} dead` : 'none dead'} />
    <${Tile} name="Recoveries" value=${count(now.recoveries_open)} href="/recoveries" more="under way" />
    <${Tile} name="Deliveries" value=${count(now.deliveries_undecided)} href="/deliveries" more="to be decided" />
  </div>`;
}

function Span({ span }) {
  return html`<div class="tiles">
    <${Tile} name="Success" value=${percent(span.success_rate)} href="/errors" more="of runs" />
    <${Tile} name="Runs" value=${compact(span.runs)} href="/runs" more=${`${count(Math.round(span.throughput_per_hour * 10) / 10)} an hour`} />
    <${Tile} name="Time of a run, p95" value=${duration(span.p95_ms)} more=${`median ${duration(span.p50_ms)}`} />
    <${Tile} name="Wait for it, p95" value=${duration(span.wait_p95_ms)} more="from event to start" />
    <${Tile} name="Deliveries" value=${compact(span.deliveries)} href="/deliveries" more=${`${compact(span.refused ?? null)} refused`} />
    <${Tile} name="Recovered" value=${count(span.recovered)} href="/recoveries" more="failures made good" />
  </div>`;
}

function shares(s) {
  return s.success.map((good, i) => (good + s.failure[i] > 0 ? good / (good + s.failure[i]) : null));
}

function Plots({ s }) {
  const at = s.at;
  return html`<div class="plots">
    <div class="card"><${Plot} label="Runs" at=${at} kind="bars" series=${[{ label: 'succeeded', values: s.success, tone: 'good' },
      { label: 'failed', values: s.failure, tone: 'bad' }, { label: 'cancelled', values: s.cancelled, tone: 'dull' }]} /></div>
    <div class="card"><${Plot} label="Success" at=${at} unit="share" series=${[{ label: 'of runs', values: shares(s), tone: 'good', fill: true }]} /></div>
    <div class="card"><${Plot} label="Time of a run" at=${at} unit="ms" series=${[{ label: 'p95', values: s.p95_ms, fill: true }]} /></div>
    <div class="card"><${Plot} label="Work" at=${at} series=${[{ label: 'jobs that wait', values: s.queue, tone: 'warn', fill: true },
      { label: 'slots busy', values: s.busy, tone: 'accent' }]} /></div>
    <div class="card"><${Plot} label="Longest wait" at=${at} unit="s" series=${[{ label: 'of a job', values: s.oldest_wait_s, tone: 'warn', fill: true }]} /></div>
    <div class="card"><${Plot} label="Effects" at=${at} series=${[{ label: 'not settled', values: s.effects, fill: true }]} /></div>
  </div>`;
}

function Meter({ of, all, tone = 'accent' }) {
  return html`<span class="meter plot-${tone}"><svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
    <rect class="meter-all" width="100" height="4" /><rect class="meter-of" width=${all > 0 ? Math.min(100, Math.max(0, (100 * of) / all)) : 0} height="4" /></svg></span>`;
}

function Budgets({ all, waiting }) {
  if (!all.length) return html`<span class="dim">no limit known</span>`;
  return html`<div class="budgets">${all.map((b) => html`<span key=${b.limit} class="budget">
    <${Text} of=${b.limit} /> <span class="num">${compact(b.left)} of ${compact(b.of)}</span>
    <${Meter} of=${b.left} all=${b.of} tone=${!waiting ? 'good' : b.of > 0 && b.left / b.of < 0.1 ? 'bad' : 'warn'} /></span>`)}</div>`;
}

const forgeColumns = [
  { head: 'Forge', kind: 'main', cell: (f) => html`<${Text} of=${f.forge} />` },
  { head: 'State', cell: (f) => html`<${State} of=${f.breaker} text=${f.breaker === 'closed' ? 'answers' : f.breaker === 'open' ? 'does not answer' : 'is tried again'} />` },
  { head: 'Calls that may go', cell: (f) => html`<${Budgets} all=${f.budgets} waiting=${f.waiting} />` },
  { head: 'Waiting', kind: 'num', cell: (f) => count(f.waiting) },
  { head: 'Under way', kind: 'num', cell: (f) => count(f.in_flight) },
];

const runColumns = [
  { head: 'State', cell: (r) => html`<${State} of=${r.conclusion ?? r.state} />` },
  { head: 'Run', kind: 'main', cell: (r) => html`<${Text} of=${r.name} max=${100} />` },
  { head: 'Repository', cell: (r) => html`<${Text} of=${r.repository} max=${60} />` },
  { head: 'Took', kind: 'num', cell: (r) => html`<${Duration} from=${r.started_at} to=${r.ended_at} />` },
  { head: 'When', kind: 'num', cell: (r) => html`<${When} at=${r.created_at} />` },
];

function Newest() {
  const runs = useGet('runs?limit=8', { live: (row) => row.kind === 'run', keep: true });
  return html`<${Section} title="Newest runs" actions=${html`<a href="/runs">All runs</a>`}>
    <${Loaded} from=${runs} rows=${4} empty=${(d) => d.runs.length === 0 && html`<${Empty} title="No runs yet" icon="runs">
      Connect a repository with <code>fettle connect FORGE:OWNER/NAME</code> and push to it.</${Empty}>`}>
      ${(d) => html`<${Table} name="Newest runs" rows=${d.runs} columns=${runColumns} id=${(r) => r.id} href=${(r) => `/runs/${r.id}`} />`}
    </${Loaded}></${Section}>`;
}

export default function Overview({ query }) {
  const range = ranges.some(([v]) => v === query.range) ? query.range : '24h';
  const overview = useGet(`overview?range=${range}`, OFTEN);
  const stats = useGet('stats', NOW_AND_THEN), queue = useGet('queue?limit=1', NOW_AND_THEN), hooks = useGet('hooks', NOW_AND_THEN);
  return html`<${Page} title="Overview" actions=${html`<${Tabs} name="range" label="Time shown" all=${ranges} fallback="24h" />`}>
    <${Verdict} overview=${overview} stats=${stats} queue=${queue} hooks=${hooks} />
    <${Loaded} from=${overview} rows=${6}>${(d) => html`
      <${Now} now=${d.now} />
      <${Section} title=${`In ${spoken[range]}`}><${Span} span=${d.span} /><${Plots} s=${d.series} /></${Section}>
      <${Section} title="Forges" id="forges"><${Table} name="Forges" rows=${d.now.forges} columns=${forgeColumns} id=${(f) => f.forge} /></${Section}>`}
    </${Loaded}>
    <${Newest} />
  </${Page}>`;
}
