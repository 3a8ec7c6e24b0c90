// SPDX-License-Identifier: Apache-2.0
// What fails, grouped by what it is known by: which failures are new, how often they come, and whether trying again
// helps. ?error=FINGERPRINT opens one of them.
import { One } from '../lib/error.js';
import { doneAbout, isNew, passShare, saidOf } from '../lib/errors.js';
import { count, percent, plural } from '../lib/format.js';
import { useGet } from '../lib/load.js';
import { Empty, Filters, Icon, Loaded, Note, Page, Pager, Tabs, Table, Text, When, stateWord } from '../lib/parts.js';
import { address, pick } from '../lib/query.js';
import { Spark } from '../lib/spark.js';
import { html } from '../lib/view.js';

const PLACES_MOST = 40; // that the server looks at
const ranges = [['24h', '24 h'], ['7d', '7 d'], ['30d', '30 d']];
const spoken = { '24h': 'in 24 hours', '7d': 'in 7 days', '30d': 'in 30 days' };
const orders = [['newest', 'Newest'], ['most', 'Most often']];
const classes = ['network', 'rate-limit', 'resource', 'lost', 'conflict', 'test', 'build', 'config', 'permission', 'timeout', 'unknown'];
const fields = [
  { name: 'class', label: 'Class', kind: 'words', words: classes },
  { name: 'repository', label: 'Repository', kind: 'search', hint: 'alias or id' },
];

function Where({ group }) {
  const [place] = group.places, more = group.places_known - 1;
  if (!place) return html`<span class="dim">not known any more</span>`;
  return html`<div class="two"><${Text} of=${place.workflow} max=${40} />${place.repository && html`<${Text} of=${place.repository} max=${40} class="dim" />`}
    ${more > 0 && html`<span class="dim">and ${count(more)}${more >= PLACES_MOST - 1 ? '+' : ''} more</span>`}</div>`;
}

function Tried({ group }) {
  const done = doneAbout(group), share = passShare(group);
  if (!done.length && share === null) return html`<span class="dim">nothing</span>`;
  return html`<div class="two">${done.slice(0, 2).map((d) => html`<span key=${d.strategy}>
    <${Text} of=${stateWord(d.strategy)} /> <span class=${d.recovered ? 'word-good' : 'dim'}>${
      d.recovered ? `helped ${count(d.recovered)} of ${count(d.all)}` : d.refused === d.all ? 'refused' : d.open === d.all ? 'under way' : 'did not help'}</span></span>`)}
    ${share !== null && html`<span class="dim">tries that passed: ${percent(share)}</span>`}</div>`;
}

function What({ group, since }) {
  const said = saidOf(group);
  return html`<${Text} of=${said.text} max=${160} class="failure-said" /><span class="kind"><span class="class">${stateWord(group.class)}</span>${
    said.rule && html`<span class="dim">${said.rule}</span>`}${isNew(group, since) && html`<span class="chip tone-warn"><${Icon} name="up" />new</span>`}</span>`;
}

const columnsOf = (d) => [
  { head: 'Failure', kind: 'main', cell: (g) => html`<${What} group=${g} since=${d.since} />` },
  { head: 'Trend', cell: (g) => html`<${Spark} values=${g.trend} label=${`${plural(g.count, 'failure')} ${spoken[d.range]}`} />` },
  { head: 'Times', kind: 'num', cell: (g) => html`<b>${count(g.count)}</b>` },
  { head: 'Where', cell: (g) => html`<${Where} group=${g} />` },
  { head: 'What was done', cell: (g) => html`<${Tried} group=${g} />` },
  { head: 'Last', kind: 'num', cell: (g) => html`<${When} at=${g.last_at} />` },
];

function Nothing({ filtered, range }) {
  return filtered
    ? html`<${Empty} title="No failure fits these filters" icon="search">Take one of them away, or look at <a href="/errors">all failures</a>.</${Empty}>`
    : html`<${Empty} title=${`Nothing failed ${spoken[range]}`}>Failures of steps come here, grouped by what their output ends with.</${Empty}>`;
}

function All({ query }) {
  const range = ranges.some(([v]) => v === query.range) ? query.range : '7d';
  const errors = useGet(address('errors', { ...pick(query, ['class', 'repository', 'sort', 'cursor']), range }),
    { live: (row) => row.kind === 'attempt', every: 5000, keep: true });
  const d = errors.data;
  const actions = html`<${Tabs} name="sort" label="Order" all=${orders} fallback="newest" /><${Tabs} name="range" label="Time shown" all=${ranges} fallback="7d" />`;
  return html`<${Page} title="Errors" actions=${actions}
    sub=${d && d.total > 0 && `${plural(d.total, 'failure')} of ${plural(d.groups, 'kind')} ${spoken[d.range]}`}>
    <${Filters} fields=${fields} />
    <${Loaded} from=${errors} rows=${8} empty=${(x) => x.errors.length === 0 && !query.cursor && html`<${Nothing} filtered=${query.class || query.repository} range=${range} />`}>
      ${(x) => html`${x.counted_from > x.since && html`<${Note} tone="warn">There were more different failures than are counted at once: these are counted since <${When} at=${x.counted_from} absolute />.</${Note}>`}
        <${Table} name="Failures" rows=${x.errors} columns=${columnsOf(x)} id=${(g) => g.fingerprint}
          href=${(g) => address('/errors', { ...pick(query, ['range']), error: g.fingerprint })} />
        <${Pager} next=${x.next} />`}
    </${Loaded}>
  </${Page}>`;
}

export default function Errors({ query }) {
  return query.error ? html`<${One} key=${query.error} error=${query.error} query=${query} ranges=${ranges} spoken=${spoken} />` : html`<${All} query=${query} />`;
}
