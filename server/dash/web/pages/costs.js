// SPDX-License-Identifier: Apache-2.0
// What work costs: today that is time, for no step is done by a paid model. How long jobs take was learned from those
// that succeeded; it leads the order of the queue.
import { count, duration } from '../lib/format.js';
import { useGet } from '../lib/load.js';
import { Empty, Filters, Loaded, Note, Page, Pager, Section, Table, Tabs, Text, When } from '../lib/parts.js';
import { address, pick } from '../lib/query.js';
import { html } from '../lib/view.js';

const ofs = [['job', 'Jobs'], ['legs', 'Any matrix'], ['name', 'By name'], ['kind', 'By action']];
const fields = [{ name: 'repository', label: 'Repository', kind: 'search', hint: 'alias or id' }];
const about = {
  job: 'Each job with its own event and leg of a matrix: what is asked first.',
  legs: 'The same jobs whatever the event and the leg: asked where a leg has not run yet.',
  name: 'Jobs of that name in the whole organisation: asked for a job that is new.',
  kind: 'Jobs that end with the same action: asked when nothing nearer is known.',
};

const nameOf = (d) => (d.name ?? d.job ?? '').replaceAll('\t', ' · ');
const times = [
  { head: 'Ends', kind: 'num', cell: (d) => count(d.n) },
  { head: 'Usually', kind: 'num', cell: (d) => html`${d.n === 0 && html`<span class="dim">at least </span>`}<b>${duration(d.median_ms)}</b>` },
  { head: '9 of 10 within', kind: 'num', cell: (d) => (d.n > 1 ? duration(d.p90_ms) : html`<span class="none">–</span>`) },
  { head: 'Last', kind: 'num', cell: (d) => duration(d.last_ms) },
  { head: 'Learned', kind: 'num', cell: (d) => html`<${When} at=${d.updated_at} />` },
];
const columnsOf = (of) => [
  { head: of === 'kind' ? 'Action' : 'Job', kind: 'main', cell: (d) => html`<${Text} of=${nameOf(d)} max=${80} />${
    d.matrix && html` <span class="dim" title="one leg of its matrix">leg ${d.matrix.slice(0, 4)}</span>`}` },
  ...(of === 'job' || of === 'legs' ? [
    { head: 'Workflow', cell: (d) => html`<${Text} of=${d.workflow} max=${60} />` },
    { head: 'Repository', cell: (d) => html`<${Text} of=${d.repository} max=${60} />` }] : []),
  ...(of === 'job' ? [{ head: 'Event', cell: (d) => html`<${Text} of=${d.event} />` }] : []),
  ...times,
];

export default function Costs({ query }) {
  const of = ofs.some(([v]) => v === query.of) ? query.of : 'job';
  const near = of === 'job' || of === 'legs';
  const got = useGet(address('durations', { ...pick(query, near ? ['repository', 'cursor'] : ['cursor']), of, limit: 50 }),
    { live: (row) => row.kind === 'job', every: 5000, keep: true });
  return html`<${Page} title="Costs">
    <${Note} tone="dull" icon="coin">Nothing here is billed: this version has no steps that a paid model does, so there is no money to count.
      What work does cost is time on this server’s slots, and that is learned.</${Note}>
    <${Section} title="How long jobs take" actions=${html`<${Tabs} name="of" label="Learned about" all=${ofs} fallback="job" />`}>
      <p class="dim">${about[of]} The newest ends count most; failures are left out, what ran out of time counts as a lower bound.
        The order of the <a href="/queue">queue</a> follows these times.</p>
      ${near && html`<${Filters} fields=${fields} />`}
      <${Loaded} from=${got} rows=${8} empty=${(d) => d.durations.length === 0 && !query.cursor && html`<${Empty} title=${query.repository ? 'Nothing was learned of this repository' : 'Nothing was learned yet'} icon="clock">
          It begins with the first job that succeeds at one go. Until then a job is taken to need 30 seconds, or what its <code>estimate:</code> says.</${Empty}>`}>
        ${(d) => html`<${Table} name="Durations" rows=${d.durations} columns=${columnsOf(of)} id=${(x) => x.key} /><${Pager} next=${d.next} />`}
      </${Loaded}>
    </${Section}>
  </${Page}>`;
}
