// SPDX-License-Identifier: Apache-2.0
// What waits, in the order in which it will start, for what and until when; who holds the locks; and what people want
// of the order.
import { may, post } from '../lib/api.js';
import { count, plural } from '../lib/format.js';
import { useGet } from '../lib/load.js';
import { Do, Duration, Empty, Icon, Loaded, Note, Page, Section, Table, Text, When, say, useSession } from '../lib/parts.js';
import { html, useState } from '../lib/view.js';
import { oldest, reasonOf } from '../lib/waits.js';

const priorities = ['critical', 'high', 'normal', 'low'];
const signs = { lock: 'key', slot: 'queue', turn: 'queue', reserved: 'queue', parallel: 'queue', paused: 'pause', needs: 'branch', group: 'branch' };
const kinds = new Set(['run', 'job', 'queue', 'attempt', 'step']);
const SHOWN = 200;

// ---- slots and pause ----

function Slots({ busy, all }) {
  const share = all ? Math.min(100, (busy / all) * 100) : 0;
  return html`<div class="card queue-card"><p class="queue-word"><b class="queue-n">${count(busy)}</b> of ${count(all)} slots are busy</p>
    <svg class="queue-bar" aria-hidden="true"><rect class="queue-all" width="100%" height="6" rx="3" />
      <rect class="queue-on" width=${`${share}%`} height="6" rx="3" /></svg></div>`;
}

function Waiting({ data }) {
  const since = oldest(data.jobs);
  return html`<div class="card queue-card"><p class="queue-word"><b class="queue-n">${count(data.waiting)}</b> ${data.waiting === 1 ? 'job waits' : 'jobs wait'}</p>
    <p class="dim">${since ? html`the oldest became ready <${When} at=${since} />` : 'nothing is held up'}</p></div>`;
}

function Switch({ data, reload }) {
  return data.paused
    ? html`<${Do} label="Resume" icon="play" tone="good" scope="admin" does=${() => post('queue/resume').then(reload)} done="The queue goes on" />`
    : html`<${Do} label="Pause" icon="pause" scope="admin" does=${() => post('queue/pause').then(reload)} done="The queue is paused: what runs goes on"
        confirm=${{ title: 'Pause the queue?', text: 'Nothing starts any more, also after a restart, until somebody resumes it. What runs goes on.', yes: 'Pause', tone: 'warn' }} />`;
}

// ---- the order ----

function Priority({ job, who, reload }) {
  const [busy, set] = useState(false);
  if (!may(who, 'run')) return html`<span>${job.priority}</span>`;
  const change = async (e) => {
    const to = e.target.value;
    set(true);
    try {
      await post(`runs/${job.run}/priority?to=${to}`);
      say(`The priority of ${job.workflow} is ${to}`);
    } catch (problem) {
      say(`The priority stays: ${problem.detail ?? problem.title}`, 'bad');
    }
    set(false);
    reload();
  };
  return html`<select class="queue-prio prio-${job.priority}" aria-label=${`Priority of ${job.workflow}, job ${job.key}`} value=${job.priority} disabled=${busy} onChange=${change}>
    ${priorities.map((p) => html`<option key=${p} value=${p}>${p}</option>`)}</select>`;
}

function Wishes({ job, who, reload }) {
  return html`<span class="acts"><${Priority} job=${job} who=${who} reload=${reload} />
    ${job.bumped ? html`<span class="dim"><${Icon} name="up" /> first</span>`
      : html`<${Do} label="Bump" icon="up" scope="run" does=${() => post(`runs/${job.run}/bump`).then(reload)} done=${`${job.workflow} goes first in its repository, and that one next`} />`}</span>`;
}

function What({ job }) {
  return html`<${Text} of=${job.workflow} max=${80} /> <span class="dim">›</span> <${Text} of=${job.key} max=${80} />`;
}

const columnsOf = (data, who, reload) => [
  { head: '#', kind: 'num', cell: (j) => html`<span class="queue-place">${data.jobs.indexOf(j) + 1}</span>` },
  { head: 'Job', kind: 'main', cell: (j) => html`<${What} job=${j} />` },
  { head: 'Repository', kind: 'low', cell: (j) => html`<${Text} of=${j.repository} max=${60} />` },
  { head: 'Waits for', kind: 'reason', cell: (j) => html`<${Icon} name=${signs[j.reason] ?? 'clock'} /> <${Text} of=${reasonOf(j.why)} max=${240} />` },
  { head: 'Expected', kind: 'num', cell: (j) => (j.until ? html`<${When} at=${j.until} />` : html`<span class="dim">not known</span>`) },
  { head: 'Takes', kind: 'num', cell: (j) => html`${j.slots > 1 && html`<span class="dim">${plural(j.slots, 'slot')}, </span>`}<${Duration} ms=${j.estimate_ms || null} />` },
  { head: 'Order', kind: 'act', cell: (j) => html`<${Wishes} job=${j} who=${who} reload=${reload} />` },
];

function Order({ data, reload }) {
  const who = useSession();
  const more = data.waiting - data.jobs.length;
  return html`<${Section} title="In the order in which they will start">
    <${Table} name="Jobs that wait" rows=${data.jobs} id=${(j) => j.job} href=${(j) => `/runs/${j.run}`} columns=${columnsOf(data, who, reload)} />
    ${more > 0 && html`<p class="dim">and ${plural(more, 'more job')} behind them</p>`}
    <p class="dim">Critical runs go first on a part of the slots; then the organisation and the repository that had the least; then what has little left
      to do and what has waited long. A bumped run goes first in its repository.</p>
  </${Section}>`;
}

// ---- locks ----

function Holders({ lock }) {
  if (!lock.holders.length) return html`<span class="dim">nobody</span>`;
  return html`<ul class="holders">${lock.holders.map((h) => html`<li key=${h.token}><a href=${`/runs/${h.run}`}><${Text} of=${h.key} max=${80} /></a>
    <span class="dim" title="Fencing token: rises with every grant"> token ${h.token}</span></li>`)}</ul>`;
}

const lockColumns = [
  { head: 'Lock', kind: 'main', cell: (l) => html`<${Icon} name="key" /> <${Text} of=${l.name} max=${80} />` },
  { head: 'Held', kind: 'num', cell: (l) => `${count(l.used)} of ${count(l.capacity)}` },
  { head: 'Wait', kind: 'num', cell: (l) => count(l.waiting) },
  { head: 'By', cell: (l) => html`<${Holders} lock=${l} />` },
];

function Idle({ data }) {
  return html`<${Empty} title="Nothing waits" icon="ok">${data.slots_busy
    ? html`All that could start has started: see <a href="/runs?state=running">what runs</a>.`
    : html`Nothing runs either. Start something: <code>fettle dispatch WORKFLOW</code>, or push.`}</${Empty}>`;
}

export default function Queue() {
  const queue = useGet(`queue?limit=${SHOWN}`, { live: (row) => kinds.has(row.kind) });
  const { data, reload } = queue;
  return html`<${Page} title="Queue" actions=${data && html`<${Switch} data=${data} reload=${reload} />`}>
    <${Loaded} from=${queue}>${(d) => html`
      ${d.paused && html`<${Note} tone="warn" icon="pause">The queue is paused: nothing starts until somebody resumes it. What runs goes on.</${Note}>`}
      <div class="queue-cards"><${Slots} busy=${d.slots_busy} all=${d.slots} /><${Waiting} data=${d} /></div>
      ${d.jobs.length ? html`<${Order} data=${d} reload=${reload} />` : html`<${Idle} data=${d} />`}
      ${d.locks.length > 0 && html`<${Section} title="Locks"><${Table} name="Locks" rows=${d.locks} id=${(l) => l.name} columns=${lockColumns} /></${Section}>`}
    `}</${Loaded}>
  </${Page}>`;
}
